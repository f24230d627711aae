// SPDX-License-Identifier: Apache-2.0
// A profile's fixtures: what the tool sends, and the events that it means.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "connectors/engine/event_rule.h"
#include "connectors/engine/profile.h"
#include "connectors/engine/request.h"

namespace waypost::connectors {

// NAME.json (a body) or NAME.http (headers, an empty line, a body) with NAME.expected.json beside.
struct Fixture {
  std::string name;
  std::string request_path;
  std::string expected_path;
};

// Reads a request from a file: of one that ends in .http with its headers, else as a JSON body.
[[nodiscard]] absl::StatusOr<Request> ReadRequestFile(const std::string& path);

// The fixtures in `folder`, by name; none when there is no such folder.
[[nodiscard]] std::vector<Fixture> FindFixtures(const std::string& folder);

// What came of a request as JSON, with sorted keys: {"events": [...], "unset": [...]}, or
// {"refused": "why"}.
[[nodiscard]] std::string ResultJson(const absl::StatusOr<std::vector<RuleEvent>>& result);

// What the fixture's request gives, at a fixed time of receipt.
[[nodiscard]] absl::StatusOr<std::string> RunFixture(const Profile& profile,
                                                     const Fixture& fixture);

// How `result` differs from what the fixture expects, a line each: "/events/0/ticket/status:
// expected "new", found "open""; empty when it does not.
[[nodiscard]] absl::StatusOr<std::vector<std::string>> CompareWithExpected(
    const Fixture& fixture, const std::string& result);

// Makes `result` what the fixture expects.
[[nodiscard]] absl::Status WriteExpected(const Fixture& fixture, const std::string& result);

}  // namespace waypost::connectors
