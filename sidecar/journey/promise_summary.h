// SPDX-License-Identifier: Apache-2.0
// How often promises are kept.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "waypost/v1/insight_service.pb.h"
#include "waypost/v1/journey.pb.h"

namespace waypost::journey {

// No rate is told over fewer promises that were kept or broken.
inline constexpr int kMinPromises = 10;

// Whether the promise is one that the request asks for. Page size and token are not looked at.
[[nodiscard]] bool IsAskedFor(const v1::Promise& promise, const v1::ListPromisesRequest& request);

// The counts, and kept / (kept + broken) with its 95 % interval after Wilson (1927), which is right
// for few promises and for rates near 0 or 1.
[[nodiscard]] v1::PromiseSummary SummarizePromises(absl::Span<const v1::Promise> promises);

// The same by owner and by provider, most promises first, then by id.
[[nodiscard]] std::vector<v1::PromiseParty> SummarizeByOwner(
    absl::Span<const v1::Promise> promises);
[[nodiscard]] std::vector<v1::PromiseParty> SummarizeByProvider(
    absl::Span<const v1::Promise> promises);

// The answer to the request from all promises that it asks for. `page_size` is at least 1; the page
// token is the request's. INVALID_ARGUMENT: the token was not given by an answer.
[[nodiscard]] absl::StatusOr<v1::ListPromisesResponse> PagePromises(
    std::vector<v1::Promise> promises, int page_size, std::string_view page_token);

}  // namespace waypost::journey
