// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cli/story_runner.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sidecar/base/proto_time.h"
#include "sidecar/pipeline/offline_desk.h"
#include "sidecar/service/request_validation.h"

namespace waypost::cli {
namespace {

void Note(const v1::Enrichment& enrichment, Coverage* coverage) {
  coverage->rules.insert(enrichment.rule_ids().begin(), enrichment.rule_ids().end());
  for (const v1::JourneyPosition& position : enrichment.positions()) {
    if (position.moved()) {
      coverage->touchpoints.insert(
          absl::StrCat(position.journey_definition_id(), "/", position.touchpoint_id()));
    }
  }
}

// Plays one step; nothing to tell when all went as expected.
FailedStep PlayStep(const StoryStep& step, absl::Time now, pipeline::OfflineDesk* desk,
                    Coverage* coverage) {
  FailedStep failed;
  const std::vector<pipeline::Violation> violations = service::CheckEvent(step.event, "event", now);
  for (const pipeline::Violation& violation : violations) {
    absl::StrAppend(&failed.error, failed.error.empty() ? "" : "\n", violation.field, ": ",
                    violation.description);
  }
  if (!violations.empty()) {
    return failed;
  }
  const absl::StatusOr<pipeline::OfflineDesk::Recorded> recorded = desk->Record(step.event, now);
  if (!recorded.ok()) {
    failed.error = std::string(recorded.status().message());
    return failed;
  }
  Note(*recorded->enrichment, coverage);
  failed.differences =
      Compare(step.expect, *recorded->enrichment, FromProto(step.event.occurred_at()));
  return failed;
}

}  // namespace

StoryResult RunStory(const Story& story, const std::shared_ptr<const rules::RuleSet>& rules,
                     Coverage* coverage) {
  StoryResult result;
  result.name = story.name;
  result.location = story.location;
  pipeline::OfflineDesk desk(rules);
  absl::Time now = story.start;
  for (size_t number = 1; number <= story.steps.size(); ++number) {
    const StoryStep& step = story.steps[number - 1];
    const absl::Time at = FromProto(step.event.occurred_at());
    now = std::max(now, at);
    FailedStep failed = PlayStep(step, now, &desk, coverage);
    if (!failed.error.empty() || !failed.differences.empty()) {
      failed.number = number;
      failed.location = step.location;
      failed.at = absl::StrCat("+", absl::FormatDuration(at - story.start));
      result.failed_steps.push_back(std::move(failed));
    }
  }
  return result;
}

std::vector<std::string> RulesNotFired(const rules::RuleSet& rules, const Coverage& coverage) {
  std::vector<std::string> missing;
  for (const rules::Rule& rule : rules.rules) {
    if (!rule.timer_driven && !coverage.rules.contains(rule.id)) {
      missing.push_back(rule.id);
    }
  }
  return missing;
}

std::vector<std::string> TouchpointsNotPassed(const rules::RuleSet& rules,
                                              const Coverage& coverage) {
  std::vector<std::string> missing;
  for (const rules::JourneyDefinition& journey : rules.journeys) {
    for (const rules::Touchpoint& touchpoint : journey.touchpoints) {
      std::string name = absl::StrCat(journey.id, "/", touchpoint.id);
      if (!coverage.touchpoints.contains(name)) {
        missing.push_back(std::move(name));
      }
    }
  }
  return missing;
}

}  // namespace waypost::cli
