// SPDX-License-Identifier: Apache-2.0
// What the expressions of an event mapping read as `row`. Internal to EventMapping.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "sidecar/cel/value.h"

namespace waypost::cli {

// The row now read, by column.
class CsvRow final : public cel::Map {
 public:
  explicit CsvRow(const std::vector<std::string_view>& columns)
      : columns_(columns.begin(), columns.end()) {
    for (size_t at = 0; at < columns_.size(); ++at) {
      places_.try_emplace(columns_[at], at);
    }
  }

  void Set(const std::vector<std::string_view>* fields) { fields_ = fields; }
  [[nodiscard]] const std::vector<std::string>& columns() const { return columns_; }
  [[nodiscard]] bool HasColumn(std::string_view column) const { return places_.contains(column); }

  [[nodiscard]] size_t size() const override { return columns_.size(); }
  [[nodiscard]] cel::Value KeyAt(size_t index) const override {
    return cel::Value::StringView(columns_[index]);
  }
  [[nodiscard]] bool Find(const cel::Value& key, cel::Value* value) const override {
    const auto found =
        key.kind() == cel::ValueKind::kString ? places_.find(key.AsString()) : places_.end();
    if (found == places_.end()) {
      return false;
    }
    *value = cel::Value::StringView((*fields_)[found->second]);
    return true;
  }

 private:
  std::vector<std::string> columns_;
  absl::flat_hash_map<std::string_view, size_t> places_;
  const std::vector<std::string_view>* fields_ = nullptr;
};

}  // namespace waypost::cli
