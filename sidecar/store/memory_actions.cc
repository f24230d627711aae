// SPDX-License-Identifier: Apache-2.0
#include "sidecar/store/memory_actions.h"

namespace waypost::store {
namespace {

absl::Time ToMicrosecond(absl::Time time) { return absl::FromUnixMicros(absl::ToUnixMicros(time)); }

}  // namespace

void MemoryActions::Remove(const Key& key) {
  const auto found = rows_.find(key);
  if (found == rows_.end()) return;
  const ActionRow& row = found->second;
  by_state_[row.state].erase({row.position, row.number, key});
  settled_.erase({row.settled_at, key});
  rows_.erase(found);
}

void MemoryActions::Put(const ActionRow& row) {
  const Key key(row.tenant, row.action_id);
  Remove(key);
  ActionRow& kept = rows_[key] = row;
  by_state_[row.state].emplace(row.position, row.number, key);
  if (row.settled_at == absl::InfiniteFuture()) return;
  kept.settled_at = ToMicrosecond(row.settled_at);
  settled_.emplace(kept.settled_at, key);
}

std::optional<ActionRow> MemoryActions::Find(std::string_view tenant,
                                             std::string_view action_id) const {
  const auto found = rows_.find(Key(tenant, action_id));
  if (found == rows_.end()) return std::nullopt;
  return found->second;
}

std::vector<ActionRow> MemoryActions::List(const ActionQuery& query) const {
  std::vector<ActionRow> rows;
  const auto in_state = by_state_.find(query.state);
  if (in_state == by_state_.end()) return rows;
  const std::set<Order>& order = in_state->second;
  for (auto next = order.lower_bound({query.after_position, query.after_number, Key()});
       next != order.end() && rows.size() < query.limit; ++next) {
    const auto& [position, number, key] = *next;
    if (position == query.after_position && number == query.after_number) continue;
    if (query.tenant.empty() || key.first == query.tenant) rows.push_back(rows_.at(key));
  }
  return rows;
}

int64_t MemoryActions::Count(ActionState state) const {
  const auto in_state = by_state_.find(state);
  return in_state == by_state_.end() ? 0 : static_cast<int64_t>(in_state->second.size());
}

size_t MemoryActions::Prune(absl::Time before, size_t limit) {
  before = ToMicrosecond(before);
  size_t removed = 0;
  while (removed < limit && !settled_.empty() && settled_.begin()->first < before) {
    Remove(Key(settled_.begin()->second));
    ++removed;
  }
  return removed;
}

}  // namespace waypost::store
