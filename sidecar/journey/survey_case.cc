// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/survey_case.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>

#include "sidecar/base/hash.h"
#include "sidecar/journey/derive.h"
#include "sidecar/journey/digest.h"
#include "sidecar/journey/identity.h"
#include "sidecar/journey/micros.h"
#include "sidecar/journey/survey_requests.h"
#include "sidecar/journey/update_gates.h"

namespace waypost::journey {
namespace {

using internal::v1::Decision;
using internal::v1::PendingAction;

// Bytes of a person's id at most.
constexpr size_t kMaxPersonId = 200;

bool Ends(v1::EventType type) {
  return type == v1::EVENT_TYPE_RESOLVED || type == v1::EVENT_TYPE_CLOSED ||
         type == v1::EVENT_TYPE_CANCELED;
}

int64_t ClosedAt(const Situation& situation) {
  const Folded& folded = situation.folded();
  if (folded.ticket < 0) return 0;
  const internal::v1::TicketProgress& ticket =
      situation.journey().progress().tickets(folded.ticket);
  // What was written between the solution and the closing is newer than the solution.
  if (ticket.ended_at() != 0) return ticket.ended_at();
  const bool closes = std::any_of(folded.events.begin(), folded.events.end(),
                                  [](const v1::DerivedEvent& event) { return Ends(event.type()); });
  return closes ? folded.at : 0;
}

// About an open ticket, and about none, every event is a case of its own.
std::string IdOf(const SurveyCase& asked, const Situation& situation) {
  const int ticket = situation.folded().ticket;
  if (asked.closed_at == 0 || ticket < 0) {
    return SurveyIdOfEvent(situation.event(), asked.rule->id, situation.record().survey_secret);
  }
  return SurveyIdOfClosure(situation.journey(), ticket, asked.rule->id,
                           situation.record().survey_secret);
}

absl::Time PlannedAt(const SurveyCase& asked, const Situation& situation) {
  // Of somebody else's ticket neither channel nor priority is known.
  const v1::Ticket& ticket = situation.ticket();
  const absl::Time happened = situation.occurred_at();
  const calendar::Span* delay = rules::ForKey(asked.rule->survey->delay, ticket.channel());
  if (delay == nullptr) return happened;
  const absl::Time since = asked.closed_at == 0 ? happened : absl::FromUnixMicros(asked.closed_at);
  const absl::Time planned =
      calendar::EndOf(*delay, since, situation.rules().CalendarOf(*asked.rule, ticket.priority()));
  return std::max(planned, happened);
}

// The first moment from `at` on outside the person's quiet hours.
absl::Time AllowedFrom(absl::Time at, const Situation& situation) {
  return AfterQuietHours(at, situation.rules().caps, situation.requester().time_zone(),
                         situation.journey().id());
}

bool IsSentUpdate(const v1::StatusUpdate& update) { return !update.shadow() && !update.draft(); }

// The last message about the ticket that the person got or gets by this decision.
absl::Time ToldAt(const Situation& situation, const Decision& decided) {
  const std::string& ref = situation.ticket().ref();
  for (const v1::StatusUpdate& update : decided.enrichment().status_updates()) {
    if (IsSentUpdate(update) && update.ticket_ref() == ref) return situation.now();
  }
  // A digest does not say which tickets it tells of.
  const std::string& journey = situation.journey().id();
  const std::vector<absl::Time> times =
      ContactTimes(situation.person(), situation.now() - kAfterMessage,
                   [&](const internal::v1::Contact& contact) {
                     return IsUpdate(contact) &&
                            (contact.kind() == internal::v1::CONTACT_KIND_DIGEST ||
                             (contact.ticket_ref() == ref && contact.journey_id() == journey));
                   });
  return times.empty() ? absl::InfinitePast() : times.back();
}

// When the last message about the ticket that waits is due; in the past: none waits.
absl::Time TellsAt(const Situation& situation, const Decision& decided) {
  const auto& settled = decided.settled_action_ids();
  const uint32_t ticket = static_cast<uint32_t>(situation.folded().ticket + 1);
  absl::Time last = absl::InfinitePast();
  for (const auto* list : {&situation.journey().pending(), &decided.pending()}) {
    for (const PendingAction& pending : *list) {
      const bool waits = pending.has_status_update() && pending.ticket() == ticket &&
                         IsSentUpdate(pending.status_update()) &&
                         std::find(settled.begin(), settled.end(), pending.id()) == settled.end();
      if (waits) last = std::max(last, absl::FromUnixMicros(pending.due_at()));
    }
  }
  const auto& digest = situation.person().digest();
  const bool in_digest =
      std::any_of(digest.begin(), digest.end(), [&](const internal::v1::DigestItem& item) {
        return item.journey_id() == situation.journey().id() &&
               item.update().status_update().ticket_ref() == situation.ticket().ref();
      });
  if (in_digest) last = std::max(last, DigestDue(situation.rules(), situation.record()));
  return last;
}

// Who would be asked now waits while a message about the ticket is under way or was just read.
void LetMessagesPass(const Situation& situation, const Decision& decided, SurveyCase* asked) {
  if (asked->ask_at > situation.now() || situation.folded().ticket < 0) return;
  const absl::Time waiting = TellsAt(situation, decided);
  const absl::Time message =
      waiting == absl::InfinitePast() ? waiting : std::max(waiting, situation.now());
  const absl::Time free = std::max(ToldAt(situation, decided), message) + kAfterMessage;
  if (free <= situation.now()) return;
  asked->after_message = true;
  asked->ask_at = AllowedFrom(free, situation);
}

void FillTouchpoint(const v1::Enrichment& decided, SurveyCase* asked) {
  for (const v1::JourneyPosition& position : decided.positions()) {
    if (position.role() != asked->role) continue;
    asked->touchpoint_id = position.touchpoint_id();
    asked->owner_id = position.owner_id();
  }
}

void FillRecipient(const Situation& situation, SurveyCase* asked) {
  const std::optional<cel::Program>& expression = asked->rule->survey->recipient;
  if (!expression.has_value()) {
    asked->recipient = situation.person_id();
    return;
  }
  const cel::Value value = expression->Evaluate(situation.bindings().activation());
  if (value.is_error()) {
    asked->no_recipient = absl::StrCat("\"recipient\" cannot be evaluated: ", value.ErrorMessage());
  } else if (value.AsString().empty()) {
    asked->no_recipient = "\"recipient\" of the rule names nobody.";
  } else if (value.AsString().size() > kMaxPersonId) {
    asked->no_recipient = "\"recipient\" gives more than 200 bytes, which is no person's id.";
  } else {
    asked->recipient = std::string(value.AsString());
  }
}

void FillTicket(const Situation& situation, SurveyCase* asked) {
  asked->ticket_ref = situation.ticket().ref();
  const int ticket = situation.folded().ticket;
  if (ticket >= 0) asked->source = situation.journey().tickets(ticket).source();
}

double ProbabilityOf(const SurveyCase& asked) {
  const std::map<std::string, double>& sample = asked.rule->survey->sample;
  const auto by_touchpoint = sample.find(asked.touchpoint_id);
  if (by_touchpoint != sample.end()) return by_touchpoint->second;
  const double* by_owner = rules::ForKey(sample, asked.owner_id);
  return by_owner == nullptr ? 1 : *by_owner;
}

}  // namespace

SurveyCase CaseOfEvent(const rules::Rule& rule, const Situation& situation,
                       const Decision& decided) {
  SurveyCase asked;
  asked.rule = &rule;
  asked.role = rule.survey->role;
  if (asked.role != v1::CONSUMER_ROLE_USER) asked.side = SurveySide::kHandOver;
  asked.closed_at = ClosedAt(situation);
  asked.closure = situation.journey().facts().reopens();
  asked.id = IdOf(asked, situation);
  FillRecipient(situation, &asked);
  FillTicket(situation, &asked);
  asked.planned_at = PlannedAt(asked, situation);
  asked.ask_at = AllowedFrom(std::max(situation.now(), asked.planned_at), situation);
  LetMessagesPass(situation, decided, &asked);
  FillTouchpoint(decided.enrichment(), &asked);
  asked.probability = ProbabilityOf(asked);
  return asked;
}

SurveyCase CaseOfRequest(const rules::Rule& rule, const Situation& situation) {
  const v1::TicketEvent& event = situation.event();
  const v1::SurveyRequest& request = event.survey_request();
  SurveyCase asked;
  asked.rule = &rule;
  asked.side = SurveySide::kRecipient;
  asked.role = rule.survey->role;
  asked.id = std::string(SurveyIdOfRequest(event));
  asked.closed_at = MicrosOf(request.closed_at());
  asked.closure = request.closure();
  asked.recipient = situation.journey().person_id();
  asked.source = event.source();
  asked.ticket_ref = request.ticket_ref();
  asked.touchpoint_id = request.touchpoint_id();
  asked.owner_id = request.owner_id();
  asked.planned_at = PlannedAt(asked, situation);
  asked.ask_at = AllowedFrom(std::max(situation.now(), asked.planned_at), situation);
  asked.probability = ProbabilityOf(asked);
  return asked;
}

SurveyCase CaseOfScheduled(const PendingAction& pending, const rules::Rule& rule,
                           const Situation& situation, const Decision& decided) {
  SurveyCase asked;
  asked.rule = &rule;
  asked.id = pending.id();
  asked.closed_at = pending.closed_at();
  asked.closure = pending.survey().closure();
  asked.planned_at = absl::FromUnixMicros(MicrosOf(pending.survey().send_at()));
  asked.scheduled = true;
  if (IsOfRequests(situation.journey())) asked.side = SurveySide::kRecipient;
  asked.role = pending.survey().role();
  // The ticket may have got another requester since.
  asked.recipient = asked.side == SurveySide::kRecipient ? situation.journey().person_id()
                                                         : situation.person_id();
  asked.source = pending.survey().source();
  asked.ticket_ref = pending.survey().ticket_ref();
  asked.ask_at = AllowedFrom(situation.now(), situation);
  LetMessagesPass(situation, decided, &asked);
  asked.probability = pending.survey().inclusion_probability();
  asked.touchpoint_id = pending.survey().touchpoint_id();
  asked.owner_id = pending.survey().owner_id();
  return asked;
}

SurveyCase CaseOfReminder(const PendingAction& pending, const v1::SurveyDecision& survey,
                          const Situation& situation) {
  SurveyCase asked;
  asked.id = survey.id();
  asked.closed_at = pending.closed_at();
  asked.recipient = survey.person_id();
  asked.ask_at = AllowedFrom(situation.now(), situation);
  return asked;
}

double SamplePoint(const SurveyCase& asked, const Situation& situation) {
  const rules::RuleSet& rules = situation.rules();
  const std::string& key = rules.surveys.sample_key;
  uint64_t hash = StableHash(key.empty() ? rules.name : key);
  hash = StableHashCombine(hash, situation.journey().tenant());
  hash = StableHashCombine(hash, situation.journey().id());
  hash = StableHashCombine(hash, std::to_string(asked.closure));
  return static_cast<double>(hash >> 11) / static_cast<double>(uint64_t{1} << 53);
}

}  // namespace waypost::journey
