// SPDX-License-Identifier: Apache-2.0
// The way of an event: to its person, through the rules, onto the disk, back to the caller.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "sidecar/base/clock.h"
#include "sidecar/expectation/expectation_model.h"
#include "sidecar/rules/rule_set.h"
#include "sidecar/store/store.h"
#include "waypost/v1/insight_service.pb.h"
#include "waypost/v1/journey_service.pb.h"
#include "waypost/v1/outbox_service.pb.h"
#include "waypost/v1/ticket.pb.h"

namespace waypost::pipeline {

struct Options {
  // Log records and ended journeys older than this are deleted; at least one day.
  absl::Duration retention = absl::Hours(400 * 24);

  // Memory for persons that need not be in memory. Persons with news that the tables lack stay in
  // memory beyond it, at most `write_behind` and `write_behind_events` worth.
  size_t cache_bytes = size_t{32} << 20;

  // Events that may wait for the disk at a time, and their bytes. More are refused with QUEUE_FULL.
  size_t max_waiting_events = 16'384;
  size_t max_waiting_bytes = size_t{64} << 20;

  // The tables are written at most this long after the log, or once so many persons have news or
  // so many events are not in them. The longer, the more news of a journey one row takes in; the
  // events are what a start after a crash replays, about 30,000 a second.
  absl::Duration write_behind = absl::Seconds(10);
  size_t write_behind_persons = 8'000;
  uint64_t write_behind_events = 50'000;

  // A journey without open ticket and without news for so long (or for the matter window of the
  // rules, where that is longer) leaves the memory of its person until one of its tickets gets an
  // event.
  absl::Duration archive_after = absl::Hours(30 * 24);

  // An event that comes when something of its person is overdue already is taken for part of a
  // backlog, such as a connector's after an outage or an import: time decides only so long after
  // the last such event, by the clock, but not later than five times as long after the first; and
  // so long after a start.
  absl::Duration backlog_grace = absl::Minutes(1);

  // Called when the store fails (with why) and when it works again (OK); from the commit thread,
  // which waits for it.
  std::function<void(const absl::Status&)> on_store_change;
};

// What the windows were worth within which a tenant's tickets were to be resolved, by age.
struct TenantCoverage {
  std::string tenant;
  std::vector<expectation::AgeCoverage> ages;
};

// Figures since Start(), for status pages.
struct Stats {
  int64_t events_recorded = 0;  // without duplicates
  int64_t events_refused = 0;   // QUEUE_FULL, DISK_FULL, STORE_UNAVAILABLE, SHUTTING_DOWN
  int64_t events_waiting = 0;
  uint64_t log_position = 0;           // of the newest record on disk
  uint64_t materialized_position = 0;  // up to which the tables are written
  int64_t cached_persons = 0;
  int64_t cached_bytes = 0;                           // estimated
  int64_t decided_by_time = 0;                        // decisions that no event brought
  int64_t waiting_persons = 0;                        // for whom time brings something, about
  absl::Time next_due = absl::InfiniteFuture();       // about when it does next
  int64_t actions_waiting = 0;                        // to be carried out, and nobody has them
  int64_t actions_leased = 0;                         // somebody has them
  int64_t actions_dead = 0;                           // dead letters that are kept
  absl::Time oldest_action = absl::InfiniteFuture();  // when the oldest unsettled one was decided
  absl::Status store;                                 // OK while it can be written
  std::vector<TenantCoverage> expectations;           // what they are worth
};

// Who carries out the actions of an answer: whoever pulls them, or the caller, as far as the answer
// leases them to it.
enum class Delivery { kPullers, kCaller };

// A serialized waypost.v1.RecordEventResponse, valid during the call, or why there is none. Called
// exactly once, on the caller's thread before Record() returns or later on the commit thread, which
// must not be blocked.
using RecordCallback = absl::AnyInvocable<void(absl::StatusOr<std::string_view> response)>;

// Called exactly once, on any thread.
using PullCallback = absl::AnyInvocable<void(absl::StatusOr<v1::PullActionsResponse> response)>;

// Where the rule set in force comes from; never null. Called on any thread, often.
using RuleSource = std::function<std::shared_ptr<const rules::RuleSet>()>;

// Records events in the order of arrival per person and answers questions about journeys.
//
// Threads: all methods may be called from any thread at any time. Record() evaluates on the calling
// thread and never waits for the disk, except to read a person that is not in memory; one thread of
// its own commits, another decides what time brings. The other methods may wait for those threads.
//
// Time: what the rules want to be done after silence or at a later hour follows from the persons'
// states, so that nothing of it can be lost. It is decided within a moment of being due by the
// clock; what became due while nothing ran is decided once, a grace after the start. Each decision
// is a log record of its own, without an event.
//
// Durability: an answer is given after its event is on disk. When the store fails, every event that
// waits is refused with the reason, what memory knew of them is forgotten, and new events are
// refused until the store works again, which is tried every 100 ms to 5 s. Accepted events are
// recorded even when nobody waits for the answer any more.
class Pipeline {
 public:
  // Brings the tables' state up to the end of the log and starts the commit thread. `store` and
  // `clock` outlive the pipeline, which alone writes to the store.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<Pipeline>> Start(store::Store* store,
                                                                       const Clock* clock,
                                                                       const RuleSource& rules,
                                                                       const Options& options);

  // Drains without limit unless Drain() was called.
  virtual ~Pipeline() = default;

  // Records `event`, which fulfils the bounds stated in ticket.proto, has its tenant filled in, and
  // is needed during the call only. `serialized` is the same event as bytes; it becomes the log
  // record.
  //
  // INVALID_ARGUMENT (EVENT_INVALID): the first event of a ticket names no requester. An answer to
  // a survey: as stated for RecordFeedback in journey_service.proto. RESOURCE_EXHAUSTED
  // (QUEUE_FULL, DISK_FULL), UNAVAILABLE (STORE_UNAVAILABLE, SHUTTING_DOWN): nothing was recorded;
  // try again.
  virtual void Record(const v1::TicketEvent& event, std::string serialized, Delivery delivery,
                      RecordCallback done) = 0;
  void Record(const v1::TicketEvent& event, std::string serialized, RecordCallback done) {
    Record(event, std::move(serialized), Delivery::kPullers, std::move(done));
  }

  // Reads. They see every event that was acknowledged before the call, and no event that is not on
  // disk. Requests fulfil the bounds stated in insight_service.proto and have their tenant filled
  // in. NOT_FOUND as stated there; UNAVAILABLE while the store cannot be read.
  [[nodiscard]] virtual absl::StatusOr<v1::GetJourneyResponse> GetJourney(
      const v1::GetJourneyRequest& request) = 0;
  [[nodiscard]] virtual absl::StatusOr<v1::ListJourneysResponse> ListJourneys(
      const v1::ListJourneysRequest& request) = 0;
  [[nodiscard]] virtual absl::StatusOr<v1::ExplainJourneyResponse> ExplainJourney(
      const v1::ExplainJourneyRequest& request) = 0;
  [[nodiscard]] virtual absl::StatusOr<v1::GetJourneyMapResponse> GetJourneyMap(
      const v1::GetJourneyMapRequest& request) = 0;
  [[nodiscard]] virtual absl::StatusOr<v1::ListUnmappedEventsResponse> ListUnmappedEvents(
      const v1::ListUnmappedEventsRequest& request) = 0;
  [[nodiscard]] virtual absl::StatusOr<v1::ListPromisesResponse> ListPromises(
      const v1::ListPromisesRequest& request) = 0;
  [[nodiscard]] virtual absl::StatusOr<v1::ListSurveyDecisionsResponse> ListSurveyDecisions(
      const v1::ListSurveyDecisionsRequest& request) = 0;

  // The outbox, as told in outbox_service.proto. Requests fulfil the bounds stated there and have
  // their tenant filled in. An action can be pulled once its decision is acknowledged, or, when
  // time brought it, on disk. PullActions does not block; its callback comes from a thread of the
  // outbox.
  virtual void PullActions(const v1::PullActionsRequest& request, PullCallback done) = 0;
  [[nodiscard]] virtual absl::StatusOr<v1::AcknowledgeActionsResponse> AcknowledgeActions(
      const v1::AcknowledgeActionsRequest& request) = 0;
  [[nodiscard]] virtual absl::StatusOr<v1::ListActionsResponse> ListActions(
      const v1::ListActionsRequest& request) = 0;

  // Answers pulls that wait with no action, and refuses those to come with SHUTTING_DOWN.
  virtual void EndPulls() = 0;

  // Returns once everything that is due by the clock at the time of the call, and by the rules then
  // in force, is decided and on disk, but for what waits for the end of a backlog. UNAVAILABLE: the
  // store does not work, or it shuts down.
  [[nodiscard]] virtual absl::Status SettleDue() = 0;

  // Tells that the rule source has other rules now: what is due is found anew in the background.
  virtual void RulesChanged() = 0;

  // Returns when the tables hold everything that was acknowledged before the call and what is due
  // for deletion is deleted.
  [[nodiscard]] virtual absl::Status Flush() = 0;

  // Refuses new events from now on, waits for those accepted, writes the tables and ends the commit
  // thread. DEADLINE_EXCEEDED: time ran out; what was answered is on disk all the same, and the
  // next start reads it from the log. What the store answers: likewise.
  [[nodiscard]] virtual absl::Status Drain(absl::Duration deadline) = 0;

  [[nodiscard]] virtual Stats stats() const = 0;
};

}  // namespace waypost::pipeline
