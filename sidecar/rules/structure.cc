// SPDX-License-Identifier: Apache-2.0
#include "sidecar/rules/structure.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sidecar/rules/values.h"
#include "sidecar/text/absl_view.h"
#include "sidecar/text/quote.h"
#include "sidecar/text/suggest.h"

namespace waypost::rules {
namespace {

using yaml::Node;
using yaml::NodeKind;
using yaml::ScalarType;

std::string_view Describe(const Node& node) {
  switch (node.kind) {
    case NodeKind::kSequence:
      return "a list";
    case NodeKind::kMapping:
      return "a mapping";
    case NodeKind::kNull:
      return "nothing";
    case NodeKind::kScalar:
      break;
  }
  switch (yaml::TypeOf(node)) {
    case ScalarType::kBoolean:
      return "true or false";
    case ScalarType::kInteger:
    case ScalarType::kNumber:
      return "a number";
    default:
      return "a text";
  }
}

bool IsUpdatePart(const Mapping& mapping, std::string_view key) {
  const auto parts = UpdateParts();
  return mapping.kind == MappingKind::kUpdate &&
         std::find(parts.begin(), parts.end(), key) != parts.end();
}

std::string_view PurposeOfPart(std::string_view part) {
  return part == "changed"  ? "what changed"
         : part == "action" ? "what the person must do, even if that is nothing"
         : part == "next"   ? "when the next news comes, or that none follows"
                            : "where to look";
}

std::string UnknownKeyHint(const std::string& key, const Mapping& mapping) {
  if (key == "<<") {
    return "; merge keys are not supported";
  }
  if (mapping.kind == MappingKind::kUpdate && key == "text") {
    return "; write the message in its four parts: changed, action, next, where";
  }
  return DidYouMean(key, mapping.KeyNames());
}

std::string Article(std::string_view name) {
  return absl::StrCat(name.substr(0, 1).find_first_of("aeiouX") == 0 ? "an " : "a ",
                      AbslView(name));
}

}  // namespace

void StructureChecker::Error(const Node& node, DiagnosticCode code, std::string message) {
  sink_.Add(document_->FindingAt(node, DiagnosticLevel::kError, code, std::move(message)));
}

void StructureChecker::WrongType(const Node& node, std::string_view expected) {
  const std::string_view found = Describe(node);
  const bool quotes_help = expected == "a text" && node.kind == NodeKind::kScalar;
  Error(node, DiagnosticCode::kRulesWrongType,
        absl::StrCat("expected ", AbslView(expected), ", found ", AbslView(found),
                     quotes_help ? "; put it in quotes" : ""));
}

void StructureChecker::NotActive(size_t offset, std::string message) {
  if (not_active_.insert(message).second) {
    sink_.Add(document_->FindingAt(offset, DiagnosticLevel::kNote,
                                   DiagnosticCode::kRulesNotActiveYet, std::move(message)));
  }
}

void StructureChecker::Check(const yaml::Document& document) {
  document_ = &document;
  CheckMapping(document.root(), MappingOf(MappingKind::kFile));
}

void StructureChecker::CheckMapping(const Node& node, const Mapping& mapping) {
  if (node.kind != NodeKind::kMapping) {
    WrongType(node, absl::StrCat("a mapping with the keys of ", Article(mapping.name)));
    return;
  }
  for (const yaml::Entry& entry : node.entries) {
    const Key* key = mapping.FindKey(entry.key);
    if (key != nullptr) {
      CheckKey(entry, mapping, *key);
      continue;
    }
    const std::string hint = UnknownKeyHint(entry.key, mapping);
    sink_.Add(document_->FindingAt(
        entry.offset, DiagnosticLevel::kError, DiagnosticCode::kRulesUnknownKey,
        absl::StrCat(Article(mapping.name), " has no key ", Quote(entry.key), hint)));
  }
  CheckRequired(node, mapping);
}

void StructureChecker::CheckRequired(const Node& node, const Mapping& mapping) {
  for (const Key& key : mapping.keys) {
    if (!key.required || node.Find(key.name) != nullptr) {
      continue;
    }
    if (IsUpdatePart(mapping, key.name)) {
      if (node.Find("text") != nullptr) continue;  // that is told where it stands
      Error(node, DiagnosticCode::kRulesMissingPart,
            absl::StrCat("the update lacks its part \"", AbslView(key.name),
                         "\": ", AbslView(PurposeOfPart(key.name))));
    } else {
      Error(node, DiagnosticCode::kRulesMissingKey,
            absl::StrCat(Article(mapping.name), " needs the key \"", AbslView(key.name), "\""));
    }
  }
}

void StructureChecker::CheckKey(const yaml::Entry& entry, const Mapping& mapping, const Key& key) {
  if (!key.active) {
    NotActive(entry.offset, absl::StrCat("\"", AbslView(key.name), "\" of ", Article(mapping.name),
                                         " is checked, but this version does not act on it"));
  }
  if (entry.value->kind == NodeKind::kNull) {
    Error(*entry.value, DiagnosticCode::kRulesWrongType,
          absl::StrCat("the key \"", entry.key, "\" has no value; leave it out or give it one"));
    return;
  }
  CheckShape(*entry.value, key);
  if (mapping.kind == MappingKind::kOwner && key.name == "notify") {
    CheckNotify(*entry.value, key);
  }
}

void StructureChecker::CheckShape(const Node& node, const Key& key) {
  switch (key.shape) {
    case Shape::kValue:
      CheckValue(node, key);
      return;
    case Shape::kValueOrList:
      if (node.kind != NodeKind::kSequence) {
        CheckValue(node, key);
        return;
      }
      [[fallthrough]];
    case Shape::kList:
    case Shape::kMappings:
    case Shape::kValuesOrMappings:
      CheckItems(node, key);
      return;
    case Shape::kValueOrMap:
      if (node.kind != NodeKind::kMapping) {
        CheckValue(node, key);
        return;
      }
      [[fallthrough]];
    case Shape::kMap:
    case Shape::kMappingsById:
      CheckMap(node, key);
      return;
    case Shape::kMapping:
      CheckMapping(node, MappingOf(key.mapping));
      return;
  }
}

void StructureChecker::CheckItems(const Node& node, const Key& key) {
  if (node.kind != NodeKind::kSequence) {
    WrongType(node, "a list");
    return;
  }
  if (node.entries.size() > key.max_items) {
    Error(node, DiagnosticCode::kRulesTooMany,
          absl::StrCat("the list has ", node.entries.size(), " items; at most ", key.max_items,
                       " are allowed"));
    return;
  }
  for (const yaml::Entry& entry : node.entries) {
    const bool is_mapping =
        key.shape == Shape::kMappings ||
        (key.shape == Shape::kValuesOrMappings && entry.value->kind == NodeKind::kMapping);
    if (is_mapping) {
      CheckMapping(*entry.value, MappingOf(key.mapping));
    } else {
      CheckValue(*entry.value, key);
    }
  }
}

void StructureChecker::CheckMap(const Node& node, const Key& key) {
  if (node.kind != NodeKind::kMapping) {
    WrongType(node, "a mapping");
    return;
  }
  if (node.entries.size() > key.max_items) {
    Error(node, DiagnosticCode::kRulesTooMany,
          absl::StrCat("the mapping has ", node.entries.size(), " keys; at most ", key.max_items,
                       " are allowed"));
    return;
  }
  if (node.entries.empty() && key.shape != Shape::kMappingsById) {
    Error(node, DiagnosticCode::kRulesBadValue, "the mapping is empty");
  }
  for (const yaml::Entry& entry : node.entries) {
    CheckMapKey(entry, key);
    if (key.shape == Shape::kMappingsById) {
      CheckMapping(*entry.value, MappingOf(key.mapping));
    } else {
      CheckValue(*entry.value, key);
    }
  }
}

void StructureChecker::CheckMapKey(const yaml::Entry& entry, const Key& key) {
  const auto report = [&](DiagnosticCode code, std::string message) {
    sink_.Add(
        document_->FindingAt(entry.offset, DiagnosticLevel::kError, code, std::move(message)));
  };
  if (key.shape == Shape::kMappingsById || key.map_key == ValueKind::kId) {
    if (!IsId(entry.key)) {
      report(DiagnosticCode::kRulesBadId, absl::StrCat(Quote(entry.key), " is not a valid id"));
    }
  } else if (key.map_key == ValueKind::kLanguage) {
    if (!IsLanguageTag(entry.key)) {
      report(DiagnosticCode::kRulesBadLanguage,
             absl::StrCat(Quote(entry.key), " is not a language tag such as en or pt-BR"));
    }
  } else if (key.map_key == ValueKind::kDays) {
    if (!ParseWeekdays(entry.key).has_value()) {
      report(DiagnosticCode::kRulesBadHours,
             absl::StrCat(Quote(entry.key), " is not a day or a range such as mon-fri"));
    }
  } else if (key.map_key == ValueKind::kDate) {
    if (const auto day = ParseDates(entry.key); !day.ok() || day->first != day->last) {
      report(DiagnosticCode::kRulesBadDate,
             day.ok() ? absl::StrCat(Quote(entry.key), " is not a single day")
                      : std::string(day.status().message()));
    }
  }
}

void StructureChecker::CheckNotify(const Node& node, const Key& key) {
  for (const yaml::Entry& entry : node.entries) {
    if (entry.value->text.find("${") != std::string::npos) {
      NotActive(entry.value->offset,
                absl::StrCat("\"${...}\" in \"", AbslView(key.name),
                             "\" is kept as it stands; this version does not substitute it"));
    }
  }
}

}  // namespace waypost::rules
