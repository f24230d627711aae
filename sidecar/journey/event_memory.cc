// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/event_memory.h"

#include <algorithm>
#include <map>

#include "sidecar/base/hash.h"

namespace waypost::journey {

using internal::v1::PersonState;

void RememberEvent(std::string_view event_id, uint64_t position, PersonState* person) {
  const uint64_t hash = StableHash(event_id);
  if (person->event_hashes_size() < kMaxRememberedEvents) {
    person->add_event_hashes(hash);
    person->add_event_positions(position);
    return;
  }
  const int slot = static_cast<int>(person->next_event() % kMaxRememberedEvents);
  person->set_event_hashes(slot, hash);
  person->set_event_positions(slot, position);
  person->set_next_event(static_cast<uint32_t>((slot + 1) % kMaxRememberedEvents));
}

void MergeEventMemory(const PersonState& from, PersonState* to) {
  std::map<uint64_t, uint64_t> hash_by_position;
  for (const PersonState* person : {&from, static_cast<const PersonState*>(to)}) {
    for (int i = 0; i < person->event_hashes_size(); ++i) {
      hash_by_position[person->event_positions(i)] = person->event_hashes(i);
    }
  }
  while (hash_by_position.size() > kMaxRememberedEvents) {
    hash_by_position.erase(hash_by_position.begin());
  }
  to->clear_event_hashes();
  to->clear_event_positions();
  to->clear_next_event();
  for (const auto& [position, hash] : hash_by_position) {
    to->add_event_hashes(hash);
    to->add_event_positions(position);
  }
}

std::vector<uint64_t> PositionsOfEvent(std::string_view event_id, const PersonRecord& record) {
  const uint64_t hash = StableHash(event_id);
  std::vector<uint64_t> positions;
  for (int i = 0; i < record.person.event_hashes_size(); ++i) {
    if (record.person.event_hashes(i) == hash) {
      positions.push_back(record.person.event_positions(i));
    }
  }
  std::sort(positions.rbegin(), positions.rend());
  return positions;
}

}  // namespace waypost::journey
