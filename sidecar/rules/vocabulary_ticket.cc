// SPDX-License-Identifier: Apache-2.0
// `ticket`, `requester` and `ticket.assignee`.
#include <string>
#include <utility>

#include "sidecar/rules/vocabulary_tables.h"

namespace waypost::rules {
namespace {

using cel::Type;
using cel::TypeKind;
using cel::Value;
using TicketField = VocabularyField<Scope>;

// A text field of the ticket.
template <const std::string& (v1::Ticket::*Text)() const>
Value TicketText(const Scope& scope) {
  return Value::StringView((scope.subject.ticket->*Text)());
}

template <const std::string& (v1::Ticket::*Text)() const>
TicketField TextField(const char* name, Audience audience, const char* description) {
  return {name, TypeKind::kString, audience, description, TicketText<Text>};
}

Value SlaDueAt(const Scope& scope) {
  const v1::Ticket& ticket = *scope.subject.ticket;
  return ticket.has_sla_due_at() ? TimestampValue(ticket.sla_due_at()) : Value::Null();
}

Value OpenedAt(const Scope& scope) {
  const v1::Ticket& ticket = *scope.subject.ticket;
  return ticket.has_opened_at() ? TimestampValue(ticket.opened_at()) : Value::Null();
}

std::vector<TicketField> DescriptionFields() {
  return {
      TextField<&v1::Ticket::ref>("ref", Audience::kEveryone,
                                  "The number people quote, such as `INC0012345`."),
      TextField<&v1::Ticket::url>("url", Audience::kEveryone, "Where the customer can look at it."),
      TextField<&v1::Ticket::type>(
          "type", Audience::kEveryone,
          "`incident`, `request`, `problem`, `change` or the platform's own word."),
      TextField<&v1::Ticket::subject>("subject", Audience::kEveryone, "The subject line."),
      TextField<&v1::Ticket::status>("status", Audience::kEveryone,
                                     "The platform's name of the status."),
      {"status_category", TypeKind::kString, Audience::kEveryone,
       "What the status means: `new`, `open`, `waiting_on_customer`, `waiting_on_provider`, "
       "`resolved`, `closed` or `canceled`.",
       [](const Scope& s) {
         return Value::StringView(StatusCategoryName(s.subject.ticket->status_category()));
       }},
      TextField<&v1::Ticket::priority>("priority", Audience::kEveryone,
                                       "`P1` (most urgent) to `P5`, or the platform's own word."),
      TextField<&v1::Ticket::impact>("impact", Audience::kProvider,
                                     "The impact, in the platform's words."),
      TextField<&v1::Ticket::urgency>("urgency", Audience::kProvider,
                                      "The urgency, in the platform's words."),
      TextField<&v1::Ticket::service>("service", Audience::kEveryone,
                                      "The business service concerned."),
      TextField<&v1::Ticket::category>("category", Audience::kEveryone,
                                       "The category, such as `network/vpn`."),
      TextField<&v1::Ticket::channel>(
          "channel", Audience::kEveryone,
          "How it was reported: `portal`, `email`, `phone`, `chat`, `walk-up` or another word."),
  };
}

std::vector<TicketField> HandlingFields() {
  return {
      TextField<&v1::Ticket::group>("group", Audience::kProvider,
                                    "The assignment group or queue; empty when there is none."),
      {"assignee", Type::Object(&AssigneeTable().type()), Audience::kProvider,
       "The agent it is assigned to; all fields are empty when there is none.",
       [](const Scope& s) { return Value::ObjectRef(&s.assignee_object); }},
      {"watchers", TypeKind::kInt, Audience::kProvider, "How many others follow the ticket.",
       [](const Scope& s) { return Value::Int(s.subject.ticket->watchers_size()); }},
      TextField<&v1::Ticket::parent_ref>(
          "parent_ref", Audience::kProvider,
          "The number of the parent ticket, such as a major incident; empty when there is none."),
      TextField<&v1::Ticket::merged_into_ref>(
          "merged_into_ref", Audience::kProvider,
          "The number of the ticket that this one was merged into; empty when it was not."),
      {"sla_due_at", TypeKind::kTimestamp, Audience::kProvider,
       "When the service level target falls due; null when not known.", SlaDueAt},
      {"opened_at", TypeKind::kTimestamp, Audience::kEveryone,
       "When the ticket was opened; null when the platform did not say.", OpenedAt},
      {"custom_fields", Type::Map(TypeKind::kString, TypeKind::kString), Audience::kProvider,
       "The platform's own fields by name: `ticket.custom_fields[\"u_floor\"]`.",
       [](const Scope& s) { return Value::BorrowedMap(&s.custom_fields); }},
  };
}

using PersonField = VocabularyField<PersonSource>;

template <const std::string& (v1::Person::*Text)() const>
Value PersonText(const PersonSource& source) {
  return Value::StringView((source.person.*Text)());
}

std::vector<PersonField> PersonFields() {
  return {
      {"id", TypeKind::kString, Audience::kEveryone, "The platform's identifier.",
       [](const PersonSource& s) { return Value::StringView(s.id); }},
      {"name", TypeKind::kString, Audience::kEveryone, "The display name.",
       PersonText<&v1::Person::name>},
      {"email", TypeKind::kString, Audience::kEveryone, "The e-mail address.",
       PersonText<&v1::Person::email>},
      {"language", TypeKind::kString, Audience::kEveryone,
       "The language to write in, such as `de` or `en-GB`; empty when not known.",
       PersonText<&v1::Person::language>},
      {"time_zone", TypeKind::kString, Audience::kEveryone,
       "The time zone, such as `Europe/London`; empty when not known.",
       PersonText<&v1::Person::time_zone>},
      {"tags", Type::List(TypeKind::kString), Audience::kProvider,
       "Labels such as `vip`: `\"vip\" in requester.tags`.",
       [](const PersonSource& s) { return Value::BorrowedList(&s.tags); }},
  };
}

}  // namespace

const ObjectTable<Scope>& TicketTable() {
  static const auto* const kTable = [] {
    std::vector<TicketField> fields = DescriptionFields();
    for (TicketField& field : HandlingFields()) {
      fields.push_back(std::move(field));
    }
    return new ObjectTable<Scope>("ticket", std::move(fields));
  }();
  return *kTable;
}

const ObjectTable<PersonSource>& RequesterTable() {
  static const auto* const kTable = new ObjectTable<PersonSource>("requester", PersonFields());
  return *kTable;
}

const ObjectTable<PersonSource>& AssigneeTable() {
  static const auto* const kTable = new ObjectTable<PersonSource>("assignee", PersonFields());
  return *kTable;
}

}  // namespace waypost::rules
