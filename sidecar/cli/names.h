// SPDX-License-Identifier: Apache-2.0
// Words for people.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"
#include "waypost/v1/enrichment.pb.h"
#include "waypost/v1/ticket.pb.h"

namespace waypost::cli {

// "created -> Group 3 (was Group 1)" and the like.
[[nodiscard]] std::string DescribeEvent(const v1::DerivedEvent& event);

// "csat", "nps", "ces".
[[nodiscard]] std::string SurveyKindName(v1::SurveyKind kind);

// "touchpoint" or "service interaction".
[[nodiscard]] std::string TouchpointKindName(v1::TouchpointKind kind);

// "both", "provider", "consumer".
[[nodiscard]] std::string VisibilityName(v1::Visibility visibility);

// A number of things: "1 journey", "1,234 journeys"; `plural` where the noun does not take an "s".
[[nodiscard]] std::string Counted(int64_t count, std::string_view noun,
                                  std::string_view plural = "");

void ToProto(absl::Time time, google::protobuf::Timestamp* timestamp);

// "2026-03-01 09:00:00 UTC".
[[nodiscard]] std::string TimeText(absl::Time time);

}  // namespace waypost::cli
