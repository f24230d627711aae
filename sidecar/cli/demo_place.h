// SPDX-License-Identifier: Apache-2.0
// Where the demo finds its rules and keeps its data.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace waypost::cli {

// The shipped rules, `rules/service-desk`. NOT_FOUND names --rules.
[[nodiscard]] absl::StatusOr<std::string> FindShippedRules();

// A folder that this process alone uses as long as the object lives.
class DemoFolder {
 public:
  // Makes `path` and takes it; where another demo has it, `path`-2 and so on. FAILED_PRECONDITION:
  // there is a database in it that no demo made.
  static absl::StatusOr<DemoFolder> Take(const std::string& path);

  DemoFolder(DemoFolder&& other) noexcept;
  DemoFolder(const DemoFolder&) = delete;
  DemoFolder& operator=(const DemoFolder&) = delete;
  ~DemoFolder();

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string database() const { return path_ + "/waypost.db"; }

  // Deletes the database in it, and nothing else. UNAVAILABLE: a sidecar uses it.
  absl::Status DeleteDatabase() const;

 private:
  DemoFolder(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}

  std::string path_;
  int lock_;
};

// Whether "HOST:PORT" on loopback can be bound now.
[[nodiscard]] bool IsFree(const std::string& address);

}  // namespace waypost::cli
