// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/names.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "sidecar/journey/entries.h"

namespace waypost::journey {
namespace {

constexpr uint32_t kFirst = 2;
constexpr size_t kMaxBytes = (size_t{1} << 14) - 1;
constexpr size_t kLow = 0x7f;
constexpr size_t kMore = 0x80;

// Cuts the first text off. The sizes were written by Append; a damaged string ends early.
inline std::string_view TakeFirst(std::string_view* names) {
  const char* const bytes = names->data();
  size_t size = static_cast<unsigned char>(bytes[0]);
  size_t skipped = 1;
  if ((size & kMore) != 0 && names->size() > 1) {
    size = (size & kLow) | static_cast<size_t>(static_cast<unsigned char>(bytes[1])) << 7;
    skipped = 2;
  }
  const std::string_view text(bytes + skipped, std::min(size, names->size() - skipped));
  *names = {text.data() + text.size(), names->size() - skipped - text.size()};
  return text;
}

void Append(std::string_view text, std::string* names) {
  if (text.size() >= kMore) {
    names->push_back(static_cast<char>((text.size() & kLow) | kMore));
    names->push_back(static_cast<char>(text.size() >> 7));
  } else {
    names->push_back(static_cast<char>(text.size()));
  }
  names->append(text);
}

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
  const Entry before = *entry;
  entry->clear_touchpoints();
  for (int i = 0; i < CountPassed(before); ++i) {
    Passed passed = GetPassed(before, i);
    passed.touchpoint = map(passed.touchpoint);
    passed.stage = map(passed.stage);
    passed.owner = map(passed.owner);
    AddPassed(passed, entry);
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
  std::vector<Entry> entries = ReadEntries(*journey);
  for (Entry& entry : entries) ForEach(map, &entry);
  WriteEntries(entries, journey);
  ForEach(map, journey->mutable_progress());
  if (journey->has_base()) ForEach(map, journey->mutable_base()->mutable_progress());
  for (RoleState& role : *journey->mutable_roles()) ForEach(map, &role);
  journey->set_signal_service(map(journey->signal_service()));
  journey->set_provider(map(journey->provider()));
}

}  // namespace

std::string_view NameOf(uint32_t number, std::string_view names) {
  if (number < kFirst) return {};
  for (; number > kFirst && !names.empty(); --number) TakeFirst(&names);
  return names.empty() ? std::string_view() : TakeFirst(&names);
}

uint32_t Intern(std::string_view text, uint32_t guess, std::string* names) {
  if (text.empty()) return kEmpty;
  text = text.substr(0, kMaxBytes);
  if (guess >= kFirst && NameOf(guess, *names) == text) return guess;
  uint32_t number = kFirst;
  for (std::string_view rest = *names; !rest.empty(); ++number) {
    const std::string_view name = TakeFirst(&rest);
    if (name.size() == text.size() && std::memcmp(name.data(), text.data(), text.size()) == 0) {
      return number;
    }
  }
  Append(text, names);
  return number;
}

void CompactNames(JourneyState* journey) {
  std::vector<uint32_t> renumbered = {kUntold, kEmpty};
  std::vector<std::string_view> texts = {"", ""};
  for (std::string_view rest = journey->names(); !rest.empty();) texts.push_back(TakeFirst(&rest));
  renumbered.resize(texts.size(), kUntold);
  std::string kept;
  uint32_t next = kFirst;
  ForEach(
      [&](uint32_t number) {
        if (number < kFirst || number >= texts.size()) return std::min(number, kEmpty);
        if (renumbered[number] == kUntold) {
          Append(texts[number], &kept);
          renumbered[number] = next++;
        }
        return renumbered[number];
      },
      journey);
  journey->mutable_names()->swap(kept);
}

}  // namespace waypost::journey
