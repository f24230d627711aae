// SPDX-License-Identifier: Apache-2.0
// The tables that a mapping's expressions read: tables.NAME["KEY"].
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "sidecar/cel/type.h"
#include "sidecar/cel/value.h"
#include "sidecar/mapping/spec_reader.h"
#include "sidecar/yaml/node.h"

namespace waypost::mapping {

// A table of texts as a CEL map; "*" answers for all keys that are not listed.
class LookupTable final : public cel::Map {
 public:
  // Replaces what the key had.
  void Set(const std::string& key, std::string value);

  [[nodiscard]] size_t size() const override { return entries_.size(); }
  [[nodiscard]] cel::Value KeyAt(size_t index) const override {
    return cel::Value::StringView(entries_[index].first);
  }
  [[nodiscard]] bool Find(const cel::Value& key, cel::Value* value) const override;

 private:
  std::vector<std::pair<std::string, std::string>> entries_;
  absl::flat_hash_map<std::string, size_t> places_;
};

// All tables of a mapping, as an object whose fields are their names: a table that is not there is
// found when an expression is checked. Filled first, then frozen, then only read, from any thread.
// Outlives the programs that were compiled against its type.
class LookupTables final : public cel::Object {
 public:
  // Adds the tables that the mapping `node` holds; whatever is wrong is reported.
  void Read(const yaml::Node& node, SpecReader* reader);

  // Replaces entries of tables that are there, and adds entries to them. A table that is not there
  // is reported.
  void Override(const yaml::Node& node, SpecReader* reader);

  // Fixes the type.
  void Freeze();

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

// Whether expressions can name it behind a dot: letters, digits and _.
[[nodiscard]] bool IsFieldName(std::string_view text);

}  // namespace waypost::mapping
