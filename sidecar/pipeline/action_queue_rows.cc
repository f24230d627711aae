// SPDX-License-Identifier: Apache-2.0
// How the queue's actions become rows, and leave memory once they are.
#include <algorithm>

#include "sidecar/pipeline/action_queue.h"

namespace waypost::pipeline {
namespace {

using internal::v1::ActionRecord;

store::ActionState StoredState(v1::ActionState state) {
  switch (state) {
    case v1::ACTION_STATE_DONE:
      return store::ActionState::kDone;
    case v1::ACTION_STATE_DEAD:
      return store::ActionState::kDead;
    default:
      return store::ActionState::kWaiting;
  }
}

}  // namespace

int64_t ActionQueue::unwritten_dead() const {
  return std::count_if(changed_.begin(), changed_.end(), [](const auto& change) {
    return change.second->record.state() == v1::ACTION_STATE_DEAD;
  });
}

void ActionQueue::NoteChange(Entry* entry) {
  if (entry->change != 0) return;
  entry->change = ++changes_;
  changed_.emplace(entry->change, entry);
}

void ActionQueue::TakeChanged(size_t max, std::vector<store::ActionRow>* rows) {
  for (size_t i = 0; i < max && !changed_.empty(); ++i) {
    Entry* entry = changed_.begin()->second;
    changed_.erase(changed_.begin());
    entry->change = 0;
    entry->has_row = true;
    const ActionRecord& record = entry->record;
    store::ActionRow& row = rows->emplace_back();
    row.tenant = record.tenant();
    row.action_id = record.action().id();
    row.position = record.position();
    row.number = record.number();
    row.state = StoredState(record.state());
    if (entry->settled()) row.settled_at = absl::FromUnixMicros(record.settled_at());
    row.blob = record.SerializeAsString();
  }
}

void ActionQueue::Forget(Entry* entry) {
  if (entry->settled() && entry->change == 0) entries_.erase(NameOf(*entry));
}

void ActionQueue::Written(const std::vector<store::ActionRow>& rows) {
  for (const store::ActionRow& row : rows) {
    Entry* entry = FindEntry(row.tenant, row.action_id);
    if (entry != nullptr) Forget(entry);
  }
}

void ActionQueue::NotWritten(const std::vector<store::ActionRow>& rows) {
  for (const store::ActionRow& row : rows) {
    Entry* entry = FindEntry(row.tenant, row.action_id);
    if (entry != nullptr) NoteChange(entry);
  }
}

void ActionQueue::ForgetSettled() {
  for (auto next = entries_.begin(); next != entries_.end();) {
    const bool forget = next->second->settled() && next->second->change == 0;
    const auto current = next++;
    if (forget) entries_.erase(current);
  }
}

}  // namespace waypost::pipeline
