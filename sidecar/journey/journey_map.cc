// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/journey_map.h"

#include <algorithm>
#include <limits>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "google/protobuf/util/time_util.h"

namespace waypost::journey {
namespace {

using google::protobuf::util::TimeUtil;

v1::GetJourneyMapRequest WithDefaults(v1::GetJourneyMapRequest request) {
  if (request.role() == v1::CONSUMER_ROLE_UNSPECIFIED) request.set_role(v1::CONSUMER_ROLE_USER);
  return request;
}

void CountEmotion(const v1::TouchpointPassed& passed, JourneyMap::Counts* counts) {
  if (passed.emotion_basis() == v1::EMOTION_BASIS_SAID) {
    ++counts->said;
    counts->said_sum += passed.emotion();
  } else if (passed.emotion_basis() == v1::EMOTION_BASIS_INFERRED) {
    ++counts->inferred;
    counts->inferred_sum += passed.emotion();
  }
}

double Mean(int64_t sum, int64_t count) {
  return static_cast<double>(sum) / static_cast<double>(count);
}

void WriteTouchpoint(const std::string& id, const JourneyMap::Counts& counts,
                     v1::MapTouchpoint* touchpoint) {
  touchpoint->set_touchpoint_id(id);
  touchpoint->set_kind(counts.kind);
  touchpoint->set_owner_id(counts.owner_id);
  touchpoint->set_passed(counts.passed);
  touchpoint->set_journeys(counts.journeys);
  if (counts.said > 0) touchpoint->set_emotion_said(Mean(counts.said_sum, counts.said));
  if (counts.inferred > 0) {
    touchpoint->set_emotion_inferred(Mean(counts.inferred_sum, counts.inferred));
  }
}

}  // namespace

void GapCounts::Add(const v1::RoleProjection& projection) {
  std::set<std::pair<int, std::string>> seen;
  for (const v1::Gap& gap : projection.gaps()) {
    const std::pair<int, std::string> key(gap.kind(), gap.step());
    if (!seen.insert(key).second) continue;
    v1::MapGap& counted = gaps_[key];
    *counted.mutable_gap() = gap;
    counted.set_journeys(counted.journeys() + 1);
  }
}

std::vector<v1::MapGap> GapCounts::Sorted() const {
  std::vector<v1::MapGap> sorted;
  for (const auto& [key, gap] : gaps_) sorted.push_back(gap);
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& left, const auto& right) {
    return left.journeys() > right.journeys();
  });
  return sorted;
}

JourneyMap::JourneyMap(const v1::GetJourneyMapRequest& request, const rules::RuleSet& rules)
    : request_(WithDefaults(request)), rules_(rules) {}

bool JourneyMap::InWindow(const v1::TimelineStep& step) const {
  const int64_t at = TimeUtil::TimestampToMicroseconds(step.occurred_at());
  if (request_.has_start_at() && at < TimeUtil::TimestampToMicroseconds(request_.start_at())) {
    return false;
  }
  return !request_.has_end_at() || at < TimeUtil::TimestampToMicroseconds(request_.end_at());
}

const v1::RoleProjection* JourneyMap::Projection(const v1::Journey& journey) const {
  for (const v1::RoleProjection& role : journey.roles()) {
    if (role.position().role() != request_.role()) continue;
    const bool wanted = request_.journey_definition_id().empty() ||
                        request_.journey_definition_id() == role.position().journey_definition_id();
    return wanted ? &role : nullptr;
  }
  return nullptr;
}

JourneyMap::CellKey JourneyMap::KeyOf(const v1::TimelineStep& step,
                                      const v1::TouchpointPassed& passed,
                                      const std::string& definition) const {
  const rules::Touchpoint* touchpoint = rules_.FindTouchpoint(definition, passed.touchpoint_id());
  const int stage = rules_.FindStage(passed.stage());
  CellKey key;
  key.stage = stage < 0 ? std::numeric_limits<int>::max() : stage;
  key.stage_id = passed.stage();
  key.channel =
      step.channel().empty() && touchpoint != nullptr ? touchpoint->channel : step.channel();
  return key;
}

void JourneyMap::Add(const v1::Journey& journey) {
  const v1::RoleProjection* projection = Projection(journey);
  if (projection == nullptr) return;
  std::set<const Counts*> seen;
  for (const v1::TimelineStep& step : journey.timeline()) {
    if (!InWindow(step)) continue;
    for (const v1::TouchpointPassed& passed : step.touchpoints()) {
      if (passed.role() != request_.role()) continue;
      const CellKey key = KeyOf(step, passed, projection->position().journey_definition_id());
      Counts& counts = cells_[key][passed.touchpoint_id()];
      counts.kind = passed.kind();
      counts.owner_id = passed.owner_id();
      ++counts.passed;
      if (seen.insert(&counts).second) ++counts.journeys;
      CountEmotion(passed, &counts);
    }
  }
  if (seen.empty()) return;
  ++journeys_;
  gaps_.Add(*projection);
}

void JourneyMap::WriteCells(v1::GetJourneyMapResponse* response) const {
  for (const auto& [key, cell] : cells_) {
    v1::MapCell* const out = response->add_cells();
    out->set_stage(key.stage_id);
    out->set_channel(key.channel);
    for (const auto& [id, counts] : cell) WriteTouchpoint(id, counts, out->add_touchpoints());
    std::stable_sort(
        out->mutable_touchpoints()->begin(), out->mutable_touchpoints()->end(),
        [](const auto& left, const auto& right) { return left.passed() > right.passed(); });
  }
}

void JourneyMap::WriteChannels(v1::GetJourneyMapResponse* response) const {
  std::map<std::string, int64_t> uses;
  for (const auto& [key, cell] : cells_) {
    for (const auto& [id, counts] : cell) uses[key.channel] += counts.passed;
  }
  std::vector<std::pair<std::string, int64_t>> channels(uses.begin(), uses.end());
  std::stable_sort(channels.begin(), channels.end(),
                   [](const auto& left, const auto& right) { return left.second > right.second; });
  for (const auto& [channel, count] : channels) response->add_channels(channel);
}

v1::GetJourneyMapResponse JourneyMap::Build() const {
  v1::GetJourneyMapResponse response;
  response.set_journeys(journeys_);
  for (const rules::Stage& stage : rules_.stages) response.add_stages(stage.id);
  WriteCells(&response);
  WriteChannels(&response);
  for (v1::MapGap& gap : gaps_.Sorted()) *response.add_gaps() = std::move(gap);
  return response;
}

}  // namespace waypost::journey
