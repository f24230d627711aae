// SPDX-License-Identifier: Apache-2.0
// What the text and the JSON form of a replay's report both say.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "waypost/v1/insight_service.pb.h"

namespace waypost::cli {

// At most so many groups of unmapped events are told.
inline constexpr size_t kMaxUnmapped = 10;

// The buckets of NoticeCounts.
inline constexpr std::array<std::string_view, 7> kNoticeLabels = {"0",   "1",    "2",  "3",
                                                                  "4-5", "6-10", ">10"};

[[nodiscard]] inline std::string_view GapWord(v1::GapKind kind) {
  switch (kind) {
    case v1::GAP_KIND_SKIPPED:
      return "skipped";
    case v1::GAP_KIND_REPEATED:
      return "repeated";
    default:
      return "extra";
  }
}

}  // namespace waypost::cli
