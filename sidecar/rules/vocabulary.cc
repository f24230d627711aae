// SPDX-License-Identifier: Apache-2.0
#include "sidecar/rules/vocabulary.h"

#include <array>

#include "sidecar/rules/vocabulary_tables.h"

namespace waypost::rules {
namespace {

// The slots of the environment, in the order of the language reference.
enum Slot {
  kEvent,
  kTicket,
  kRequester,
  kActor,
  kJourney,
  kPerson,
  kExpect,
  kNow,
  kNextUpdateBy,
  kSlots
};

cel::Environment BuildEnvironment() {
  cel::Environment environment;
  environment.AddVariable("event", cel::Type::Object(&EventTable().type()));
  environment.AddVariable("ticket", cel::Type::Object(&TicketTable().type()));
  environment.AddVariable("requester", cel::Type::Object(&RequesterTable().type()));
  environment.AddVariable("actor", cel::Type::Object(&ActorTable().type()));
  environment.AddVariable("journey", cel::Type::Object(&JourneyTable().type()));
  environment.AddVariable("person", cel::Type::Object(&PersonTable().type()));
  environment.AddVariable("expect", cel::Type::Object(&ExpectTable().type()));
  environment.AddVariable("now", cel::TypeKind::kTimestamp);
  environment.AddVariable("update.next_update_by", cel::TypeKind::kString);
  return environment;
}

template <typename Source>
VariableDescription Describe(const char* name, const char* description,
                             const ObjectTable<Source>& table) {
  VariableDescription result{name, table.type().name(), description, {}};
  for (const VocabularyField<Source>& field : table.fields()) {
    result.fields.push_back({field.name, field.type.ToString(),
                             field.audience == Audience::kProvider, field.description});
  }
  return result;
}

// A lone signal has no requester: the person is the one who acted.
const v1::Person& RequesterOf(const Subject& subject) {
  return subject.requester == nullptr ? subject.ticket->requester() : *subject.requester;
}

std::string_view RequesterIdWhenUnknown(const Subject& subject) {
  return subject.event->has_ticket() ? std::string_view()
                                     : std::string_view(subject.event->actor().id());
}

}  // namespace

std::string TimeText(absl::Time time, const std::string& zone_name) {
  absl::TimeZone zone;
  if (zone_name.empty() || !absl::LoadTimeZone(zone_name, &zone)) {
    return absl::FormatTime("%Y-%m-%d %H:%M UTC", time, absl::UTCTimeZone());
  }
  return absl::FormatTime("%Y-%m-%d %H:%M", time, zone);
}

const cel::Environment& RulesEnvironment() {
  static const auto* const kEnvironment = new cel::Environment(BuildEnvironment());
  return *kEnvironment;
}

std::vector<VariableDescription> DescribeVocabulary() {
  return {
      Describe("event",
               "What just happened. One event can be several things at once; each is "
               "looked at on its own.",
               EventTable()),
      Describe("ticket", "The ticket as it stands after the event; empty for a signal without one.",
               TicketTable()),
      Describe("ticket.assignee", "The agent.", AssigneeTable()),
      Describe("requester", "The person who waits.", RequesterTable()),
      Describe("actor", "Who acted.", ActorTable()),
      Describe("journey", "What is known of the journey, this event included.", JourneyTable()),
      Describe("journey.possessions[]", "How long one party held the ball.", PossessionTable()),
      Describe("person", "What the requester is known for beyond this journey.", PersonTable()),
      Describe("expect",
               "How long the ticket will still take, learned from the desk's own tickets. Asked "
               "only where it is read; what it said is told in the decision (`expectations`). "
               "Whatever reads a time asks `expect.known` too.",
               ExpectTable()),
      {"now", "timestamp", "The time of the evaluation.", {}},
      {"update.next_update_by",
       "string",
       "In the text of an update: its promise of the next news, in the requester's time zone, such "
       "as `2026-11-22 14:30`; otherwise empty.",
       {}},
  };
}

Scope::Scope(const Subject& what)
    : subject(what),
      derived(&v1::DerivedEvent::default_instance()),
      requester(RequesterOf(what), RequesterIdWhenUnknown(what)),
      assignee(what.ticket->assignee(), {}),
      custom_fields(what.ticket->custom_fields()),
      signal_attributes(what.event->signal().attributes()),
      channels(what.journey->channels()),
      groups(what.journey->groups()),
      possessions(*what.journey),
      assignee_object(AssigneeTable(), assignee) {}

struct Bindings::Rep {
  explicit Rep(const Subject& subject)
      : scope(subject),
        event(EventTable(), scope),
        ticket(TicketTable(), scope),
        requester(RequesterTable(), scope.requester),
        actor(ActorTable(), scope),
        journey(JourneyTable(), scope),
        person(PersonTable(), scope),
        expect(ExpectTable(), scope) {
    values[kEvent] = cel::Value::ObjectRef(&event);
    values[kTicket] = cel::Value::ObjectRef(&ticket);
    values[kRequester] = cel::Value::ObjectRef(&requester);
    values[kActor] = cel::Value::ObjectRef(&actor);
    values[kJourney] = cel::Value::ObjectRef(&journey);
    values[kPerson] = cel::Value::ObjectRef(&person);
    values[kExpect] = cel::Value::ObjectRef(&expect);
    values[kNow] = cel::Value::Timestamp(subject.now);
    values[kNextUpdateBy] = cel::Value::StringView(next_update_by);
  }

  Scope scope;
  TableObject<Scope> event;
  TableObject<Scope> ticket;
  TableObject<PersonSource> requester;
  TableObject<Scope> actor;
  TableObject<Scope> journey;
  TableObject<Scope> person;
  TableObject<Scope> expect;
  std::string next_update_by;
  std::array<cel::Value, kSlots> values;
};

Bindings::Bindings(const Subject& subject) : rep_(std::make_unique<Rep>(subject)) {}
Bindings::~Bindings() = default;

void Bindings::SetDerived(const v1::DerivedEvent& derived) { rep_->scope.derived = &derived; }

void Bindings::SetNextUpdateBy(std::optional<absl::Time> promise) {
  const v1::Person& requester = RequesterOf(rep_->scope.subject);
  rep_->next_update_by =
      promise.has_value() ? TimeText(*promise, requester.time_zone()) : std::string();
  rep_->values[kNextUpdateBy] = cel::Value::StringView(rep_->next_update_by);
}

cel::Activation Bindings::activation() const { return rep_->values; }

}  // namespace waypost::rules
