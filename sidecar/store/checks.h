// SPDX-License-Identifier: Apache-2.0
// What every store checks alike before it touches anything, with the same words.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "sidecar/store/store.h"

namespace waypost::store {

// INVALID_ARGUMENT unless the positions are `last_position` + 1 onwards, in order.
[[nodiscard]] absl::Status CheckPositions(absl::Span<const LogRecord> records,
                                          uint64_t last_position);

// Where a store stands.
struct Positions {
  uint64_t last = 0;
  uint64_t materialized = 0;
  uint64_t learned = 0;
};
// INVALID_ARGUMENT when the batch names a position before the one that it would replace or after
// the last.
[[nodiscard]] absl::Status CheckMaterialization(const Materialization& batch,
                                                const Positions& positions);

// INVALID_ARGUMENT when the limit is 0.
[[nodiscard]] absl::Status CheckQuery(const JourneyQuery& query);

// The NOT_FOUND of ReadRecord.
[[nodiscard]] absl::Status NoRecordAt(uint64_t position);

}  // namespace waypost::store
