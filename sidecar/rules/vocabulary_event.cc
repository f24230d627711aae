// SPDX-License-Identifier: Apache-2.0
// `event` and `actor`.
#include <string>

#include "sidecar/rules/keys.h"
#include "sidecar/rules/vocabulary_tables.h"

namespace waypost::rules {
namespace {

using cel::Type;
using cel::TypeKind;
using cel::Value;

const std::string& VisibilityName(v1::Visibility visibility) {
  static const std::string* const kNames =
      new std::string[4]{"provider", "both", "provider", "consumer"};
  const bool known =
      visibility >= v1::VISIBILITY_UNSPECIFIED && visibility <= v1::VISIBILITY_CONSUMER;
  return kNames[known ? visibility : v1::VISIBILITY_PROVIDER];
}

const std::string& SurveyName(v1::SurveyKind kind) {
  static const std::string* const kNone = new std::string;
  return kind == v1::SURVEY_KIND_UNSPECIFIED ? *kNone
                                             : SurveyKindChoices()[static_cast<size_t>(kind) - 1];
}

Value CommentVisibility(const Scope& scope) {
  const v1::TicketEvent& event = *scope.subject.event;
  return Value::StringView(event.has_comment()
                               ? std::string_view(VisibilityName(event.comment().visibility()))
                               : std::string_view());
}

Value EventChannel(const Scope& scope) {
  const v1::Signal& signal = scope.subject.event->signal();
  return Value::StringView(signal.channel().empty() ? scope.subject.ticket->channel()
                                                    : signal.channel());
}

}  // namespace

const ObjectTable<Scope>& EventTable() {
  static const auto* const kTable = new ObjectTable<Scope>(
      "event",
      {
          {"type", TypeKind::kString, Audience::kEveryone,
           "What happened: `created`, `updated`, `assigned`, `status_changed`, `waiting`, "
           "`resumed`, `commented`, `priority_changed`, `approval_requested`, `approval_granted`, "
           "`approval_denied`, `resolved`, `closed`, `canceled`, `reopened`, `merged`, `linked`, "
           "`deleted`, `feedback`, `signal`, `parent_news` (the parent ticket has news), "
           "or what "
           "time brings: `silence`, `promise_due`, `promise_broken`.",
           [](const Scope& s) { return Value::StringView(EventTypeName(s.derived->type())); }},
          {"from", TypeKind::kString, Audience::kProvider,
           "The value before, where there is one: the former group, status or priority. Of a "
           "promise: "
           "the rule that made it.",
           [](const Scope& s) { return Value::StringView(s.derived->from()); }},
          {"to", TypeKind::kString, Audience::kProvider,
           "The value after. Of a promise: the time it names, as `2026-11-22T14:30:00+00:00`.",
           [](const Scope& s) { return Value::StringView(s.derived->to()); }},
          {"id", TypeKind::kString, Audience::kEveryone, "The event's id.",
           [](const Scope& s) { return Value::StringView(s.subject.event->event_id()); }},
          {"source", TypeKind::kString, Audience::kEveryone, "The platform it comes from.",
           [](const Scope& s) { return Value::StringView(s.subject.event->source()); }},
          {"occurred_at", TypeKind::kTimestamp, Audience::kEveryone,
           "When it happened, by the platform's clock.",
           [](const Scope& s) { return TimestampValue(s.subject.event->occurred_at()); }},
          {"late", TypeKind::kBool, Audience::kEveryone,
           "Whether it is older than the newest event known of the journey.",
           [](const Scope& s) { return Value::Bool(s.subject.late); }},
          {"channel", TypeKind::kString, Audience::kEveryone,
           "The signal's channel, else the ticket's.", EventChannel},
          {"signal", TypeKind::kString, Audience::kEveryone,
           "The signal's name, such as `login_failed`; empty when the event is none.",
           [](const Scope& s) { return Value::StringView(s.subject.event->signal().name()); }},
          {"signal_attributes", Type::Map(TypeKind::kString, TypeKind::kString),
           Audience::kProvider, "The signal's details by name.",
           [](const Scope& s) { return Value::BorrowedMap(&s.signal_attributes); }},
          {"comment", TypeKind::kString, Audience::kProvider,
           "The text of the comment, public or internal; empty when there is none.",
           [](const Scope& s) { return Value::StringView(s.subject.event->comment().body()); }},
          {"comment_visibility", TypeKind::kString, Audience::kEveryone,
           "Who can read the comment: `both`, `provider` or `consumer`; empty when there is none.",
           CommentVisibility},
          {"rating", TypeKind::kInt, Audience::kProvider,
           "The answer to a survey: CSAT 1 to 5, NPS 0 to 10, CES 1 to 7; 0 when the event is no "
           "answer.",
           [](const Scope& s) { return Value::Int(s.subject.event->feedback().rating()); }},
          {"survey", TypeKind::kString, Audience::kProvider,
           "Which survey was answered: `csat`, `nps`, `ces`, or empty when none was.",
           [](const Scope& s) { return Value::StringView(SurveyName(s.subject.answered)); }},
          {"sentiment", TypeKind::kString, Audience::kProvider,
           "What the answer means: `positive` (CSAT 4 and 5, NPS 9 and 10, CES 5 to 7), `negative` "
           "(CSAT 1 and 2, NPS 0 to 6, CES 1 to 3), `neutral` in between; empty when the event is "
           "no answer.",
           [](const Scope& s) { return Value::StringView(s.subject.sentiment); }},
          {"lost_time", TypeKind::kDuration, Audience::kProvider,
           "The working time that the person says they lost; 0 when they did not say.",
           [](const Scope& s) { return DurationValue(s.subject.event->feedback().lost_time()); }},
      });
  return *kTable;
}

const ObjectTable<Scope>& ActorTable() {
  static const auto* const kTable = new ObjectTable<Scope>(
      "actor",
      {
          {"id", TypeKind::kString, Audience::kProvider, "The platform's identifier.",
           [](const Scope& s) { return Value::StringView(s.subject.event->actor().id()); }},
          {"name", TypeKind::kString, Audience::kProvider, "The display name.",
           [](const Scope& s) { return Value::StringView(s.subject.event->actor().name()); }},
          {"role", TypeKind::kString, Audience::kEveryone,
           "In whose name: `customer`, `agent`, `system` or `waypost`.",
           [](const Scope& s) {
             return Value::StringView(
                 ActorRoleName(ResolveActorRole(*s.subject.event, s.requester.id)));
           }},
      });
  return *kTable;
}

}  // namespace waypost::rules
