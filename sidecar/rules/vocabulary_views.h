// SPDX-License-Identifier: Apache-2.0
// CEL lists and maps that read protobuf fields in place.
#pragma once

#include <string>
#include <vector>

#include "google/protobuf/duration.pb.h"
#include "google/protobuf/map.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "google/protobuf/timestamp.pb.h"
#include "sidecar/cel/value.h"

namespace waypost::rules {

// A repeated string field, which outlives it.
class TextList final : public cel::List {
 public:
  explicit TextList(const google::protobuf::RepeatedPtrField<std::string>& texts) : texts_(texts) {}

  [[nodiscard]] size_t size() const override { return static_cast<size_t>(texts_.size()); }
  [[nodiscard]] cel::Value At(size_t index) const override {
    return cel::Value::StringView(texts_[static_cast<int>(index)]);
  }

 private:
  const google::protobuf::RepeatedPtrField<std::string>& texts_;
};

// A map field from string to string, which outlives it. Keys come in byte order. Not thread-safe:
// the order is made when it is first asked for.
class TextMap final : public cel::Map {
 public:
  explicit TextMap(const google::protobuf::Map<std::string, std::string>& texts) : texts_(texts) {}

  [[nodiscard]] size_t size() const override { return texts_.size(); }
  [[nodiscard]] bool Find(const cel::Value& key, cel::Value* value) const override;
  [[nodiscard]] cel::Value KeyAt(size_t index) const override;

 private:
  const google::protobuf::Map<std::string, std::string>& texts_;
  mutable std::vector<const std::string*> keys_;
};

[[nodiscard]] cel::Value TimestampValue(const google::protobuf::Timestamp& timestamp);
[[nodiscard]] cel::Value DurationValue(const google::protobuf::Duration& duration);

}  // namespace waypost::rules
