// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cli/story_runner.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sidecar/base/proto_time.h"
#include "sidecar/journey/outlook.h"
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

// What time brought since the step before.
struct Brought {
  v1::Enrichment enrichment;                // of all decisions together
  std::map<std::string, std::string> when;  // "+2h30m", by action id
};

// Says what the story says of how long tickets take.
class ToldOutlook final : public journey::Outlook {
 public:
  explicit ToldOutlook(const std::optional<TicketsTake>& take) : take_(take) {}

  v1::TicketExpectation Ask(const journey::AskedTicket& ticket, absl::Time now) const override {
    expectation::Expectation expectation;
    if (take_.has_value()) {
      expectation.p50 = take_->p50;
      expectation.p80 = take_->p80;
    } else {
      expectation.refusal = expectation::Refusal::kTooFewTickets;
    }
    return journey::Tell(expectation, ticket.ref, 0, now);
  }

 private:
  const std::optional<TicketsTake> take_;
};

// Plays a story on a desk of its own.
class Player {
 public:
  Player(const Story& story, std::shared_ptr<const rules::RuleSet> rules, Coverage* coverage)
      : story_(story),
        outlook_(story.tickets_take),
        desk_(std::move(rules)),
        now_(story.start),
        coverage_(*coverage) {
    desk_.AskInstead(&outlook_);
    desk_.LetTimePass([this](const internal::v1::Decision& decision,
                             const journey::PersonRecord& /*person*/) { TakeBrought(decision); });
  }

  // Nothing to tell when all went as expected.
  FailedStep Play(const StoryStep& step) {
    FailedStep failed;
    failed.location = step.location;
    failed.at = Since(step.at);
    now_ = std::max(now_, step.at);
    desk_.AdvanceTo(now_);
    const Brought brought = std::exchange(brought_, {});
    failed.differences = Compare(step.event.has_value() ? Expectation() : step.expect,
                                 brought.enrichment, step.at, brought.when);
    if (step.event.has_value()) Record(step, &failed);
    return failed;
  }

 private:
  [[nodiscard]] std::string Since(absl::Time time) const {
    return absl::StrCat("+", absl::FormatDuration(time - story_.start));
  }

  void TakeBrought(const internal::v1::Decision& decision) {
    const std::string at = Since(absl::FromUnixMicros(decision.decided_at()));
    const v1::Enrichment& decided = decision.enrichment();
    for (const v1::ExperienceAlert& alert : decided.alerts()) brought_.when[alert.id()] = at;
    for (const v1::StatusUpdate& update : decided.status_updates()) brought_.when[update.id()] = at;
    for (const v1::SurveyDecision& survey : decided.surveys()) brought_.when[survey.id()] = at;
    NoteSurveys(decided);
    Note(decided, &coverage_);
    brought_.enrichment.MergeFrom(decided);
  }

  void NoteSurveys(const v1::Enrichment& decided) {
    for (const v1::SurveyDecision& survey : decided.surveys()) {
      if (survey.outcome() == v1::SURVEY_OUTCOME_SEND) sent_[survey.rule_id()] = survey.id();
    }
  }

  void Record(const StoryStep& step, FailedStep* failed) {
    v1::TicketEvent event = *step.event;
    if (event.has_feedback()) {
      if (!sent_.contains(step.answers)) {
        failed->error = absl::StrCat("no survey of the rule ", step.answers, " was sent before");
        return;
      }
      event.mutable_feedback()->set_survey_id(sent_[step.answers]);
    }
    const std::vector<pipeline::Violation> violations = service::CheckEvent(event, "event", now_);
    for (const pipeline::Violation& violation : violations) {
      absl::StrAppend(&failed->error, failed->error.empty() ? "" : "\n", violation.field, ": ",
                      violation.description);
    }
    if (!violations.empty()) return;
    const absl::StatusOr<pipeline::OfflineDesk::Recorded> recorded = desk_.Record(event, now_);
    if (!recorded.ok()) {
      failed->error = std::string(recorded.status().message());
      return;
    }
    NoteSurveys(*recorded->enrichment);
    Note(*recorded->enrichment, &coverage_);
    std::vector<Difference> differences = Compare(step.expect, *recorded->enrichment, step.at);
    std::move(differences.begin(), differences.end(), std::back_inserter(failed->differences));
  }

  const Story& story_;
  const ToldOutlook outlook_;
  pipeline::OfflineDesk desk_;
  absl::Time now_;
  Coverage& coverage_;
  Brought brought_;
  std::map<std::string, std::string> sent_;  // the newest survey's id, by rule
};

}  // namespace

StoryResult RunStory(const Story& story, const std::shared_ptr<const rules::RuleSet>& rules,
                     Coverage* coverage) {
  StoryResult result;
  result.name = story.name;
  result.location = story.location;
  Player player(story, rules, coverage);
  for (size_t number = 1; number <= story.steps.size(); ++number) {
    FailedStep failed = player.Play(story.steps[number - 1]);
    if (failed.error.empty() && failed.differences.empty()) continue;
    failed.number = number;
    result.failed_steps.push_back(std::move(failed));
  }
  return result;
}

std::vector<std::string> RulesNotFired(const rules::RuleSet& rules, const Coverage& coverage) {
  std::vector<std::string> missing;
  for (const rules::Rule& rule : rules.rules) {
    if (!coverage.rules.contains(rule.id)) {
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
