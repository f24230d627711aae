// SPDX-License-Identifier: Apache-2.0
// Answers questions about journeys from memory, tables and log.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sidecar/pipeline/commit_queue.h"
#include "sidecar/pipeline/pipeline.h"
#include "sidecar/pipeline/unwritten_journeys.h"
#include "sidecar/pipeline/working_set.h"
#include "sidecar/store/store.h"
#include "waypost/internal/v1/state.pb.h"

namespace waypost::pipeline {

// As the reads of Pipeline. Thread-safe.
class Reader {
 public:
  // All outlive the reader. `flush` brings the tables up to what was acknowledged, or
  // says why the store cannot be written.
  Reader(const store::Store* store, RuleSource rules, WorkingSet* set, CommitQueue* queue,
         std::function<absl::Status()> flush)
      : store_(store),
        rules_(std::move(rules)),
        set_(set),
        queue_(queue),
        flush_(std::move(flush)) {}

  absl::StatusOr<v1::GetJourneyResponse> GetJourney(const v1::GetJourneyRequest& request) const;
  absl::StatusOr<v1::ListJourneysResponse> ListJourneys(
      const v1::ListJourneysRequest& request) const;
  absl::StatusOr<v1::ExplainJourneyResponse> ExplainJourney(
      const v1::ExplainJourneyRequest& request) const;
  absl::StatusOr<v1::GetJourneyMapResponse> GetJourneyMap(
      const v1::GetJourneyMapRequest& request) const;
  absl::StatusOr<v1::ListUnmappedEventsResponse> ListUnmappedEvents(
      const v1::ListUnmappedEventsRequest& request) const;
  absl::StatusOr<v1::ListPromisesResponse> ListPromises(
      const v1::ListPromisesRequest& request) const;
  absl::StatusOr<v1::ListSurveyDecisionsResponse> ListSurveyDecisions(
      const v1::ListSurveyDecisionsRequest& request) const;

 private:
  // A journey as of one moment, on disk up to there.
  struct Found {
    internal::v1::JourneyState journey;
    // The journey of each log record that the person's journeys are made of.
    std::map<uint64_t, std::string> records;
  };
  struct Name {
    std::string tenant;
    std::string person_id;
    std::string journey_id;
  };

  template <typename Request>
  absl::StatusOr<Found> Find(const Request& request) const;
  absl::StatusOr<Name> NameByTicket(const std::string& tenant, const v1::TicketName& ticket) const;
  absl::StatusOr<Name> NameById(const std::string& tenant, const std::string& journey_id,
                                const UnwrittenJourneys& unwritten) const;
  absl::StatusOr<Found> Look(const Name& name) const;
  // Brings the tables up to date; what they still lack then, as their store cannot be written.
  absl::StatusOr<UnwrittenJourneys> CatchUp(const std::string& tenant) const;
  // Visits the tenant's journeys, newest activity first; only the person's unless that is empty.
  absl::Status VisitJourneys(
      const std::string& tenant, const std::string& person_id,
      absl::FunctionRef<void(const internal::v1::JourneyState&)> visit) const;
  // Runs `look` on memory, which raises `position` to the newest log record that it shows, and
  // returns what it returns once that record is on disk.
  template <typename Result>
  absl::StatusOr<Result> OnDisk(
      absl::FunctionRef<absl::StatusOr<Result>(uint64_t* position)> look) const;

  const store::Store* const store_;
  const RuleSource rules_;
  WorkingSet* const set_;
  CommitQueue* const queue_;
  const std::function<absl::Status()> flush_;
};

}  // namespace waypost::pipeline
