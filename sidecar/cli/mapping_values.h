// SPDX-License-Identifier: Apache-2.0
// What the expressions of an event mapping read. Internal to EventMapping.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "sidecar/cel/type.h"
#include "sidecar/cel/value.h"

namespace waypost::cli {

// A table of the mapping as a CEL map; "*" answers for all keys that are not listed.
class LookupTable final : public cel::Map {
 public:
  void Add(std::string key, std::string value) {
    entries_.emplace_back(std::move(key), std::move(value));
  }
  void Freeze() {
    for (size_t at = 0; at < entries_.size(); ++at) {
      places_[entries_[at].first] = at;
    }
  }

  [[nodiscard]] size_t size() const override { return entries_.size(); }
  [[nodiscard]] cel::Value KeyAt(size_t index) const override {
    return cel::Value::StringView(entries_[index].first);
  }
  [[nodiscard]] bool Find(const cel::Value& key, cel::Value* value) const override {
    auto found =
        key.kind() == cel::ValueKind::kString ? places_.find(key.AsString()) : places_.end();
    if (found == places_.end()) {
      found = places_.find("*");
    }
    if (found == places_.end()) {
      return false;
    }
    *value = cel::Value::StringView(entries_[found->second].second);
    return true;
  }

 private:
  std::vector<std::pair<std::string, std::string>> entries_;
  absl::flat_hash_map<std::string_view, size_t> places_;
};

// All tables, as an object whose fields are their names: a table that is not there is found when an
// expression is checked. Outlives the programs that were compiled against its type.
class LookupTables final : public cel::Object {
 public:
  LookupTable& Add(std::string name) {
    names_.push_back(std::move(name));
    return *tables_.emplace_back(std::make_unique<LookupTable>());
  }
  // Fixes the type; all tables were added.
  void Freeze() {
    std::vector<cel::ObjectField> fields;
    for (const std::string& name : names_) {
      fields.push_back({name, cel::Type::Map(cel::TypeKind::kString, cel::TypeKind::kString)});
    }
    type_ = cel::ObjectType("tables", std::move(fields));
  }

  [[nodiscard]] const cel::ObjectType& type() const override { return type_; }
  [[nodiscard]] cel::Value Get(int field) const override {
    return cel::Value::BorrowedMap(tables_[static_cast<size_t>(field)].get());
  }
  [[nodiscard]] bool Has(int /*field*/) const override { return true; }

 private:
  cel::ObjectType type_{"tables", {}};
  std::vector<std::string> names_;
  std::vector<std::unique_ptr<LookupTable>> tables_;
};

// The row now read, by column.
class Row final : public cel::Map {
 public:
  explicit Row(const std::vector<std::string_view>& columns)
      : columns_(columns.begin(), columns.end()) {
    for (size_t at = 0; at < columns_.size(); ++at) {
      places_.try_emplace(columns_[at], at);
    }
  }

  void Set(const std::vector<std::string_view>* fields) { fields_ = fields; }
  [[nodiscard]] const std::vector<std::string>& columns() const { return columns_; }
  // The column's number, or -1.
  [[nodiscard]] int Place(std::string_view column) const {
    const auto found = places_.find(column);
    return found == places_.end() ? -1 : static_cast<int>(found->second);
  }

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
