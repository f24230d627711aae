// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/snapshot.h"

#include <array>
#include <string>

#include "sidecar/journey/micros.h"

namespace waypost::journey {
namespace {

using internal::v1::TicketState;
using v1::Person;
using v1::Ticket;

constexpr uint32_t Bit(int field_number) {
  return uint32_t{1} << static_cast<uint32_t>(field_number);
}

struct TextField {
  int number;
  bool (Ticket::*told)() const;
  const std::string& (Ticket::*get)() const;
  std::string* (Ticket::*mutable_text)();
};

constexpr std::array<TextField, 13> kTextFields = {{
    {Ticket::kUrlFieldNumber, &Ticket::has_url, &Ticket::url, &Ticket::mutable_url},
    {Ticket::kTypeFieldNumber, &Ticket::has_type, &Ticket::type, &Ticket::mutable_type},
    {Ticket::kSubjectFieldNumber, &Ticket::has_subject, &Ticket::subject, &Ticket::mutable_subject},
    {Ticket::kStatusFieldNumber, &Ticket::has_status, &Ticket::status, &Ticket::mutable_status},
    {Ticket::kPriorityFieldNumber, &Ticket::has_priority, &Ticket::priority,
     &Ticket::mutable_priority},
    {Ticket::kImpactFieldNumber, &Ticket::has_impact, &Ticket::impact, &Ticket::mutable_impact},
    {Ticket::kUrgencyFieldNumber, &Ticket::has_urgency, &Ticket::urgency, &Ticket::mutable_urgency},
    {Ticket::kGroupFieldNumber, &Ticket::has_group, &Ticket::group, &Ticket::mutable_group},
    {Ticket::kServiceFieldNumber, &Ticket::has_service, &Ticket::service, &Ticket::mutable_service},
    {Ticket::kCategoryFieldNumber, &Ticket::has_category, &Ticket::category,
     &Ticket::mutable_category},
    {Ticket::kChannelFieldNumber, &Ticket::has_channel, &Ticket::channel, &Ticket::mutable_channel},
    {Ticket::kParentRefFieldNumber, &Ticket::has_parent_ref, &Ticket::parent_ref,
     &Ticket::mutable_parent_ref},
    {Ticket::kMergedIntoRefFieldNumber, &Ticket::has_merged_into_ref, &Ticket::merged_into_ref,
     &Ticket::mutable_merged_into_ref},
}};

uint32_t ToldFields(const Ticket& told, v1::StatusCategory category) {
  uint32_t fields = 0;
  for (const TextField& field : kTextFields) {
    if ((told.*field.told)()) fields |= Bit(field.number);
  }
  if (category != v1::STATUS_CATEGORY_UNSPECIFIED)
    fields |= Bit(Ticket::kStatusCategoryFieldNumber);
  if (told.has_assignee()) fields |= Bit(Ticket::kAssigneeFieldNumber);
  if (told.has_requester()) fields |= Bit(Ticket::kRequesterFieldNumber);
  if (told.watchers_size() > 0) fields |= Bit(Ticket::kWatchersFieldNumber);
  if (told.has_sla_due_at()) fields |= Bit(Ticket::kSlaDueAtFieldNumber);
  if (!told.custom_fields().empty()) fields |= Bit(Ticket::kCustomFieldsFieldNumber);
  if (told.has_opened_at()) fields |= Bit(Ticket::kOpenedAtFieldNumber);
  return fields;
}

uint32_t ToldAfter(int64_t at, const TicketState& state) {
  uint32_t fields = 0;
  for (int i = state.told_at_size(); i-- > 0 && state.told_at(i) > at;) {
    fields |= state.told_fields(i);
  }
  return fields;
}

// Moves `fields` into the set of `at`. No newer set holds any of them.
void Note(uint32_t fields, int64_t at, TicketState* state) {
  if (fields == 0) return;
  auto& times = *state->mutable_told_at();
  auto& sets = *state->mutable_told_fields();
  int kept = 0;
  int place = 0;
  for (int i = 0; i < times.size(); ++i) {
    const uint32_t rest = sets[i] & ~fields;
    if (rest == 0) continue;
    times[kept] = times[i];
    sets[kept] = rest;
    ++kept;
    if (times[kept - 1] <= at) place = kept;
  }
  times.Truncate(kept);
  sets.Truncate(kept);
  if (place > 0 && times[place - 1] == at) {
    sets[place - 1] |= fields;
    return;
  }
  times.Add(at);
  sets.Add(fields);
  for (int i = kept; i > place; --i) {
    times.SwapElements(i, i - 1);
    sets.SwapElements(i, i - 1);
  }
}

void MergeText(const std::string& told, const std::string& known, std::string* (Person::*field)(),
               Person* person) {
  if (!told.empty() && told != known) *(person->*field)() = told;
}

void MergePerson(const Person& told, Person* person) {
  if (told.id() != person->id()) {
    *person = told;
    return;
  }
  MergeText(told.name(), person->name(), &Person::mutable_name, person);
  MergeText(told.email(), person->email(), &Person::mutable_email, person);
  MergeText(told.language(), person->language(), &Person::mutable_language, person);
  MergeText(told.time_zone(), person->time_zone(), &Person::mutable_time_zone, person);
  if (told.tags_size() > 0) *person->mutable_tags() = told.tags();
}

void MergeCustomFields(const Ticket& told, bool newest, Ticket* ticket) {
  auto& fields = *ticket->mutable_custom_fields();
  for (const auto& [name, value] : told.custom_fields()) {
    if (newest) {
      fields[name] = value;
    } else {
      fields.insert({name, value});
    }
  }
}

}  // namespace

void MergeTicket(const Ticket& told, v1::StatusCategory category, int64_t at, TicketState* state) {
  const uint32_t told_fields = ToldFields(told, category);
  const uint32_t taken = told_fields & ~ToldAfter(at, *state);
  const auto takes = [taken](int number) { return (taken & Bit(number)) != 0; };
  Ticket& ticket = *state->mutable_ticket();
  if (ticket.ref().empty()) ticket.set_ref(told.ref());
  for (const TextField& field : kTextFields) {
    if (takes(field.number)) (ticket.*field.mutable_text)()->assign((told.*field.get)());
  }
  if (takes(Ticket::kStatusCategoryFieldNumber)) ticket.set_status_category(category);
  if (takes(Ticket::kAssigneeFieldNumber)) {
    if (told.assignee().id().empty()) {
      ticket.clear_assignee();
    } else {
      MergePerson(told.assignee(), ticket.mutable_assignee());
    }
  }
  if (takes(Ticket::kRequesterFieldNumber)) {
    MergePerson(told.requester(), ticket.mutable_requester());
  }
  if (takes(Ticket::kWatchersFieldNumber)) *ticket.mutable_watchers() = told.watchers();
  if (takes(Ticket::kSlaDueAtFieldNumber)) *ticket.mutable_sla_due_at() = told.sla_due_at();
  if ((told_fields & Bit(Ticket::kCustomFieldsFieldNumber)) != 0) {
    MergeCustomFields(told, takes(Ticket::kCustomFieldsFieldNumber), &ticket);
  }
  if (takes(Ticket::kOpenedAtFieldNumber)) *ticket.mutable_opened_at() = told.opened_at();
  Note(taken, at, state);
}

void DefaultOpenedAt(int64_t first_event_at, TicketState* state) {
  for (const uint32_t fields : state->told_fields()) {
    if ((fields & Bit(Ticket::kOpenedAtFieldNumber)) != 0) return;
  }
  SetTime(first_event_at, state->mutable_ticket()->mutable_opened_at());
}

}  // namespace waypost::journey
