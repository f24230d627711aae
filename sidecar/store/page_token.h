// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "sidecar/store/store.h"

namespace waypost::store {

// The row after which a page of ListJourneys goes on.
struct PagePosition {
  int64_t newest_micros = 0;  // of the row's newest activity, since the Unix epoch
  std::string journey_id;
};

// The token that continues `query` after `row`. It is printable and safe in URLs, and holds for the
// same tenant and filters only; another limit is fine.
[[nodiscard]] std::string PageTokenAfter(const JourneyQuery& query, const JourneyRow& row);

// Reads `query.page_token`, which is not empty. INVALID_ARGUMENT when it was not written for this
// tenant and these filters, was cut or was altered.
[[nodiscard]] absl::StatusOr<PagePosition> ReadPageToken(const JourneyQuery& query);

}  // namespace waypost::store
