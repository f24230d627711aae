// SPDX-License-Identifier: Apache-2.0
// The actions of a store that is memory only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "sidecar/store/store.h"

namespace waypost::store {

// As Store says of actions. Not thread-safe.
class MemoryActions {
 public:
  void Put(const ActionRow& row);
  [[nodiscard]] std::optional<ActionRow> Find(std::string_view tenant,
                                              std::string_view action_id) const;
  [[nodiscard]] std::vector<ActionRow> List(const ActionQuery& query) const;
  [[nodiscard]] int64_t Count(ActionState state) const;
  size_t Prune(absl::Time before, size_t limit);

 private:
  using Key = std::pair<std::string, std::string>;  // tenant, action_id
  using Order = std::tuple<uint64_t, uint32_t, Key>;

  void Remove(const Key& key);

  std::map<Key, ActionRow> rows_;
  // What the rows say, the other way round.
  std::map<ActionState, std::set<Order>> by_state_;
  std::set<std::pair<absl::Time, Key>> settled_;
};

}  // namespace waypost::store
