// SPDX-License-Identifier: Apache-2.0
// A pipeline over a memory store that may fail, with a clock that stands still and small rules.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "gtest/gtest.h"
#include "sidecar/base/clock.h"
#include "sidecar/pipeline/pipeline.h"
#include "sidecar/store/memory_store.h"
#include "tests/support/rule_set_builder.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/pipeline/faulty_store.h"
#include "waypost/internal/v1/state.pb.h"

namespace waypost::pipeline {

inline rules::Touchpoint OnType(std::string id, v1::EventType type) {
  rules::Touchpoint touchpoint;
  touchpoint.id = std::move(id);
  touchpoint.stage = 1;
  touchpoint.on = testing::On({type});
  return touchpoint;
}

inline std::shared_ptr<const rules::RuleSet> SmallRules() {
  rules::RuleSet rules;
  rules.name = "small";
  rules.digest = "0123456789abcdef";
  rules.languages = {"en"};
  rules.stages = testing::DefaultStages();
  rules::JourneyDefinition definition;
  definition.id = "get-help";
  definition.touchpoints = {OnType("reported", v1::EVENT_TYPE_CREATED),
                            OnType("assigned", v1::EVENT_TYPE_ASSIGNED),
                            OnType("resolved", v1::EVENT_TYPE_RESOLVED)};
  rules.journeys.push_back(std::move(definition));
  return testing::Freeze(std::move(rules));
}

inline const absl::Time kStart =
    absl::FromCivil(absl::CivilSecond(2026, 5, 4, 10, 0, 0), absl::UTCTimeZone());

inline v1::TicketEvent MakeEvent(std::string_view id, std::string_view ref,
                                 std::string_view requester, absl::Time at = kStart) {
  v1::TicketEvent event;
  event.set_event_id(std::string(id));
  event.set_tenant("default");
  event.set_source("desk");
  event.mutable_occurred_at()->set_seconds(absl::ToUnixSeconds(at));
  event.mutable_ticket()->set_ref(std::string(ref));
  if (!requester.empty()) {
    event.mutable_ticket()->mutable_requester()->set_id(std::string(requester));
  }
  return event;
}

inline v1::TicketEvent MakeSignal(std::string_view id, std::string_view name,
                                  std::string_view person, absl::Time at = kStart) {
  v1::TicketEvent event = MakeEvent(id, "", "", at);
  event.clear_ticket();
  event.mutable_signal()->set_name(std::string(name));
  event.mutable_actor()->set_id(std::string(person));
  return event;
}

// An answer that may still be on its way.
class Answer {
 public:
  RecordCallback Callback() {
    return [state = state_](absl::StatusOr<std::string_view> response) {
      const absl::MutexLock lock(&state->mutex);
      if (response.ok()) {
        state->bytes = std::string(*response);
      } else {
        state->status = response.status();
      }
      state->done = true;
    };
  }

  [[nodiscard]] bool given() const {
    const absl::MutexLock lock(&state_->mutex);
    return state_->done;
  }

  [[nodiscard]] absl::StatusOr<std::string> Bytes() const {
    const absl::MutexLock lock(&state_->mutex);
    state_->mutex.Await(absl::Condition(&state_->done));
    if (!state_->status.ok()) return state_->status;
    return state_->bytes;
  }

  [[nodiscard]] absl::StatusOr<v1::RecordEventResponse> Await() const {
    absl::StatusOr<std::string> bytes = Bytes();
    if (!bytes.ok()) return bytes.status();
    v1::RecordEventResponse response;
    if (!response.ParseFromString(*bytes)) return absl::InternalError("no response");
    return response;
  }

 private:
  struct State {
    absl::Mutex mutex;
    bool done = false;
    absl::Status status;
    std::string bytes;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

class PipelineFixture : public ::testing::Test {
 protected:
  PipelineFixture() { options_.write_behind = absl::Hours(1); }  // tables on Flush() only

  void Start() {
    faulty_ = std::make_unique<FaultyStore>(inner_.get());
    absl::StatusOr<std::unique_ptr<Pipeline>> pipeline = Pipeline::Start(
        faulty_.get(), &clock_, [this] { return Rules(); }, options_);
    ASSERT_THAT(pipeline, testing::IsOk());
    pipeline_ = *std::move(pipeline);
  }

  // The rules in force from now on; a pipeline that runs may be asking for them just now.
  void UseRules(std::shared_ptr<const rules::RuleSet> rules) {
    const absl::MutexLock lock(&rules_mutex_);
    rules_ = std::move(rules);
  }

  // Ends the pipeline without letting it write the tables, as kill -9 would.
  void Crash() {
    faulty_->FailTables(absl::UnavailableError("crashed"));
    pipeline_.reset();
  }

  Answer Send(const v1::TicketEvent& event) {
    Answer answer;
    pipeline_->Record(event, event.SerializeAsString(), answer.Callback());
    return answer;
  }

  absl::StatusOr<v1::RecordEventResponse> Record(const v1::TicketEvent& event) {
    return Send(event).Await();
  }

  absl::StatusOr<v1::Journey> JourneyOf(std::string_view ref) {
    v1::GetJourneyRequest request;
    request.set_tenant("default");
    request.mutable_ticket()->set_source("desk");
    request.mutable_ticket()->set_ref(std::string(ref));
    absl::StatusOr<v1::GetJourneyResponse> response = pipeline_->GetJourney(request);
    if (!response.ok()) return response.status();
    return response->journey();
  }

  std::vector<v1::Journey> JourneysOf(std::string_view person) {
    v1::ListJourneysRequest request;
    request.set_tenant("default");
    request.set_person_id(std::string(person));
    const absl::StatusOr<v1::ListJourneysResponse> response = pipeline_->ListJourneys(request);
    EXPECT_THAT(response, testing::IsOk());
    if (!response.ok()) return {};
    return {response->journeys().begin(), response->journeys().end()};
  }

  // Every row of the tables, as text, once they are written.
  std::vector<std::string> Tables();

  VirtualClock clock_{kStart};
  Options options_;

 private:
  std::shared_ptr<const rules::RuleSet> Rules() {
    const absl::MutexLock lock(&rules_mutex_);
    return rules_;
  }

  absl::Mutex rules_mutex_;
  std::shared_ptr<const rules::RuleSet> rules_ ABSL_GUARDED_BY(rules_mutex_) = SmallRules();

 protected:
  std::unique_ptr<store::Store> inner_ = store::MakeMemoryStore("secret of tests");
  std::unique_ptr<FaultyStore> faulty_;
  std::unique_ptr<Pipeline> pipeline_;
};

inline std::vector<std::string> PipelineFixture::Tables() {
  EXPECT_THAT(pipeline_->Flush(), testing::IsOk());
  std::vector<std::string> rows;
  store::JourneyQuery query;
  query.tenant = "default";
  query.limit = 100'000;
  const absl::StatusOr<store::JourneyPage> page = inner_->ListJourneys(query);
  EXPECT_THAT(page, testing::IsOk());
  if (!page.ok()) return rows;
  for (const store::JourneyRow& row : page->rows) {
    const std::string key = row.journey_id + "|" + row.person_id + "|" + row.stage;
    rows.push_back("journey " + key + "|" + row.blob);
    internal::v1::JourneyState journey;
    EXPECT_TRUE(journey.ParseFromString(row.blob));
    for (const auto& ticket : journey.tickets()) {
      const auto home = inner_->FindTicket("default", ticket.source(), ticket.ticket().ref());
      EXPECT_TRUE(home.ok() && home->has_value());
      if (!home.ok() || !home->has_value()) continue;
      rows.push_back("ticket " + (*home)->ref + "|" + (*home)->person_id + "|" +
                     (*home)->journey_id);
      EXPECT_EQ((*home)->journey_id, row.journey_id);
    }
    const auto person = inner_->FindPerson("default", row.person_id);
    EXPECT_TRUE(person.ok() && person->has_value());
    if (person.ok() && person->has_value()) {
      rows.push_back("person " + (*person)->person_id + "|" + (*person)->blob);
    }
  }
  return rows;
}

}  // namespace waypost::pipeline
