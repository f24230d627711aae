// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/settings.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sidecar/mapping/lookup_tables.h"
#include "sidecar/text/suggest.h"

namespace waypost::connectors {
namespace {

bool CheckTexts(const yaml::Node& node, mapping::SpecReader* reader) {
  if (node.kind == yaml::NodeKind::kMapping) return true;
  reader->Report(node, DiagnosticCode::kSpecWrongType, "expected a mapping of names to texts");
  return false;
}

}  // namespace

void Settings::Read(const yaml::Node& node, mapping::SpecReader* reader) {
  if (!CheckTexts(node, reader)) return;
  for (const yaml::Entry& entry : node.entries) {
    if (!mapping::IsFieldName(entry.key)) {
      reader->Report(*entry.value, DiagnosticCode::kSpecBadValue,
                     absl::StrCat("\"", entry.key,
                                  "\" is no name for a setting; names have letters, digits and _"));
    }
    names_.push_back(entry.key);
    values_.push_back(reader->Text(*entry.value).value_or(""));
  }
}

void Settings::Override(const yaml::Node& node, mapping::SpecReader* reader) {
  if (!CheckTexts(node, reader)) return;
  for (const yaml::Entry& entry : node.entries) {
    const auto found = std::find(names_.begin(), names_.end(), entry.key);
    if (found == names_.end()) {
      const std::string nearest = DidYouMean(entry.key, names_);
      reader->Report(
          *entry.value, DiagnosticCode::kSpecBadValue,
          absl::StrCat(
              "the profile has no setting \"", entry.key, "\"",
              nearest.empty() ? absl::StrCat("; it has ", absl::StrJoin(names_, ", ")) : nearest));
    } else if (std::optional<std::string> text = reader->Text(*entry.value); text.has_value()) {
      values_[static_cast<size_t>(found - names_.begin())] = *std::move(text);
    }
  }
}

const std::string* Settings::Find(const std::string& name) const {
  const auto found = std::find(names_.begin(), names_.end(), name);
  return found == names_.end() ? nullptr : &values_[static_cast<size_t>(found - names_.begin())];
}

void Settings::Freeze() {
  std::vector<cel::ObjectField> fields;
  for (const std::string& name : names_) fields.push_back({name, cel::TypeKind::kString});
  type_ = cel::ObjectType("settings", std::move(fields));
}

}  // namespace waypost::connectors
