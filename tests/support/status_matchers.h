// SPDX-License-Identifier: Apache-2.0
// Matchers for absl::Status and absl::StatusOr (Debian's Abseil has none).
#pragma once

#include <ostream>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"

namespace waypost::testing {

inline const absl::Status& GetStatus(const absl::Status& status) { return status; }
template <typename T>
const absl::Status& GetStatus(const absl::StatusOr<T>& result) {
  return result.status();
}

MATCHER(IsOk, negation ? "is an error" : "is OK") {
  *result_listener << GetStatus(arg).ToString();
  return GetStatus(arg).ok();
}

MATCHER_P(HasCode, code, "has the code " + absl::StatusCodeToString(code)) {
  *result_listener << GetStatus(arg).ToString();
  return GetStatus(arg).code() == code;
}

MATCHER_P2(IsError, code, message,
           "has the code " + absl::StatusCodeToString(code) + " and a message that " +
               ::testing::DescribeMatcher<std::string>(message)) {
  *result_listener << GetStatus(arg).ToString();
  return GetStatus(arg).code() == code &&
         ::testing::Matches(message)(std::string(GetStatus(arg).message()));
}

}  // namespace waypost::testing

#define WAYPOST_ASSERT_OK(expression) ASSERT_THAT(expression, ::waypost::testing::IsOk())
#define WAYPOST_EXPECT_OK(expression) EXPECT_THAT(expression, ::waypost::testing::IsOk())
