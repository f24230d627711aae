// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "google/protobuf/struct.pb.h"

namespace waypost::cel {

// One test of the suite: a cel.expr.conformance.test.SimpleTest as JSON, and where it stands.
struct ConformanceVector {
  std::string file;
  std::string section;
  google::protobuf::Struct test;

  [[nodiscard]] std::string Text(const std::string& field) const;
  [[nodiscard]] bool Flag(const std::string& field) const;
  // Null when the field is not there.
  [[nodiscard]] const google::protobuf::Value* Find(const std::string& field) const;
  [[nodiscard]] std::string Name() const;

  // Whether it builds or reads protobuf messages or enums of the suite's own, which this
  // implementation has not.
  bool needs_messages = false;
};

// Reads one line of what export_vectors.mjs writes.
absl::StatusOr<ConformanceVector> ParseVector(const std::string& line);

}  // namespace waypost::cel
