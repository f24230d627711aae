// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "sidecar/rules/rule_set.h"
#include "waypost/v1/insight_service.pb.h"
#include "waypost/v1/journey.pb.h"

namespace waypost::journey {

// Departures from the ideal paths, counted over journeys.
class GapCounts {
 public:
  // Counts each kind of departure of the projection once.
  void Add(const v1::RoleProjection& projection);

  // Most frequent first, equally frequent ones by kind and step.
  [[nodiscard]] std::vector<v1::MapGap> Sorted() const;

 private:
  std::map<std::pair<int, std::string>, v1::MapGap> gaps_;  // by kind and step
};

// The journey map of one role, counted over many journeys: stages by channels with the touchpoints
// passed, and the departures from the ideal paths. Add journeys in any order, then Build. Not
// thread-safe. Memory grows with distinct (stage, channel, touchpoint), not with journeys.
class JourneyMap {
 public:
  // What is counted of one touchpoint in one cell.
  struct Counts {
    v1::TouchpointKind kind = v1::TOUCHPOINT_KIND_UNSPECIFIED;
    std::string owner_id;
    int64_t passed = 0;
    int64_t journeys = 0;
    int64_t said = 0;
    int64_t said_sum = 0;
    int64_t inferred = 0;
    int64_t inferred_sum = 0;
  };

  // What to count, as GetJourneyMap is asked: role (default: user), journey definition and time
  // window. Copies what it needs. `rules` outlives the map; it gives the order of the stages and
  // the channel of touchpoints whose events told none.
  JourneyMap(const v1::GetJourneyMapRequest& request, const rules::RuleSet& rules);

  // Counts the steps of `journey` (viewed with its timeline) that lie in the window. A journey
  // without such a step, or of another definition, does not count.
  void Add(const v1::Journey& journey);

  [[nodiscard]] v1::GetJourneyMapResponse Build() const;

 private:
  struct CellKey {
    int stage = 0;  // number in RuleSet::stages; those unknown to it come last
    std::string stage_id;
    std::string channel;
    bool operator<(const CellKey& other) const {
      return std::tie(stage, stage_id, channel) <
             std::tie(other.stage, other.stage_id, other.channel);
    }
  };
  using Cell = std::map<std::string, Counts>;  // by touchpoint id

  [[nodiscard]] bool InWindow(const v1::TimelineStep& step) const;
  [[nodiscard]] const v1::RoleProjection* Projection(const v1::Journey& journey) const;
  [[nodiscard]] CellKey KeyOf(const v1::TimelineStep& step, const v1::TouchpointPassed& passed,
                              const std::string& definition) const;

  void WriteCells(v1::GetJourneyMapResponse* response) const;
  void WriteChannels(v1::GetJourneyMapResponse* response) const;

  const v1::GetJourneyMapRequest request_;
  const rules::RuleSet& rules_;
  std::map<CellKey, Cell> cells_;
  GapCounts gaps_;
  int64_t journeys_ = 0;
};

}  // namespace waypost::journey
