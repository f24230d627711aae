// SPDX-License-Identifier: Apache-2.0
#include "sidecar/rules/schema.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "sidecar/rules/json_text.h"
#include "sidecar/rules/keys.h"
#include "sidecar/text/absl_view.h"

namespace waypost::rules {
namespace {

constexpr std::string_view kIdPattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$";
constexpr std::string_view kLanguagePattern = "^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$";
constexpr std::string_view kDaysPattern =
    "^(mon|tue|wed|thu|fri|sat|sun)( ?[-,] ?(mon|tue|wed|thu|fri|sat|sun))*$";
constexpr std::string_view kDurationPattern =
    "^(([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?|[0-9]+ business (day|hour|minute)s?)$";
constexpr std::string_view kHoursPattern =
    "^[0-9]{2}:[0-9]{2} ?- ?[0-9]{2}:[0-9]{2}( ?, ?[0-9]{2}:[0-9]{2} ?- ?[0-9]{2}:[0-9]{2})*$";

// The name of a mapping's definition in the schema.
std::string DefinitionName(const Mapping& mapping) {
  return absl::StrReplaceAll(absl::AsciiStrToLower(AbslView(mapping.name)), {{" ", "_"}});
}

std::string_view PatternOf(ValueKind kind) {
  switch (kind) {
    case ValueKind::kId:
      return kIdPattern;
    case ValueKind::kLanguage:
      return kLanguagePattern;
    case ValueKind::kDays:
      return kDaysPattern;
    case ValueKind::kDuration:
      return kDurationPattern;
    case ValueKind::kHours:
      return kHoursPattern;
    case ValueKind::kQuietHours:
      return "^[0-9]{2}:[0-9]{2} ?- ?[0-9]{2}:[0-9]{2}$";
    case ValueKind::kDate:
      return "^[0-9]{4}-[0-9]{2}-[0-9]{2}$";
    case ValueKind::kDates:
      return "^[0-9]{4}-[0-9]{2}-[0-9]{2}( ?[.][.] ?[0-9]{4}-[0-9]{2}-[0-9]{2})?$";
    case ValueKind::kTime:
      return "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt "
             "][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?([Zz]|[-+][0-9]"
             "{2}:?[0-9]{2})$";
    case ValueKind::kTarget:
      return "^([<>]=? ?.+|.+[.][.].+)$";
    case ValueKind::kVersion:
      return "^waypost/v1$";
    default:
      return ".*[^ ].*";
  }
}

void WriteValue(const Key& key, JsonText* json) {
  switch (key.value) {
    case ValueKind::kBoolean:
      json->Text("type", "boolean");
      return;
    case ValueKind::kInteger:
    case ValueKind::kNumber:
      json->Text("type", key.value == ValueKind::kInteger ? "integer" : "number");
      json->Literal("minimum", absl::StrCat(key.minimum));
      json->Literal("maximum", absl::StrCat(key.maximum));
      return;
    case ValueKind::kChoice:
    case ValueKind::kEventType:
      json->Texts("enum", key.choices);
      return;
    case ValueKind::kCondition:
      json->Texts("type", {"string", "boolean"});
      return;
    case ValueKind::kText:
    case ValueKind::kTemplate:
    case ValueKind::kExpression:
    case ValueKind::kTimeZone:
      json->Text("type", "string");
      json->Literal("minLength", "1");
      return;
    default:
      json->Text("type", "string");
      json->Text("pattern", PatternOf(key.value));
  }
}

void WriteMapOfValues(const Key& key, JsonText* json) {
  json->Text("type", "object");
  json->Literal("minProperties", "1");
  json->OpenObject("propertyNames");
  json->Text("pattern", PatternOf(key.map_key));
  json->Close();
  json->OpenObject("additionalProperties");
  WriteValue(key, json);
  json->Close();
}

void WriteListOfValues(const Key& key, JsonText* json) {
  json->Text("type", "array");
  json->OpenObject("items");
  WriteValue(key, json);
  json->Close();
}

void WriteReference(const Key& key, JsonText* json) {
  json->Text("$ref", absl::StrCat("#/definitions/", DefinitionName(MappingOf(key.mapping))));
}

void WriteShape(const Key& key, JsonText* json) {
  const auto write_either = [&](void (*other)(const Key&, JsonText*)) {
    json->OpenList("anyOf");
    json->OpenObject();
    WriteValue(key, json);
    json->Close();
    json->OpenObject();
    other(key, json);
    json->Close();
    json->Close();
  };
  switch (key.shape) {
    case Shape::kValue:
      WriteValue(key, json);
      return;
    case Shape::kList:
      WriteListOfValues(key, json);
      return;
    case Shape::kMap:
      WriteMapOfValues(key, json);
      return;
    case Shape::kMapping:
      // In draft 07 nothing beside $ref counts.
      json->OpenList("allOf");
      json->OpenObject();
      WriteReference(key, json);
      json->Close();
      json->Close();
      return;
    case Shape::kValueOrList:
      write_either(WriteListOfValues);
      return;
    case Shape::kValueOrMap:
      write_either(WriteMapOfValues);
      return;
    case Shape::kMappings:
      json->Text("type", "array");
      json->OpenObject("items");
      WriteReference(key, json);
      json->Close();
      return;
    case Shape::kMappingsById:
      json->Text("type", "object");
      json->OpenObject("propertyNames");
      json->Text("pattern", kIdPattern);
      json->Close();
      json->OpenObject("additionalProperties");
      WriteReference(key, json);
      json->Close();
      return;
    case Shape::kValuesOrMappings:
      json->Text("type", "array");
      json->OpenObject("items");
      write_either(WriteReference);
      json->Close();
      return;
  }
}

// Markdown marks are noise in an editor's pop-up only where it shows plain text, so they stay.
std::string Description(const Key& key) {
  std::string text(key.description);
  if (!key.default_text.empty()) {
    absl::StrAppend(&text, " Default: ", AbslView(key.default_text), ".");
  }
  if (!key.active) {
    text += " Checked, not acted on by this version.";
  }
  return text;
}

void WriteMapping(const Mapping& mapping, JsonText* json) {
  json->Text("description", mapping.description);
  json->Text("type", "object");
  json->Literal("additionalProperties", "false");
  std::vector<std::string> required;
  json->OpenObject("properties");
  for (const Key& key : mapping.keys) {
    if (key.required) {
      required.emplace_back(key.name);
    }
    json->OpenObject(key.name);
    json->Text("description", Description(key));
    WriteShape(key, json);
    json->Close();
  }
  json->Close();
  json->Texts("required", required);
}

std::string DescribeValue(const Key& key, ValueKind kind) {
  switch (kind) {
    case ValueKind::kText:
      return "text";
    case ValueKind::kVersion:
      return "`waypost/v1`";
    case ValueKind::kId:
      return "id";
    case ValueKind::kBoolean:
      return "true or false";
    case ValueKind::kInteger:
      return absl::StrCat("whole number, ", key.minimum, " to ", key.maximum);
    case ValueKind::kNumber:
      return absl::StrCat("number, ", key.minimum, " to ", key.maximum);
    case ValueKind::kChoice: {
      std::string names;
      for (const std::string& choice : key.choices) {
        absl::StrAppend(&names, names.empty() ? "" : ", ", "`", choice, "`");
      }
      return names;
    }
    case ValueKind::kEventType:
      return "event type";
    case ValueKind::kCondition:
      return "condition";
    case ValueKind::kExpression:
      return "expression";
    case ValueKind::kTemplate:
      return "text with `{{ }}`";
    case ValueKind::kDuration:
      return "duration";
    case ValueKind::kTimeZone:
      return "time zone";
    case ValueKind::kDays:
      return "days";
    case ValueKind::kHours:
      return "hours";
    case ValueKind::kQuietHours:
      return "quiet hours";
    case ValueKind::kDate:
      return "date";
    case ValueKind::kDates:
      return "date or range of dates";
    case ValueKind::kTime:
      return "time";
    case ValueKind::kLanguage:
      return "language";
    case ValueKind::kTarget:
      return "target";
  }
  return "";
}

std::string DescribeShape(const Key& key) {
  const std::string value = DescribeValue(key, key.value);
  const std::string_view name = MappingOf(key.mapping).name;
  switch (key.shape) {
    case Shape::kValue:
      return value;
    case Shape::kList:
      return absl::StrCat("list: ", value);
    case Shape::kValueOrList:
      return absl::StrCat(value, ", or a list");
    case Shape::kMap:
      return absl::StrCat("mapping: ", DescribeValue(key, key.map_key), " to ", value);
    case Shape::kValueOrMap:
      return absl::StrCat(value, ", or a mapping: ", DescribeValue(key, key.map_key), " to ",
                          value);
    case Shape::kMapping:
      return absl::StrCat("mapping: ", AbslView(name));
    case Shape::kMappings:
      return absl::StrCat("list: ", AbslView(name));
    case Shape::kMappingsById:
      return absl::StrCat("mapping: id to ", AbslView(name));
    case Shape::kValuesOrMappings:
      return absl::StrCat("list: ", value, " or ", AbslView(name));
  }
  return "";
}

}  // namespace

std::string RulesJsonSchema() {
  JsonText json;
  json.OpenObject();
  json.Text("$schema", "http://json-schema.org/draft-07/schema#");
  json.Text("title", "Waypost rules file");
  WriteMapping(MappingOf(MappingKind::kFile), &json);
  json.OpenObject("definitions");
  for (const Mapping& mapping : Mappings()) {
    if (mapping.kind != MappingKind::kFile) {
      json.OpenObject(DefinitionName(mapping));
      WriteMapping(mapping, &json);
      json.Close();
    }
  }
  json.Close();
  json.Close();
  return json.Take();
}

std::string RulesKeyReference() {
  std::string text;
  for (const Mapping& mapping : Mappings()) {
    absl::StrAppend(&text, "\n### `", AbslView(mapping.place), "`\n\n",
                    AbslView(mapping.description), "\n\n| key | value | default | what |\n",
                    "|---|---|---|---|\n");
    for (const Key& key : mapping.keys) {
      const std::string fallback = key.required ? "required" : std::string(key.default_text);
      absl::StrAppend(&text, "| `", AbslView(key.name), "`", key.active ? "" : " †", " | ",
                      DescribeShape(key), " | ", fallback, " | ", AbslView(key.description),
                      " |\n");
    }
  }
  return text + "\n";
}

}  // namespace waypost::rules
