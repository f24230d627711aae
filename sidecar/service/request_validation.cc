// SPDX-License-Identifier: Apache-2.0
#include "sidecar/service/request_validation.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "sidecar/service/field_checker.h"
#include "sidecar/text/absl_view.h"

namespace waypost::service {
namespace {

constexpr size_t kIdBytes = 200;
constexpr size_t kNameBytes = 200;
constexpr size_t kWordBytes = 100;
constexpr size_t kEmailBytes = 320;
constexpr size_t kLanguageBytes = 35;  // the longest tag that RFC 5646 section 4.4.1 asks to store
constexpr size_t kTimeZoneBytes = 64;
constexpr size_t kUrlBytes = 2048;
constexpr size_t kSubjectBytes = 1000;
constexpr size_t kCommentBytes = 65'536;
constexpr size_t kCustomValueBytes = 4096;
constexpr size_t kAttributeBytes = 1024;
constexpr int kMaxTags = 64;
constexpr int kMaxWatchers = 64;
constexpr int kMaxCustomFields = 64;
constexpr int kMaxAttributes = 32;
constexpr int64_t kMaxLostSeconds = 1000 * 3600;
constexpr int64_t kYear2000 = 946'684'800;

bool IsAbsoluteUrl(std::string_view url) {
  const size_t colon = url.find("://");
  return colon != std::string_view::npos && colon > 0 && absl::ascii_isalpha(url.front()) &&
         std::all_of(url.begin(), url.begin() + static_cast<std::ptrdiff_t>(colon), [](char c) {
           return absl::ascii_isalnum(c) || c == '+' || c == '-' || c == '.';
         });
}

bool IsSnakeCase(std::string_view name) {
  return absl::ascii_islower(name.front()) && std::all_of(name.begin(), name.end(), [](char c) {
           return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_';
         });
}

enum class PersonId { kRequired, kOptional };

void CheckPerson(const v1::Person& person, PersonId id, const FieldPath& path,
                 FieldChecker* checker) {
  if (id == PersonId::kRequired) {
    checker->Identifier(person.id(), kIdBytes, path, "id");
  } else {
    checker->OptionalIdentifier(person.id(), kIdBytes, path, "id");
  }
  checker->Text(person.name(), kNameBytes, path, "name");
  checker->Text(person.email(), kEmailBytes, path, "email");
  checker->Text(person.language(), kLanguageBytes, path, "language");
  checker->Text(person.time_zone(), kTimeZoneBytes, path, "time_zone");
  checker->Count(person.tags_size(), kMaxTags, path, "tags");
  for (int i = 0; i < std::min(person.tags_size(), kMaxTags); ++i) {
    if (person.tags(i).size() > kWordBytes) {
      checker->Text(person.tags(i), kWordBytes, path, absl::StrCat("tags[", i, "]"));
    }
  }
}

void CheckEntries(const google::protobuf::Map<std::string, std::string>& entries, int max,
                  size_t max_value, std::string_view name, const FieldPath& path,
                  FieldChecker* checker) {
  checker->Count(static_cast<int>(entries.size()), max, path, name);
  if (static_cast<int>(entries.size()) > max) return;
  for (const auto& [key, value] : entries) {
    if (key.empty()) checker->Add(path, name, "has an entry without a name");
    if (key.size() > kWordBytes) {
      checker->Text(key, kWordBytes, path, std::string(name) + " (a name)");
    } else if (value.size() > max_value) {
      checker->Text(value, max_value, path, absl::StrCat(AbslView(name), "[\"", key, "\"]"));
    }
  }
}

void CheckTicketWords(const v1::Ticket& ticket, const FieldPath& path, FieldChecker* checker) {
  checker->Text(ticket.url(), kUrlBytes, path, "url");
  if (!ticket.url().empty() && ticket.url().size() <= kUrlBytes && !IsAbsoluteUrl(ticket.url())) {
    checker->Add(path, "url", "is no absolute URL such as \"https://desk.example/42\"");
  }
  checker->Text(ticket.type(), kWordBytes, path, "type");
  checker->Text(ticket.subject(), kSubjectBytes, path, "subject");
  checker->Text(ticket.status(), kWordBytes, path, "status");
  checker->Known(v1::StatusCategory_IsValid(ticket.status_category()), ticket.status_category(),
                 path, "status_category");
  checker->Text(ticket.priority(), kWordBytes, path, "priority");
  checker->Text(ticket.impact(), kWordBytes, path, "impact");
  checker->Text(ticket.urgency(), kWordBytes, path, "urgency");
  checker->Text(ticket.group(), kNameBytes, path, "group");
}

void CheckTicket(const v1::Ticket& ticket, const FieldPath& path, FieldChecker* checker) {
  checker->Identifier(ticket.ref(), kIdBytes, path, "ref");
  CheckTicketWords(ticket, path, checker);
  if (ticket.has_assignee()) {
    CheckPerson(ticket.assignee(), PersonId::kOptional, {&path, "assignee"}, checker);
  }
  if (ticket.has_requester()) {
    CheckPerson(ticket.requester(), PersonId::kRequired, {&path, "requester"}, checker);
  }
  checker->Count(ticket.watchers_size(), kMaxWatchers, path, "watchers");
  for (int i = 0; i < std::min(ticket.watchers_size(), kMaxWatchers); ++i) {
    CheckPerson(ticket.watchers(i), PersonId::kRequired, {&path, "watchers", i}, checker);
  }
  checker->Text(ticket.service(), kNameBytes, path, "service");
  checker->Text(ticket.category(), kNameBytes, path, "category");
  checker->Text(ticket.channel(), kWordBytes, path, "channel");
  checker->OptionalIdentifier(ticket.parent_ref(), kIdBytes, path, "parent_ref");
  checker->OptionalIdentifier(ticket.merged_into_ref(), kIdBytes, path, "merged_into_ref");
  if (ticket.has_sla_due_at()) checker->Instant(ticket.sla_due_at(), path, "sla_due_at");
  CheckEntries(ticket.custom_fields(), kMaxCustomFields, kCustomValueBytes, "custom_fields", path,
               checker);
  if (ticket.has_opened_at()) checker->Instant(ticket.opened_at(), path, "opened_at");
}

void CheckActor(const v1::TicketEvent& event, const FieldPath& path, FieldChecker* checker) {
  const FieldPath actor_path{&path, "actor"};
  const v1::Actor& actor = event.actor();
  if (event.has_signal() && !event.has_ticket()) {
    if (actor.id().empty()) {
      checker->Add(actor_path, "id",
                   "is required for a signal without a ticket: it is the person concerned");
    }
  }
  if (!event.has_actor()) return;
  checker->OptionalIdentifier(actor.id(), kIdBytes, actor_path, "id");
  checker->Text(actor.name(), kNameBytes, actor_path, "name");
  checker->Known(v1::ActorRole_IsValid(actor.role()), actor.role(), actor_path, "role");
}

void CheckSignal(const v1::Signal& signal, const FieldPath& path, FieldChecker* checker) {
  checker->Identifier(signal.name(), kWordBytes, path, "name");
  if (!signal.name().empty() && signal.name().size() <= kWordBytes && !IsSnakeCase(signal.name())) {
    checker->Add(path, "name", "must be lower-case snake case, such as \"login_failed\"");
  }
  CheckEntries(signal.attributes(), kMaxAttributes, kAttributeBytes, "attributes", path, checker);
  checker->Text(signal.channel(), kWordBytes, path, "channel");
  checker->Text(signal.service(), kNameBytes, path, "service");
}

// What time brings, and what Waypost tells itself.
bool IsDerivedOnly(v1::EventType type) {
  return type == v1::EVENT_TYPE_SILENCE || type == v1::EVENT_TYPE_PROMISE_DUE ||
         type == v1::EVENT_TYPE_PROMISE_BROKEN || type == v1::EVENT_TYPE_CHILD_LINKED ||
         type == v1::EVENT_TYPE_SURVEY_REQUESTED;
}

void CheckMoment(const google::protobuf::Timestamp& moment, absl::Time now, const FieldPath& path,
                 std::string_view name, FieldChecker* checker) {
  if (!checker->Instant(moment, path, name)) return;
  if (moment.seconds() < kYear2000) checker->Add(path, name, "lies before 2000-01-01");
  if (moment.seconds() > absl::ToUnixSeconds(now + kMaxClockSkew)) {
    checker->Add(path, name,
                 "lies more than 10 minutes ahead of the sidecar's clock; an event tells what has "
                 "happened, in UTC");
  }
}

void CheckOccurredAt(const v1::TicketEvent& event, absl::Time now, const FieldPath& path,
                     FieldChecker* checker) {
  if (event.has_occurred_at()) {
    CheckMoment(event.occurred_at(), now, path, "occurred_at", checker);
  } else {
    checker->Add(path, "occurred_at", "is required");
  }
}

// Whether the rating is on the scale is for the survey to say.
void CheckFeedback(const v1::Feedback& feedback, const FieldPath& path, FieldChecker* checker) {
  checker->Identifier(feedback.survey_id(), kIdBytes, path, "survey_id");
  checker->Text(feedback.comment(), kCommentBytes, path, "comment");
  const google::protobuf::Duration& lost = feedback.lost_time();
  if (lost.seconds() < 0 || lost.nanos() < 0 || lost.seconds() > kMaxLostSeconds) {
    checker->Add(path, "lost_time", "must be 0 to 1,000 hours");
  }
}

void CheckEventFeedback(const v1::TicketEvent& event, const FieldPath& root,
                        FieldChecker* checker) {
  CheckFeedback(event.feedback(), {&root, "feedback"}, checker);
  if (event.type() != v1::EVENT_TYPE_UNSPECIFIED && event.type() != v1::EVENT_TYPE_FEEDBACK) {
    checker->Add(root, "type", "must be EVENT_TYPE_FEEDBACK, or left out, beside feedback");
  }
  if (!event.has_ticket()) checker->Add(root, "ticket", "is required beside feedback");
}

void CheckSurveyRequest(const v1::SurveyRequest& request, const FieldPath& root,
                        FieldChecker* checker) {
  checker->Add(root, "survey_request", "is set by Waypost alone");
  const FieldPath path{&root, "survey_request"};
  checker->Text(request.rule_id(), kIdBytes, path, "rule_id");
  checker->Text(request.ticket_ref(), kIdBytes, path, "ticket_ref");
  checker->Text(request.requester_id(), kIdBytes, path, "requester_id");
  checker->Text(request.journey_id(), kIdBytes, path, "journey_id");
  checker->Text(request.touchpoint_id(), kIdBytes, path, "touchpoint_id");
  checker->Text(request.owner_id(), kIdBytes, path, "owner_id");
}

void CheckPage(int size, const FieldPath& path, FieldChecker* checker) {
  if (size >= 0 && size <= kMaxPageSize) return;
  checker->Add(path, "page_size",
               absl::StrCat("must be 1 to ", kMaxPageSize, ", or left out for ", kDefaultPageSize));
}

template <typename Request>
void CheckName(const Request& request, const FieldPath& path, FieldChecker* checker) {
  switch (request.name_case()) {
    case Request::kJourneyId:
      checker->Identifier(request.journey_id(), kIdBytes, path, "journey_id");
      break;
    case Request::kTicket: {
      const FieldPath ticket_path{&path, "ticket"};
      checker->Identifier(request.ticket().source(), kWordBytes, ticket_path, "source");
      checker->Identifier(request.ticket().ref(), kIdBytes, ticket_path, "ref");
      break;
    }
    default:
      checker->Add(path, "name", "is required: either journey_id or ticket");
  }
}

absl::Status Finish(FieldChecker* checker) {
  const std::vector<pipeline::Violation> violations = checker->Take();
  if (violations.empty()) return absl::OkStatus();
  return pipeline::MakeBadRequest(pipeline::Reason::kRequestInvalid, violations);
}

}  // namespace

std::vector<pipeline::Violation> CheckEvent(const v1::TicketEvent& event, std::string_view path,
                                            absl::Time now) {
  FieldChecker checker;
  const FieldPath root{nullptr, path};
  checker.Identifier(event.event_id(), kIdBytes, root, "event_id");
  checker.Tenant(event.tenant(), root);
  checker.Identifier(event.source(), kWordBytes, root, "source");
  CheckOccurredAt(event, now, root, &checker);
  checker.Known(v1::EventType_IsValid(event.type()), event.type(), root, "type");
  if (IsDerivedOnly(event.type())) {
    checker.Add(root, "type", "is only derived, never told");
  }
  checker.Text(event.relative_ref(), kIdBytes, root, "relative_ref");
  if (!event.relative_ref().empty()) {
    checker.Add(root, "relative_ref", "is set by Waypost alone");
  }
  if (event.has_survey_request()) CheckSurveyRequest(event.survey_request(), root, &checker);
  if (event.type() == v1::EVENT_TYPE_SIGNAL && !event.has_signal()) {
    checker.Add(root, "signal", "is required for the type EVENT_TYPE_SIGNAL");
  }
  if (event.has_ticket()) {
    CheckTicket(event.ticket(), {&root, "ticket"}, &checker);
  } else if (!event.has_signal()) {
    checker.Add(root, "ticket", "is required unless signal is set");
  }
  CheckActor(event, root, &checker);
  if (event.has_comment()) {
    const FieldPath comment{&root, "comment"};
    checker.Text(event.comment().body(), kCommentBytes, comment, "body");
    checker.Known(v1::Visibility_IsValid(event.comment().visibility()),
                  event.comment().visibility(), comment, "visibility");
    checker.OptionalIdentifier(event.comment().id(), kIdBytes, comment, "id");
  }
  if (event.has_signal()) CheckSignal(event.signal(), {&root, "signal"}, &checker);
  if (event.has_feedback()) CheckEventFeedback(event, root, &checker);
  return checker.Take();
}

absl::Status CheckRequest(const v1::GetJourneyRequest& request) {
  FieldChecker checker;
  const FieldPath root;
  checker.Tenant(request.tenant(), root);
  CheckName(request, root, &checker);
  return Finish(&checker);
}

absl::Status CheckRequest(const v1::ListJourneysRequest& request) {
  FieldChecker checker;
  const FieldPath root;
  checker.Tenant(request.tenant(), root);
  checker.OptionalIdentifier(request.person_id(), kIdBytes, root, "person_id");
  checker.OptionalIdentifier(request.stage(), kIdBytes, root, "stage");
  CheckPage(request.page_size(), root, &checker);
  return Finish(&checker);
}

absl::Status CheckRequest(const v1::ExplainJourneyRequest& request) {
  FieldChecker checker;
  const FieldPath root;
  checker.Tenant(request.tenant(), root);
  CheckName(request, root, &checker);
  checker.OptionalIdentifier(request.event_id(), kIdBytes, root, "event_id");
  return Finish(&checker);
}

absl::Status CheckRequest(const v1::GetJourneyMapRequest& request) {
  FieldChecker checker;
  const FieldPath root;
  checker.Tenant(request.tenant(), root);
  checker.Known(v1::ConsumerRole_IsValid(request.role()), request.role(), root, "role");
  checker.OptionalIdentifier(request.journey_definition_id(), kIdBytes, root,
                             "journey_definition_id");
  if (request.has_start_at()) checker.Instant(request.start_at(), root, "start_at");
  if (request.has_end_at()) checker.Instant(request.end_at(), root, "end_at");
  return Finish(&checker);
}

absl::Status CheckRequest(const v1::ListUnmappedEventsRequest& request) {
  FieldChecker checker;
  const FieldPath root;
  checker.Tenant(request.tenant(), root);
  CheckPage(request.page_size(), root, &checker);
  return Finish(&checker);
}

absl::Status CheckRequest(const v1::ListPromisesRequest& request) {
  FieldChecker checker;
  const FieldPath root;
  checker.Tenant(request.tenant(), root);
  checker.Known(v1::PromiseState_IsValid(request.state()), request.state(), root, "state");
  checker.OptionalIdentifier(request.owner_id(), kIdBytes, root, "owner_id");
  checker.OptionalIdentifier(request.provider_id(), kIdBytes, root, "provider_id");
  if (request.has_start_at()) checker.Instant(request.start_at(), root, "start_at");
  if (request.has_end_at()) checker.Instant(request.end_at(), root, "end_at");
  CheckPage(request.page_size(), root, &checker);
  return Finish(&checker);
}

absl::Status CheckRequest(const v1::ListSurveyDecisionsRequest& request) {
  FieldChecker checker;
  const FieldPath root;
  checker.Tenant(request.tenant(), root);
  checker.OptionalIdentifier(request.person_id(), kIdBytes, root, "person_id");
  checker.Known(v1::SurveyOutcome_IsValid(request.outcome()), request.outcome(), root, "outcome");
  checker.OptionalIdentifier(request.reason_code(), kIdBytes, root, "reason_code");
  checker.OptionalIdentifier(request.rule_id(), kIdBytes, root, "rule_id");
  if (request.has_start_at()) checker.Instant(request.start_at(), root, "start_at");
  if (request.has_end_at()) checker.Instant(request.end_at(), root, "end_at");
  CheckPage(request.page_size(), root, &checker);
  return Finish(&checker);
}

absl::Status CheckRequest(const v1::RecordFeedbackRequest& request, absl::Time now) {
  FieldChecker checker;
  const FieldPath root;
  checker.Tenant(request.tenant(), root);
  checker.Identifier(request.feedback_id(), kIdBytes - kFeedbackPrefix.size(), root, "feedback_id");
  checker.Identifier(request.source(), kWordBytes, root, "source");
  checker.Identifier(request.ticket_ref(), kIdBytes, root, "ticket_ref");
  CheckFeedback(request.feedback(), {&root, "feedback"}, &checker);
  if (request.has_answered_at()) {
    CheckMoment(request.answered_at(), now, root, "answered_at", &checker);
  }
  return Finish(&checker);
}

absl::Status CheckRequest(const v1::CheckRulesRequest& request) {
  FieldChecker checker;
  const FieldPath root;
  size_t bytes = 0;
  for (const auto& [name, content] : request.files()) bytes += name.size() + content.size();
  if (request.files().empty()) checker.Add(root, "files", "is empty; at least one file is needed");
  if (bytes > kMaxRulesBytes) {
    checker.Add(root, "files", absl::StrCat("has ", bytes, " bytes; at most 4 MiB fit"));
  }
  return Finish(&checker);
}

}  // namespace waypost::service
