// SPDX-License-Identifier: Apache-2.0
// Finds the conditions that an event may satisfy without asking all of them.
//
// Most conditions pin something down: `on: assigned`, `ticket.type == "incident"`,
// `event.signal in ["login_failed", "call_abandoned"]`. Conditions that pin the same paths share a
// shape; within a shape a hash of the values leads to those that can hold. An event costs one look
// per shape, not one per condition (tuple space search, Srinivasan, Suri and Varghese 1999).
//
// A condition that is not found would have been false, or would have failed because a map lacks the
// entry that it pins down.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/types/span.h"
#include "sidecar/cel/program.h"
#include "sidecar/rules/rule_set.h"
#include "waypost/v1/ticket.pb.h"

namespace waypost::rules {

// What the fact paths read for one event: a hash each, by path number.
using FactHashes = absl::InlinedVector<uint64_t, 32>;
// Numbers of conditions, ascending. Room for what rule sets have at hand without allocation.
using Candidates = absl::InlinedVector<uint32_t, 128>;

// The distinct paths that conditions compare with texts, such as `ticket.priority`, resolved to
// fields once.
class FactPaths {
 public:
  // Each costs every event a look.
  static constexpr size_t kMaxPaths = 64;

  // The number of `path` (as in cel::EqualityFact), which is added when it is new; -1 when it is
  // neither a text field nor an entry of a map of texts, or when there are kMaxPaths already.
  int Number(std::string_view path);

  // Reads all paths.
  void Read(cel::Activation activation, FactHashes* hashes) const;
  // Reads anew those that depend on the derived event.
  void ReadDerived(cel::Activation activation, FactHashes* hashes) const;

  static uint64_t HashOf(std::string_view text);

 private:
  struct Path {
    std::string name;
    int slot = 0;
    absl::InlinedVector<int, 2> fields;
    std::optional<std::string> key;  // of an entry of the map that the fields lead to
    bool derived = false;            // differs between the derived events of one event
  };
  static bool Resolve(std::string_view name, Path* path);
  static uint64_t ReadOne(const Path& path, cel::Activation activation);

  std::vector<Path> paths_;
};

// An index over one list of conditions. Immutable and thread-safe once built.
class ConditionIndex {
 public:
  struct Condition {
    EventTypes on;
    const cel::Program* program = nullptr;  // nullptr: always
  };

  // Adds the paths it needs to `paths`.
  ConditionIndex(absl::Span<const Condition> conditions, FactPaths* paths);

  // Appends, in ascending order, the numbers of all conditions that accept `type` and hold for an
  // event that reads `hashes`, and few others. Does not allocate while the answer fits.
  void Find(v1::EventType type, const FactHashes& hashes, Candidates* found) const;

 private:
  struct Fact {
    int path = 0;
    std::vector<uint64_t> values;  // ascending hashes
  };
  struct Pinned;
  struct Shape {
    std::vector<int> paths;  // ascending
    bool typed = false;      // the event type is pinned as well
  };
  struct Range {
    uint32_t begin = 0;
    uint32_t end = 0;
  };
  class Builder;

  std::vector<Shape> shapes_;
  std::vector<std::vector<uint32_t>> shapes_by_type_;  // by event type: those with a condition
  absl::flat_hash_map<uint64_t, Range> buckets_;       // by shape, type and values
  std::vector<uint32_t> numbers_;                      // what the ranges lead to
};

// The index of a rule set: one over its rules and one over the touchpoints of each journey
// definition. Immutable, thread-safe, independent of the rule set's lifetime.
class RuleIndex {
 public:
  explicit RuleIndex(const RuleSet& rule_set);

  [[nodiscard]] const FactPaths& paths() const { return paths_; }
  [[nodiscard]] const ConditionIndex& rules() const { return rules_; }
  // `journey` is a number in RuleSet::journeys.
  [[nodiscard]] const ConditionIndex& touchpoints(size_t journey) const {
    return touchpoints_[journey];
  }
  // The number in RuleSet::rules of the rule of that id; -1 when there is none.
  [[nodiscard]] int NumberOf(std::string_view rule_id) const;
  // Numbers in RuleSet::rules of those that wait for silence, in file order.
  [[nodiscard]] const std::vector<size_t>& silence_rules() const { return silence_rules_; }

 private:
  FactPaths paths_;
  std::vector<size_t> silence_rules_;
  absl::flat_hash_map<std::string, int> numbers_by_id_;
  ConditionIndex rules_;
  std::vector<ConditionIndex> touchpoints_;
};

// The index for RuleSet::index.
[[nodiscard]] std::shared_ptr<const RuleIndex> BuildIndex(const RuleSet& rule_set);

}  // namespace waypost::rules
