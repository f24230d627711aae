// SPDX-License-Identifier: Apache-2.0
// Collects what is wrong with the fields of one message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"
#include "sidecar/pipeline/errors.h"

namespace waypost::service {

// Where a field stands: the message's path and, for an element of a list or map, its number. Put
// together only when something is wrong.
struct FieldPath {
  const FieldPath* parent = nullptr;
  std::string_view name;
  int index = -1;

  [[nodiscard]] std::string ToString() const;
};

class FieldChecker {
 public:
  // A text of at most `max_bytes`.
  void Text(std::string_view value, size_t max_bytes, const FieldPath& parent,
            std::string_view name);

  // A text that identifies something: 1 to `max_bytes`, without control characters.
  void Identifier(std::string_view value, size_t max_bytes, const FieldPath& parent,
                  std::string_view name);

  // The same, or empty.
  void OptionalIdentifier(std::string_view value, size_t max_bytes, const FieldPath& parent,
                          std::string_view name);

  // Empty, or 1 to 100 bytes of a-z, 0-9 and "-".
  void Tenant(std::string_view value, const FieldPath& parent);

  // At most `max` entries.
  void Count(int entries, int max, const FieldPath& parent, std::string_view name);

  // A Timestamp that means an instant: years 1 to 9999, nanoseconds below a second.
  bool Instant(const google::protobuf::Timestamp& value, const FieldPath& parent,
               std::string_view name);

  // An enum value that this version knows.
  void Known(bool known, int value, const FieldPath& parent, std::string_view name);

  void Add(const FieldPath& parent, std::string_view name, std::string description);

  [[nodiscard]] std::vector<pipeline::Violation> Take() { return std::move(violations_); }

 private:
  std::vector<pipeline::Violation> violations_;
};

}  // namespace waypost::service
