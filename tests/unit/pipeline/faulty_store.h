// SPDX-License-Identifier: Apache-2.0
// A store that fails and waits when told to.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "sidecar/store/store.h"

namespace waypost::pipeline {

// Passes everything on to `inner`, which outlives it. Thread-safe.
class FaultyStore final : public store::Store {
 public:
  explicit FaultyStore(store::Store* inner) : inner_(inner) {}

  // Writes fail with this from now on; OK: they work.
  void FailAppends(absl::Status status) {
    const absl::MutexLock lock(&mutex_);
    append_status_ = std::move(status);
  }
  void FailTables(absl::Status status) {
    const absl::MutexLock lock(&mutex_);
    table_status_ = std::move(status);
  }
  // Recover() fails with this.
  void FailRecovery(absl::Status status) {
    const absl::MutexLock lock(&mutex_);
    recovery_status_ = std::move(status);
  }
  // Appends wait while the gate is shut.
  void SetGate(bool open) {
    const absl::MutexLock lock(&mutex_);
    gate_open_ = open;
  }
  void AwaitAppendAtGate() {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(&at_gate_));
  }
  std::vector<size_t> batches() const {
    const absl::MutexLock lock(&mutex_);
    return batches_;
  }

  absl::Status Append(absl::Span<const store::LogRecord> records) override {
    absl::MutexLock lock(&mutex_);
    at_gate_ = true;
    mutex_.Await(absl::Condition(&gate_open_));
    at_gate_ = false;
    if (!append_status_.ok()) return append_status_;
    batches_.push_back(records.size());
    return inner_->Append(records);
  }
  absl::Status Materialize(const store::Materialization& batch) override {
    const absl::MutexLock lock(&mutex_);
    if (!table_status_.ok()) return table_status_;
    return inner_->Materialize(batch);
  }
  absl::Status Recover() override {
    const absl::MutexLock lock(&mutex_);
    return recovery_status_;
  }
  absl::StatusOr<size_t> Prune(absl::Time before, size_t limit) override {
    return inner_->Prune(before, limit);
  }

  absl::StatusOr<size_t> PruneActions(absl::Time before, size_t limit) override {
    return inner_->PruneActions(before, limit);
  }

  absl::StatusOr<std::vector<store::ExpectationRow>> ListExpectations() const override {
    return inner_->ListExpectations();
  }
  absl::StatusOr<uint64_t> LearnedPosition() const override { return inner_->LearnedPosition(); }
  absl::StatusOr<uint64_t> LastPosition() const override { return inner_->LastPosition(); }
  absl::StatusOr<uint64_t> MaterializedPosition() const override {
    return inner_->MaterializedPosition();
  }
  absl::StatusOr<store::LogRecord> ReadRecord(uint64_t position) const override {
    return inner_->ReadRecord(position);
  }
  absl::Status ScanLog(
      uint64_t after,
      const std::function<absl::Status(const store::LogRecord&)>& visit) const override {
    return inner_->ScanLog(after, visit);
  }
  absl::StatusOr<std::optional<store::PersonRow>> FindPerson(
      std::string_view tenant, std::string_view person_id) const override {
    return inner_->FindPerson(tenant, person_id);
  }
  absl::StatusOr<std::vector<store::JourneyRow>> LiveJourneys(
      std::string_view tenant, std::string_view person_id) const override {
    return inner_->LiveJourneys(tenant, person_id);
  }
  absl::StatusOr<std::optional<store::JourneyRow>> FindJourney(
      std::string_view tenant, std::string_view journey_id) const override {
    return inner_->FindJourney(tenant, journey_id);
  }
  absl::StatusOr<std::optional<store::TicketRow>> FindTicket(std::string_view tenant,
                                                             std::string_view source,
                                                             std::string_view ref) const override {
    return inner_->FindTicket(tenant, source, ref);
  }
  absl::StatusOr<store::JourneyPage> ListJourneys(const store::JourneyQuery& query) const override {
    return inner_->ListJourneys(query);
  }
  absl::StatusOr<std::vector<store::DuePerson>> ListDue(const store::DuePerson& after,
                                                        absl::Time until,
                                                        size_t limit) const override {
    return inner_->ListDue(after, until, limit);
  }
  absl::StatusOr<int64_t> CountDue() const override { return inner_->CountDue(); }
  std::string_view secret() const override { return inner_->secret(); }
  absl::StatusOr<std::string> DueBasis() const override { return inner_->DueBasis(); }
  absl::StatusOr<store::PersonPage> ListWaiting(const store::PersonName& after,
                                                size_t limit) const override {
    return inner_->ListWaiting(after, limit);
  }
  absl::StatusOr<std::optional<store::ActionRow>> FindAction(
      std::string_view tenant, std::string_view action_id) const override {
    return inner_->FindAction(tenant, action_id);
  }
  absl::StatusOr<std::vector<store::ActionRow>> ListActions(
      const store::ActionQuery& query) const override {
    return inner_->ListActions(query);
  }
  absl::StatusOr<int64_t> CountActions(store::ActionState state) const override {
    return inner_->CountActions(state);
  }
  absl::StatusOr<std::vector<store::UnmappedGroup>> ListUnmapped(std::string_view tenant,
                                                                 size_t limit) const override {
    return inner_->ListUnmapped(tenant, limit);
  }
  std::string_view kind() const override { return inner_->kind(); }

 private:
  store::Store* const inner_;
  mutable absl::Mutex mutex_;
  absl::Status append_status_ ABSL_GUARDED_BY(mutex_);
  absl::Status table_status_ ABSL_GUARDED_BY(mutex_);
  absl::Status recovery_status_ ABSL_GUARDED_BY(mutex_);
  bool gate_open_ ABSL_GUARDED_BY(mutex_) = true;
  bool at_gate_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<size_t> batches_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace waypost::pipeline
