// SPDX-License-Identifier: Apache-2.0
// How a host object of the rules' vocabulary is declared: one table of fields that serves the type
// checker, the evaluation and the documentation.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sidecar/cel/type.h"
#include "sidecar/cel/value.h"

namespace waypost::rules {

// Who may read a field: a text for customers that reads a field for the provider does not load.
enum class Audience { kEveryone, kProvider };

// One field of a host object over a Source, such as `priority` of `ticket`.
template <typename Source>
struct VocabularyField {
  const char* name;
  cel::Type type;
  Audience audience;
  const char* description;  // one sentence for the language reference, in Markdown
  cel::Value (*get)(const Source& source);
};

// The fields of one kind of host object. Immutable; outlives all objects and programs that use it.
template <typename Source>
class ObjectTable {
 public:
  ObjectTable(std::string name, std::vector<VocabularyField<Source>> fields)
      : fields_(std::move(fields)), type_(std::move(name), ObjectFields(fields_)) {}

  [[nodiscard]] const std::vector<VocabularyField<Source>>& fields() const { return fields_; }
  [[nodiscard]] const cel::ObjectType& type() const { return type_; }

 private:
  static std::vector<cel::ObjectField> ObjectFields(
      const std::vector<VocabularyField<Source>>& fields) {
    std::vector<cel::ObjectField> result;
    result.reserve(fields.size());
    for (const VocabularyField<Source>& field : fields) {
      result.push_back({field.name, field.type, field.audience == Audience::kProvider});
    }
    return result;
  }

  std::vector<VocabularyField<Source>> fields_;
  cel::ObjectType type_;
};

// Whether a value is more than its type's default: what has() answers for the vocabulary's fields.
[[nodiscard]] bool IsSet(const cel::Value& value);

// A host object that reads `source` through `table`. Both outlive it.
template <typename Source>
class TableObject final : public cel::Object {
 public:
  TableObject(const ObjectTable<Source>& table, const Source& source)
      : table_(table), source_(source) {}

  [[nodiscard]] const cel::ObjectType& type() const override { return table_.type(); }
  [[nodiscard]] cel::Value Get(int field) const override {
    return table_.fields()[static_cast<size_t>(field)].get(source_);
  }
  [[nodiscard]] bool Has(int field) const override { return IsSet(Get(field)); }

 private:
  const ObjectTable<Source>& table_;
  const Source& source_;
};

}  // namespace waypost::rules
