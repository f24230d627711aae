// SPDX-License-Identifier: Apache-2.0
#include "sidecar/mapping/lookup_tables.h"

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sidecar/text/absl_view.h"
#include "sidecar/text/suggest.h"

namespace waypost::mapping {
namespace {

void ReadEntries(const yaml::Node& node, SpecReader* reader, LookupTable* table) {
  if (node.kind != yaml::NodeKind::kMapping) {
    reader->Report(node, DiagnosticCode::kSpecWrongType, "a table is a mapping of texts to texts");
    return;
  }
  for (const yaml::Entry& entry : node.entries) {
    if (std::optional<std::string> text = reader->Text(*entry.value); text.has_value()) {
      table->Set(entry.key, *std::move(text));
    }
  }
}

bool CheckTables(const yaml::Node& node, SpecReader* reader) {
  if (node.kind == yaml::NodeKind::kMapping) {
    return true;
  }
  reader->Report(node, DiagnosticCode::kSpecWrongType, "expected a mapping of tables");
  return false;
}

}  // namespace

void LookupTable::Set(const std::string& key, std::string value) {
  const auto [place, is_new] = places_.try_emplace(key, entries_.size());
  if (is_new) {
    entries_.emplace_back(key, std::move(value));
  } else {
    entries_[place->second].second = std::move(value);
  }
}

bool LookupTable::Find(const cel::Value& key, cel::Value* value) const {
  auto found = key.kind() == cel::ValueKind::kString ? places_.find(AbslView(key.AsString()))
                                                     : places_.end();
  if (found == places_.end()) {
    found = places_.find("*");
  }
  if (found == places_.end()) {
    return false;
  }
  *value = cel::Value::StringView(entries_[found->second].second);
  return true;
}

void LookupTables::Read(const yaml::Node& node, SpecReader* reader) {
  if (!CheckTables(node, reader)) {
    return;
  }
  for (const yaml::Entry& entry : node.entries) {
    if (!IsFieldName(entry.key)) {
      reader->Report(*entry.value, DiagnosticCode::kSpecBadValue,
                     absl::StrCat("\"", entry.key,
                                  "\" is no name for a table; names have letters, digits and _"));
    }
    names_.push_back(entry.key);
    ReadEntries(*entry.value, reader, tables_.emplace_back(std::make_unique<LookupTable>()).get());
  }
}

void LookupTables::Override(const yaml::Node& node, SpecReader* reader) {
  if (!CheckTables(node, reader)) {
    return;
  }
  for (const yaml::Entry& entry : node.entries) {
    const auto found = std::find(names_.begin(), names_.end(), entry.key);
    if (found == names_.end()) {
      const std::string nearest = DidYouMean(entry.key, names_);
      reader->Report(
          *entry.value, DiagnosticCode::kSpecBadValue,
          absl::StrCat(
              "the profile has no table \"", entry.key, "\"",
              nearest.empty() ? absl::StrCat("; it has ", absl::StrJoin(names_, ", ")) : nearest));
      continue;
    }
    ReadEntries(*entry.value, reader, tables_[static_cast<size_t>(found - names_.begin())].get());
  }
}

void LookupTables::Freeze() {
  std::vector<cel::ObjectField> fields;
  for (const std::string& name : names_) {
    fields.push_back({name, cel::Type::Map(cel::TypeKind::kString, cel::TypeKind::kString)});
  }
  type_ = cel::ObjectType("tables", std::move(fields));
}

bool IsFieldName(std::string_view text) {
  const auto is_letter = [](char c) { return absl::ascii_isalpha(c) || c == '_'; };
  return !text.empty() && is_letter(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_letter(c) || absl::ascii_isdigit(c); });
}

}  // namespace waypost::mapping
