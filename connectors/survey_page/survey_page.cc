// SPDX-License-Identifier: Apache-2.0
#include "connectors/survey_page/survey_page.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "sidecar/base/logging.h"
#include "sidecar/base/proto_time.h"
#include "sidecar/journey/feedback.h"
#include "sidecar/journey/scores.h"

namespace waypost::survey_page {
namespace {

using connectors::SurveyToken;

constexpr absl::Duration kAwayRetry = absl::Seconds(30);
constexpr const char* kFormType = "application/x-www-form-urlencoded";

// "https://desk.example" of "https://Desk.example:443/feedback", as browsers write origins.
std::string OriginOf(const std::string& url) {
  const size_t host = url.find("://") + 3;
  std::string origin = absl::AsciiStrToLower(url.substr(0, url.find('/', host)));
  const char* const port = absl::StartsWith(origin, "https") ? ":443" : ":80";
  return std::string(absl::StripSuffix(origin, port));
}

bool CanBeChanged(const v1::SurveyAnswer& answer, absl::Time now) {
  return now - FromProto(answer.first_answered_at()) <= journey::kAnswerChangeWindow &&
         answer.changes() < journey::kMaxAnswerChanges;
}

std::optional<int> RatingOnScale(const std::string& text, v1::SurveyKind kind) {
  int rating = 0;
  if (!absl::SimpleAtoi(text, &rating) || !journey::ScaleOf(kind).Has(rating)) return std::nullopt;
  return rating;
}

PageAnswer Message(int status, const PageFrame& frame, TextId title, TextId text) {
  return {status, MessagePage(frame, title, text), absl::ZeroDuration()};
}

PageAnswer Expired(const PageFrame& frame) {
  return Message(410, frame, TextId::kExpiredTitle, TextId::kExpired);
}

PageAnswer Invalid(const PageFrame& frame) {
  return Message(404, frame, TextId::kInvalidTitle, TextId::kInvalid);
}

// For a while after the survey's end, answers may be changed.
bool IsOver(const SurveyToken& token, absl::Time now) {
  return now >= token.expires_at + journey::kAnswerChangeWindow;
}

}  // namespace

SurveyPage::SurveyPage(const connectors::SurveyPageConfig& config, const std::string& url,
                       const TextCatalog& texts, SurveyDesk* desk, const Clock& clock)
    : config_(config),
      origin_(OriginOf(url)),
      texts_(texts),
      desk_(*desk),
      clock_(clock),
      of_address_(config.max_requests_per_minute),
      of_token_(kRequestsOfTokenPerMinute) {}

PageFrame SurveyPage::FrameOf(const PageRequest& request,
                              const std::vector<std::string>& languages) const {
  std::vector<std::string> wanted = languages;
  for (std::string& accepted : AcceptedLanguages(request.accept_language)) {
    wanted.push_back(std::move(accepted));
  }
  PageFrame frame;
  frame.catalog = &texts_;
  frame.texts = &texts_.Choose(wanted);
  frame.desk = config_.desk;
  return frame;
}

void SurveyPage::WarnOfProxy(const PageRequest& request) {
  if (request.forwarded_for.empty() || !config_.trusted_proxies.empty()) return;
  if (warned_of_proxy_.exchange(true)) return;
  LogWarning(
      "The survey page is reached through a proxy that surveys.page.trusted_proxies does "
      "not name; all who come through it share one allowance",
      {{"proxy", request.remote}});
}

std::optional<SurveyPage::Visit> SurveyPage::Begin(const PageRequest& request,
                                                   const std::string& language,
                                                   PageAnswer* refusal) {
  WarnOfProxy(request);
  const absl::Time now = clock_.Now();
  const absl::Duration address_wait = of_address_.Take(
      VisitorOf(request.remote, request.forwarded_for, config_.trusted_proxies), now);
  auto token = connectors::OpenSurveyToken(request.token, config_.secrets);
  if (!token.has_value() || journey::ScaleOf(token->kind).size() <= 1) {
    const PageFrame frame = FrameOf(request, {language});
    *refusal =
        address_wait > absl::ZeroDuration()
            ? PageAnswer{429, MessagePage(frame, TextId::kBusyTitle, TextId::kBusy), address_wait}
            : Invalid(frame);
    return std::nullopt;
  }
  Visit visit;
  visit.frame = FrameOf(request, {language, token->language});
  visit.frame.token = request.token;
  visit.wait = address_wait > absl::ZeroDuration()
                   ? address_wait
                   : of_token_.Take(absl::StrCat(token->tenant, "/", token->survey_id), now);
  visit.token = *std::move(token);
  return visit;
}

PageAnswer SurveyPage::Show(const PageRequest& request) {
  PageAnswer refusal;
  std::optional<Visit> visit = Begin(request, request.language, &refusal);
  if (!visit.has_value()) return refusal;
  const SurveyToken& token = visit->token;
  if (visit->wait > absl::ZeroDuration()) {
    return {429, MessagePage(visit->frame, TextId::kBusyTitle, TextId::kBusy), visit->wait};
  }
  const absl::Time now = clock_.Now();
  if (IsOver(token, now)) return Expired(visit->frame);
  const std::optional<v1::SurveyAnswer> answer = desk_.Find(token);
  if (!answer.has_value() && now >= token.expires_at) return Expired(visit->frame);
  if (answer.has_value() && !CanBeChanged(*answer, now)) {
    return {200, FinalPage(visit->frame, token.kind, answer->rating()), absl::ZeroDuration()};
  }
  FormView view;
  view.kind = token.kind;
  view.ticket_ref = token.ticket_ref;
  view.form.opened = absl::StrCat(absl::ToUnixMicros(now));
  view.form.rating = RatingOnScale(request.rating, token.kind);
  view.preselected = view.form.rating.has_value();
  if (answer.has_value()) {
    view.answered = answer->rating();
    if (!view.preselected) view.form.rating = answer->rating();
  }
  return {200, FormPage(visit->frame, view), absl::ZeroDuration()};
}

// Browsers say where a form comes from; the policy no-referrer makes the older way of saying so
// "null", and whoever says nothing is no browser of today. Beyond that, the token is the key.
bool SurveyPage::IsForeign(const PageRequest& request) const {
  if (!request.fetch_site.empty() && request.fetch_site != "same-origin" &&
      request.fetch_site != "none") {
    return true;
  }
  if (request.origin.empty() || request.origin == "null" || request.origin == origin_) return false;
  return request.host.empty() || !absl::EndsWith(request.origin, "://" + request.host);
}

PageAnswer SurveyPage::Answer(const PageRequest& request, std::string_view body) {
  std::optional<AnswerForm> form = ParseAnswerForm(body);
  PageAnswer refusal;
  const std::optional<Visit> visit =
      Begin(request, form.has_value() ? form->language : "", &refusal);
  if (!visit.has_value()) return refusal;
  if (IsForeign(request)) {
    return Message(403, visit->frame, TextId::kForeignTitle, TextId::kForeign);
  }
  if (!absl::StartsWithIgnoreCase(request.content_type, kFormType)) {
    return Message(415, visit->frame, TextId::kUnreadableTitle, TextId::kUnreadable);
  }
  if (!form.has_value()) {
    return Message(400, visit->frame, TextId::kUnreadableTitle, TextId::kUnreadable);
  }
  if (visit->wait > absl::ZeroDuration()) {
    return ShowAgain(*visit, *std::move(form), FormProblem::kBusy);
  }
  if (IsOver(visit->token, clock_.Now())) return Expired(visit->frame);
  if (!form->rating.has_value() || !journey::ScaleOf(visit->token.kind).Has(*form->rating)) {
    form->rating.reset();
    return ShowAgain(*visit, *std::move(form), FormProblem::kNoRating);
  }
  if (form->CommentIsTooLong()) {
    return ShowAgain(*visit, *std::move(form), FormProblem::kLongComment);
  }
  return Take(*visit, *std::move(form));
}

PageAnswer SurveyPage::ShowAgain(const Visit& visit, AnswerForm form, FormProblem problem) const {
  FormView view;
  view.kind = visit.token.kind;
  view.ticket_ref = visit.token.ticket_ref;
  view.form = std::move(form);
  view.problem = problem;
  PageAnswer answer;
  answer.html = FormPage(visit.frame, view);
  switch (problem) {
    case FormProblem::kBusy:
      answer.status = 429;
      answer.retry_after = visit.wait;
      break;
    case FormProblem::kAway:
      answer.status = 503;
      answer.retry_after = kAwayRetry;
      break;
    default:
      answer.status = 400;
  }
  return answer;
}

PageAnswer SurveyPage::Take(const Visit& visit, AnswerForm form) {
  const SurveyToken& token = visit.token;
  const TakenAnswer taken = desk_.Record(token, form);
  switch (taken.outcome) {
    case AnswerOutcome::kRecorded:
      return {200,
              ThanksPage(visit.frame, token.kind, taken.answer.rating(),
                         CanBeChanged(taken.answer, clock_.Now())),
              absl::ZeroDuration()};
    case AnswerOutcome::kExpired:
      return Expired(visit.frame);
    case AnswerOutcome::kFinal: {
      const std::optional<v1::SurveyAnswer> answer = desk_.Find(token);
      if (!answer.has_value()) {
        return Message(409, visit.frame, TextId::kExpiredTitle, TextId::kExpired);
      }
      return {409, FinalPage(visit.frame, token.kind, answer->rating()), absl::ZeroDuration()};
    }
    case AnswerOutcome::kUnknown:
      return Invalid(visit.frame);
    case AnswerOutcome::kNoRating:
      return ShowAgain(visit, std::move(form), FormProblem::kNoRating);
    case AnswerOutcome::kRefused:
      return Message(400, visit.frame, TextId::kUnreadableTitle, TextId::kUnreadable);
    case AnswerOutcome::kAway:
      break;
  }
  return ShowAgain(visit, std::move(form), FormProblem::kAway);
}

PageAnswer SurveyPage::Refuse(const PageRequest& request, int status) const {
  const PageFrame frame = FrameOf(request, {request.language});
  if (status == 404) return Invalid(frame);
  return Message(status, frame, TextId::kUnreadableTitle, TextId::kUnreadable);
}

}  // namespace waypost::survey_page
