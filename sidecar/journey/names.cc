// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/names.h"

#include <vector>

namespace waypost::journey {
namespace {

constexpr uint32_t kFirst = 2;

using internal::v1::Entry;
using internal::v1::JourneyState;
using internal::v1::Progress;
using internal::v1::RoleState;
using internal::v1::TicketProgress;

// Each ForEach calls `map` on every number and stores what it returns.
template <typename Map>
void ForEach(const Map& map, Entry* entry) {
  entry->set_status(map(entry->status()));
  entry->set_group(map(entry->group()));
  entry->set_assignee(map(entry->assignee()));
  entry->set_priority(map(entry->priority()));
  entry->set_parent(map(entry->parent()));
  entry->set_merged_into(map(entry->merged_into()));
  entry->set_channel(map(entry->channel()));
  entry->set_signal(map(entry->signal()));
  entry->set_provider(map(entry->provider()));
  for (internal::v1::Passed& passed : *entry->mutable_touchpoints()) {
    passed.set_touchpoint(map(passed.touchpoint()));
    passed.set_stage(map(passed.stage()));
    passed.set_owner(map(passed.owner()));
  }
}

template <typename Map>
void ForEach(const Map& map, Progress* progress) {
  progress->set_channel(map(progress->channel()));
  for (TicketProgress& ticket : *progress->mutable_tickets()) {
    ticket.set_status(map(ticket.status()));
    ticket.set_group(map(ticket.group()));
    ticket.set_assignee(map(ticket.assignee()));
    ticket.set_priority(map(ticket.priority()));
    ticket.set_parent(map(ticket.parent()));
    ticket.set_merged_into(map(ticket.merged_into()));
    ticket.set_channel(map(ticket.channel()));
    ticket.set_last_group(map(ticket.last_group()));
    ticket.set_known_group(map(ticket.known_group()));
    ticket.set_known_group_before(map(ticket.known_group_before()));
  }
}

template <typename Map>
void ForEach(const Map& map, RoleState* role) {
  role->set_definition(map(role->definition()));
  role->set_stage(map(role->stage()));
  role->set_touchpoint(map(role->touchpoint()));
  role->set_owner(map(role->owner()));
  for (uint32_t& stage : *role->mutable_stages()) stage = map(stage);
}

template <typename Map>
void ForEach(const Map& map, JourneyState* journey) {
  for (Entry& entry : *journey->mutable_entries()) ForEach(map, &entry);
  ForEach(map, journey->mutable_progress());
  if (journey->has_base()) ForEach(map, journey->mutable_base()->mutable_progress());
  for (RoleState& role : *journey->mutable_roles()) ForEach(map, &role);
  journey->set_signal_service(map(journey->signal_service()));
  journey->set_provider(map(journey->provider()));
}

}  // namespace

const std::string& NameOf(uint32_t number, const Names& names) {
  static const std::string* const empty = new std::string;
  if (number < kFirst || number - kFirst >= static_cast<uint32_t>(names.size())) return *empty;
  return names.Get(static_cast<int>(number - kFirst));
}

uint32_t Intern(std::string_view text, uint32_t guess, Names* names) {
  if (text.empty()) return kEmpty;
  if (guess >= kFirst && NameOf(guess, *names) == text) return guess;
  for (int i = 0; i < names->size(); ++i) {
    if (names->Get(i) == text) return static_cast<uint32_t>(i) + kFirst;
  }
  names->Add()->assign(text);
  return static_cast<uint32_t>(names->size() - 1) + kFirst;
}

void CompactNames(JourneyState* journey) {
  std::vector<uint32_t> renumbered(static_cast<size_t>(journey->names_size()) + kFirst, kUntold);
  renumbered[kEmpty] = kEmpty;
  Names kept;
  ForEach(
      [&](uint32_t number) {
        if (number < kFirst) return number;
        if (renumbered[number] == kUntold) {
          *kept.Add() = std::move(*journey->mutable_names(static_cast<int>(number - kFirst)));
          renumbered[number] = static_cast<uint32_t>(kept.size() - 1) + kFirst;
        }
        return renumbered[number];
      },
      journey);
  journey->mutable_names()->Swap(&kept);
}

}  // namespace waypost::journey
