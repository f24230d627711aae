// SPDX-License-Identifier: Apache-2.0
// A pipeline whose rules raise an alert whenever a ticket's priority changes.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"
#include "tests/unit/pipeline/pipeline_fixture.h"
#include "waypost/v1/outbox_service.pb.h"

namespace waypost::pipeline {

// A rule per priority P0 to P9, as an alert of a rule is open once per journey; "P9" is in shadow
// mode.
inline std::shared_ptr<const rules::RuleSet> RulesThatAlert() {
  rules::RuleSet rules;
  rules.name = "alerts";
  rules.digest = "alerts-1";
  rules.languages = {"en"};
  rules.stages = testing::DefaultStages();
  rules.caps.alerts_per_ticket_per_day = 1'000'000;
  for (int i = 0; i < 10; ++i) {
    rules::Rule rule;
    rule.id = absl::StrCat("is-p", i);
    rule.on = testing::On({v1::EVENT_TYPE_CREATED, v1::EVENT_TYPE_PRIORITY_CHANGED});
    rule.condition = testing::Condition(absl::StrCat("ticket.priority == 'P", i, "'"));
    rule.shadow = i == 9;
    rule.alert.emplace();
    rule.alert->text = testing::Texts({{"en", absl::StrCat("{{ticket.ref}} is P", i)}});
    rules.rules.push_back(std::move(rule));
  }
  return testing::Freeze(std::move(rules));
}

// P1 is a warning and P0 critical to the owner "lead", P2 a warning to "other"; all are over at P5.
// Each owner gets so many an hour. An alert that is open is told again each 30 minutes when
// `again`.
inline std::shared_ptr<const rules::RuleSet> RulesThatAlertOwners(int cap, bool again = false) {
  rules::RuleSet rules;
  rules.name = "owners";
  rules.digest = "owners-1";
  rules.languages = {"en"};
  rules.stages = testing::DefaultStages();
  rules.caps.alerts_per_owner_per_hour = cap;
  rules.owners.emplace_back().id = "lead";
  rules.owners.emplace_back().id = "other";
  for (int i = 0; i < 3; ++i) {
    rules::Rule rule;
    rule.id = absl::StrCat("is-p", i);
    rule.on = testing::On({v1::EVENT_TYPE_CREATED, v1::EVENT_TYPE_PRIORITY_CHANGED});
    rule.condition = testing::Condition(absl::StrCat("ticket.priority == 'P", i, "'"));
    rule.alert.emplace();
    rule.alert->severity = i == 0 ? v1::SEVERITY_CRITICAL : v1::SEVERITY_WARNING;
    rule.alert->owner = i == 2 ? 1 : 0;
    rule.alert->until = testing::Condition("ticket.priority == 'P5'");
    rule.alert->repeat = {again ? absl::Minutes(30) : absl::Hours(1000)};
    rule.alert->text = testing::Texts({{"en", absl::StrCat("{{ticket.ref}} is P", i)}});
    rules.rules.push_back(std::move(rule));
  }
  return testing::Freeze(std::move(rules));
}

// A pull that may still wait.
class PullAnswer {
 public:
  PullCallback Callback() {
    return [state = state_](absl::StatusOr<v1::PullActionsResponse> response) {
      state->response = std::move(response);
      state->given.Notify();
    };
  }
  [[nodiscard]] bool given() const { return state_->given.HasBeenNotified(); }
  [[nodiscard]] absl::StatusOr<v1::PullActionsResponse> Await() const {
    state_->given.WaitForNotification();
    return state_->response;
  }

 private:
  struct State {
    absl::Notification given;
    absl::StatusOr<v1::PullActionsResponse> response;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

class OutboxFixture : public PipelineFixture {
 protected:
  OutboxFixture() { UseRules(RulesThatAlert()); }

  v1::TicketEvent Change(const std::string& ref, int priority) {
    v1::TicketEvent event = MakeEvent(absl::StrCat(ref, " P", priority), ref,
                                      absl::StrCat("owner of ", ref), clock_.Now());
    event.mutable_ticket()->set_priority(absl::StrCat("P", priority));
    return event;
  }

  // Records the change; the id of the alert that it raised, or why not.
  std::string Raise(const std::string& ref, int priority) {
    const auto response = Record(Change(ref, priority));
    if (!response.ok()) return std::string(response.status().message());
    return response->enrichment().alerts_size() == 1 ? response->enrichment().alerts(0).id()
                                                     : "no alert";
  }

  static v1::PullActionsRequest Request(int max = 100) {
    v1::PullActionsRequest request;
    request.set_tenant("default");
    request.set_max_actions(max);
    return request;
  }

  PullAnswer StartPull(const v1::PullActionsRequest& request) {
    PullAnswer answer;
    pipeline_->PullActions(request, answer.Callback());
    return answer;
  }

  std::vector<v1::LeasedAction> Pull(const v1::PullActionsRequest& request = Request()) {
    const auto response = StartPull(request).Await();
    EXPECT_THAT(response, testing::IsOk());
    if (!response.ok()) return {};
    return {response->actions().begin(), response->actions().end()};
  }

  // The texts of the alerts that are handed out.
  std::vector<std::string> PullTexts() {
    std::vector<std::string> texts;
    for (const v1::LeasedAction& action : Pull()) texts.push_back(action.action().alert().text());
    return texts;
  }

  static v1::ActionResult Result(const std::string& id, v1::ActionOutcome outcome,
                                 const std::string& lease_id = "") {
    v1::ActionResult result;
    result.set_action_id(id);
    result.set_outcome(outcome);
    result.set_lease_id(lease_id);
    return result;
  }

  absl::StatusOr<v1::AcknowledgeCode> Acknowledge(const v1::ActionResult& result) {
    v1::AcknowledgeActionsRequest request;
    request.set_tenant("default");
    *request.add_results() = result;
    const auto response = pipeline_->AcknowledgeActions(request);
    if (!response.ok()) return response.status();
    EXPECT_EQ(response->acknowledgements_size(), 1);
    EXPECT_EQ(response->acknowledgements(0).action_id(), result.action_id());
    return response->acknowledgements(0).code();
  }

  void Finish(const std::string& id) {
    const auto code = Acknowledge(Result(id, v1::ACTION_OUTCOME_DONE));
    ASSERT_THAT(code, testing::IsOk());
    ASSERT_EQ(*code, v1::ACKNOWLEDGE_CODE_ACCEPTED);
  }

  std::vector<v1::ActionStatus> List(v1::ActionState state) {
    v1::ListActionsRequest request;
    request.set_tenant("default");
    request.set_state(state);
    request.set_page_size(2);
    std::vector<v1::ActionStatus> actions;
    do {
      const auto response = pipeline_->ListActions(request);
      EXPECT_THAT(response, testing::IsOk());
      if (!response.ok()) return actions;
      actions.insert(actions.end(), response->actions().begin(), response->actions().end());
      request.set_page_token(response->next_page_token());
    } while (!request.page_token().empty());
    return actions;
  }
};

}  // namespace waypost::pipeline
