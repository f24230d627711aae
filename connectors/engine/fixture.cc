// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/fixture.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "google/protobuf/util/json_util.h"
#include "nlohmann/json.hpp"
#include "sidecar/base/input_stream.h"
#include "sidecar/base/status_macros.h"

namespace waypost::connectors {
namespace {

using Json = nlohmann::json;

constexpr const char* kExpected = ".expected.json";
constexpr const char* kWithHeaders = ".http";
constexpr size_t kMaxFileBytes = size_t{16} << 20;

const absl::Time kReceivedAt = absl::FromUnixSeconds(1'777'888'800);  // 2026-05-04T10:00:00Z

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  WAYPOST_ASSIGN_OR_RETURN(InputStream stream, InputStream::Open(path));
  bool more = true;
  while (more) {
    if (stream.Available().size() > kMaxFileBytes) {
      return absl::InvalidArgumentError(absl::StrCat(path, " is larger than 16 MiB"));
    }
    WAYPOST_ASSIGN_OR_RETURN(more, stream.Fill());
  }
  return std::string(stream.Available());
}

std::string Text(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

Json EventJson(const v1::TicketEvent& event) {
  std::string text;
  if (!google::protobuf::util::MessageToJsonString(event, &text).ok()) return Json();
  return Json::parse(text, nullptr, /*allow_exceptions=*/false);
}

// The value at a JSON Pointer; "nothing" when there is none.
std::string TextAt(const Json& json, const std::string& pointer) {
  const Json::json_pointer place(pointer);
  return json.contains(place) ? Text(json[place], -1) : "nothing";
}

}  // namespace

absl::StatusOr<Request> ReadRequestFile(const std::string& path) {
  WAYPOST_ASSIGN_OR_RETURN(std::string text, ReadFile(path));
  if (absl::EndsWith(path, kWithHeaders)) return ParseRequestText(text);
  Request request;
  request.AddHeader("content-type", "application/json");
  request.body = std::move(text);
  return request;
}

std::vector<Fixture> FindFixtures(const std::string& folder) {
  std::vector<Fixture> fixtures;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::string path = entry.path().string();
    const bool is_request = (absl::EndsWith(path, ".json") && !absl::EndsWith(path, kExpected)) ||
                            absl::EndsWith(path, kWithHeaders);
    if (!is_request) continue;
    const std::string stem = (entry.path().parent_path() / entry.path().stem()).string();
    fixtures.push_back({entry.path().stem().string(), path, stem + kExpected});
  }
  std::sort(fixtures.begin(), fixtures.end(),
            [](const Fixture& left, const Fixture& right) { return left.name < right.name; });
  return fixtures;
}

std::string ResultJson(const absl::StatusOr<std::vector<RuleEvent>>& result) {
  if (!result.ok()) {
    return Text(Json{{"refused", std::string(result.status().message())}}, 2) + "\n";
  }
  Json json = {{"events", Json::array()}, {"unset", Json::array()}};
  for (size_t at = 0; at < result->size(); ++at) {
    json["events"].push_back(EventJson((*result)[at].event));
    for (const mapping::UnsetField& unset : (*result)[at].unset) {
      json["unset"].push_back({{"event", at}, {"field", unset.field}, {"reason", unset.reason}});
    }
  }
  return Text(json, 2) + "\n";
}

absl::StatusOr<std::string> RunFixture(const Profile& profile, const Fixture& fixture) {
  WAYPOST_ASSIGN_OR_RETURN(const Request request, ReadRequestFile(fixture.request_path));
  return ResultJson(profile.Map(request, kReceivedAt));
}

absl::StatusOr<std::vector<std::string>> CompareWithExpected(const Fixture& fixture,
                                                             const std::string& result) {
  WAYPOST_ASSIGN_OR_RETURN(const std::string text, ReadFile(fixture.expected_path));
  const Json expected = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (expected.is_discarded()) {
    return absl::InvalidArgumentError(absl::StrCat(fixture.expected_path, " is no JSON"));
  }
  const Json found = Json::parse(result, nullptr, /*allow_exceptions=*/false);
  std::vector<std::string> differences;
  for (const Json& operation : Json::diff(expected, found)) {
    const auto path = operation["path"].get<std::string>();
    // An operation may add behind the end of a list, which is no place in what was found.
    differences.push_back(absl::StrCat(
        path.empty() ? "all" : path, ": expected ",
        operation["op"] == "add" ? "nothing" : TextAt(expected, path), ", found ",
        operation.contains("value") ? Text(operation["value"], -1) : std::string("nothing")));
  }
  return differences;
}

absl::Status WriteExpected(const Fixture& fixture, const std::string& result) {
  std::ofstream file(fixture.expected_path, std::ios::binary);
  file << result;
  return file.flush()
             ? absl::OkStatus()
             : absl::PermissionDeniedError(absl::StrCat("cannot write ", fixture.expected_path));
}

}  // namespace waypost::connectors
