// SPDX-License-Identifier: Apache-2.0
#include "sidecar/pipeline/expectations.h"

#include <algorithm>
#include <utility>

#include "sidecar/base/logging.h"
#include "sidecar/base/status_macros.h"

namespace waypost::pipeline {

using internal::v1::ExpectationObservation;

absl::Status Expectations::Load(const store::Store& store) {
  WAYPOST_ASSIGN_OR_RETURN(const std::vector<store::ExpectationRow> rows, store.ListExpectations());
  WAYPOST_ASSIGN_OR_RETURN(const uint64_t position, store.LearnedPosition());
  const absl::MutexLock lock(&mutex_);
  position_ = written_ = position;
  for (const store::ExpectationRow& row : rows) {
    internal::v1::ExpectationState state;
    absl::StatusOr<expectation::ExpectationModel> model =
        state.ParseFromString(row.blob) ? expectation::ExpectationModel::FromState(state)
                                        : absl::DataLossError("it cannot be read");
    if (model.ok()) {
      tenants_.insert_or_assign(row.tenant, Tenant{*std::move(model)});
    } else {
      LogWarning("What was learned of how long tickets take cannot be used; it is learned anew",
                 {{"status", model.status().ToString()}});
    }
  }
  return absl::OkStatus();
}

void Expectations::LearnOne(uint64_t position, std::string_view tenant,
                            const std::optional<ExpectationObservation>& observation) {
  if (position <= position_) return;
  position_ = position;
  if (!observation.has_value()) return;
  auto found = tenants_.find(tenant);
  if (found == tenants_.end()) {
    if (tenants_.size() == kMaxTenants) return;
    found = tenants_.try_emplace(std::string(tenant)).first;
  }
  found->second.model.Record(*observation);
  found->second.changed_at = position;
}

void Expectations::Learn(uint64_t position, std::string_view tenant,
                         const std::optional<ExpectationObservation>& observation) {
  const absl::MutexLock lock(&mutex_);
  LearnOne(position, tenant, observation);
}

void Expectations::Learn(absl::Span<const store::LogRecord> records,
                         absl::Span<const std::optional<ExpectationObservation>> observations) {
  const absl::MutexLock lock(&mutex_);
  for (size_t i = 0; i < records.size(); ++i) {
    LearnOne(records[i].position, records[i].tenant, observations[i]);
  }
}

uint64_t Expectations::position() const {
  const absl::ReaderMutexLock lock(&mutex_);
  return position_;
}

uint64_t Expectations::unwritten() const {
  const absl::ReaderMutexLock lock(&mutex_);
  return position_ - written_;
}

v1::TicketExpectation Expectations::Ask(const journey::AskedTicket& ticket, absl::Time now) const {
  const absl::ReaderMutexLock lock(&mutex_);
  const auto found = tenants_.find(ticket.tenant);
  const expectation::Expectation expectation =
      found == tenants_.end()
          ? expectation::Expectation{.refusal = expectation::Refusal::kTooFewTickets}
          : found->second.model.Predict(ticket.features, ticket.opened_at, now);
  return journey::Tell(expectation, ticket.ref, position_, now);
}

std::vector<TenantCoverage> Expectations::Coverages() const {
  const absl::ReaderMutexLock lock(&mutex_);
  std::vector<TenantCoverage> coverages;
  for (const auto& [name, tenant] : tenants_) {
    coverages.push_back({name, tenant.model.Coverages()});
  }
  return coverages;
}

store::Materialization Expectations::News() const {
  const absl::ReaderMutexLock lock(&mutex_);
  store::Materialization news;
  news.learned_position = position_;
  for (const auto& [name, tenant] : tenants_) {
    if (tenant.changed_at <= written_) continue;
    news.expectations.push_back({name, tenant.model.ToState().SerializeAsString()});
  }
  return news;
}

void Expectations::Written(const store::Materialization& news) {
  const absl::MutexLock lock(&mutex_);
  written_ = std::max(written_, news.learned_position.value_or(0));
}

}  // namespace waypost::pipeline
