// SPDX-License-Identifier: Apache-2.0
#include "sidecar/service/field_checker.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace waypost::service {
namespace {

constexpr size_t kMaxTenantBytes = 100;
// 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z: the range of google.protobuf.Timestamp.
constexpr int64_t kFirstSecond = -62'135'596'800;
constexpr int64_t kLastSecond = 253'402'300'799;

bool HasControlCharacter(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return absl::ascii_iscntrl(c); });
}

bool IsTenantCharacter(char c) {
  return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-';
}

}  // namespace

std::string FieldPath::ToString() const {
  std::string text = parent == nullptr ? "" : parent->ToString();
  if (!text.empty() && !name.empty()) text += '.';
  text += name;
  if (index >= 0) absl::StrAppend(&text, "[", index, "]");
  return text;
}

void FieldChecker::Add(const FieldPath& parent, std::string_view name, std::string description) {
  violations_.push_back({FieldPath{&parent, name}.ToString(), std::move(description)});
}

void FieldChecker::Text(std::string_view value, size_t max_bytes, const FieldPath& parent,
                        std::string_view name) {
  if (value.size() <= max_bytes) return;
  Add(parent, name, absl::StrCat("has ", value.size(), " bytes; at most ", max_bytes, " fit"));
}

void FieldChecker::Identifier(std::string_view value, size_t max_bytes, const FieldPath& parent,
                              std::string_view name) {
  if (value.empty()) {
    Add(parent, name, absl::StrCat("is required: 1 to ", max_bytes, " bytes"));
    return;
  }
  OptionalIdentifier(value, max_bytes, parent, name);
}

void FieldChecker::OptionalIdentifier(std::string_view value, size_t max_bytes,
                                      const FieldPath& parent, std::string_view name) {
  Text(value, max_bytes, parent, name);
  if (value.size() <= max_bytes && HasControlCharacter(value)) {
    Add(parent, name, "holds a control character; an identifier must not");
  }
}

void FieldChecker::Tenant(std::string_view value, const FieldPath& parent) {
  if (value.size() > kMaxTenantBytes ||
      !std::all_of(value.begin(), value.end(), IsTenantCharacter)) {
    Add(parent, "tenant", "must be 1 to 100 bytes of a-z, 0-9 and \"-\", or left out");
  }
}

void FieldChecker::Count(int entries, int max, const FieldPath& parent, std::string_view name) {
  if (entries <= max) return;
  Add(parent, name, absl::StrCat("has ", entries, " entries; at most ", max, " fit"));
}

bool FieldChecker::Instant(const google::protobuf::Timestamp& value, const FieldPath& parent,
                           std::string_view name) {
  if (value.seconds() >= kFirstSecond && value.seconds() <= kLastSecond && value.nanos() >= 0 &&
      value.nanos() < 1'000'000'000) {
    return true;
  }
  Add(parent, name, "is no instant: years 0001 to 9999, nanos from 0 to 999,999,999");
  return false;
}

void FieldChecker::Known(bool known, int value, const FieldPath& parent, std::string_view name) {
  if (!known) Add(parent, name, absl::StrCat("has the value ", value, ", which is not defined"));
}

}  // namespace waypost::service
