// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/vector.h"

#include "google/protobuf/util/json_util.h"
#include "re2/re2.h"

namespace waypost::cel {
namespace {

// Anything of google.protobuf other than the two time types, which are types of CEL itself.
bool NeedsMessages(const std::string& line) {
  static const RE2* const kMessages =
      new RE2(R"(TestAllTypes|TestRequired|GlobalEnum|NestedEnum|cel\.expr\.conformance)"
              R"(|\b[A-Z][A-Za-z0-9]*\{|google\.protobuf\.[A-Z][A-Za-z0-9]*\s*\{)"
              R"(|google\.protobuf\.(Any|Struct|Value|ListValue|[A-Za-z0-9]+Value)\b)");
  return RE2::PartialMatch(line, *kMessages);
}

}  // namespace

const google::protobuf::Value* ConformanceVector::Find(const std::string& field) const {
  const auto found = test.fields().find(field);
  return found == test.fields().end() ? nullptr : &found->second;
}

std::string ConformanceVector::Text(const std::string& field) const {
  const google::protobuf::Value* value = Find(field);
  return value == nullptr ? "" : value->string_value();
}

bool ConformanceVector::Flag(const std::string& field) const {
  const google::protobuf::Value* value = Find(field);
  return value != nullptr && value->bool_value();
}

std::string ConformanceVector::Name() const { return section + "/" + Text("name"); }

absl::StatusOr<ConformanceVector> ParseVector(const std::string& line) {
  google::protobuf::Struct parsed;
  const auto status = google::protobuf::util::JsonStringToMessage(line, &parsed);
  if (!status.ok()) {
    return absl::InvalidArgumentError(status.ToString());
  }
  ConformanceVector vector;
  vector.file = parsed.fields().at("file").string_value();
  vector.section = parsed.fields().at("section").string_value();
  vector.test = parsed.fields().at("test").struct_value();
  vector.needs_messages = NeedsMessages(line);
  return vector;
}

}  // namespace waypost::cel
