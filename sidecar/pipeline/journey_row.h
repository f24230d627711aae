// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/status/statusor.h"
#include "sidecar/store/store.h"
#include "waypost/internal/v1/state.pb.h"

namespace waypost::pipeline {

// The journey's row in the tables; `live` as there.
[[nodiscard]] store::JourneyRow RowOf(const internal::v1::JourneyState& journey, bool live);

// The journey in the row. DATA_LOSS: its bytes are damaged.
[[nodiscard]] absl::StatusOr<internal::v1::JourneyState> ParseJourney(const store::JourneyRow& row);

}  // namespace waypost::pipeline
