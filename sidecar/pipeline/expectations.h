// SPDX-License-Identifier: Apache-2.0
// How long each tenant's tickets take, learned from the log as it is written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "sidecar/expectation/expectation_model.h"
#include "sidecar/journey/outlook.h"
#include "sidecar/pipeline/pipeline.h"
#include "sidecar/store/store.h"
#include "waypost/internal/v1/expectation.pb.h"

namespace waypost::pipeline {

// Follows the log, as the outbox does: it is what the records up to its position give, in their
// order, whatever was restarted in between. So an answer is as of the newest record on disk, and
// names its position. The tables hold a copy that is seldom written, because it is large; a start
// learns the records after it again.
//
// Threads: Learn(), Load() and the rows are one thread's (the committer's); the rest is
// thread-safe.
class Expectations final : public journey::Outlook {
 public:
  // Tenants learned for, at up to 16 MiB each; those that come later are told that too little is
  // known.
  static constexpr size_t kMaxTenants = 64;

  // Reads what the tables hold; once, first. A copy that cannot be used is left out, and learned
  // anew from here on. What the store answers.
  [[nodiscard]] absl::Status Load(const store::Store& store);

  // The log went on by the record at `position`. Records that it knows change nothing.
  void Learn(uint64_t position, std::string_view tenant,
             const std::optional<internal::v1::ExpectationObservation>& observation);
  // The same for several records.
  void Learn(absl::Span<const store::LogRecord> records,
             absl::Span<const std::optional<internal::v1::ExpectationObservation>> observations);

  // The newest record that it knows.
  [[nodiscard]] uint64_t position() const;
  // How many records the copy in the tables lacks.
  [[nodiscard]] uint64_t unwritten() const;

  [[nodiscard]] v1::TicketExpectation Ask(const journey::AskedTicket& ticket,
                                          absl::Time now) const override;

  // By tenant.
  [[nodiscard]] std::vector<TenantCoverage> Coverages() const;

  // What the tables lack, and how far it goes; once that is written, Written() says so.
  [[nodiscard]] store::Materialization News() const;
  void Written(const store::Materialization& news);

 private:
  struct Tenant {
    expectation::ExpectationModel model;
    uint64_t changed_at = 0;  // log position
  };

  void LearnOne(uint64_t position, std::string_view tenant,
                const std::optional<internal::v1::ExpectationObservation>& observation)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable absl::Mutex mutex_;
  std::map<std::string, Tenant, std::less<>> tenants_ ABSL_GUARDED_BY(mutex_);
  uint64_t position_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t written_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace waypost::pipeline
