// SPDX-License-Identifier: Apache-2.0
// What an ExpectationModel is told of a ticket. It is written into the log with each decision, so
// that the log alone gives the model again.
#pragma once

#include <cstdint>
#include <string_view>

#include "absl/time/time.h"
#include "sidecar/expectation/features.h"
#include "waypost/internal/v1/expectation.pb.h"

namespace waypost::expectation {

// The key of a ticket of one desk, from the platform and its ref there.
[[nodiscard]] uint64_t TicketKey(std::string_view source, std::string_view ref);

// The end of the year 9999 in seconds since 1970.
inline constexpr int64_t kLastSecond = 253'402'300'799;

// Whole seconds since 1970; instants outside of the years 1970 to 9999 count as these.
[[nodiscard]] int64_t ToSeconds(absl::Time time);

// A ticket as it stands at `at`: open, resolved or closed (which ends it), or canceled (which
// withdraws it).
[[nodiscard]] internal::v1::ExpectationObservation Observe(uint64_t ticket, absl::Time opened_at,
                                                           const TicketFeatures& features,
                                                           absl::Time at);

// The ticket was deleted, merged away or lost from sight.
[[nodiscard]] internal::v1::ExpectationObservation ObserveWithdrawal(uint64_t ticket,
                                                                     absl::Time at);

}  // namespace waypost::expectation
