// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/type_json.h"

#include <string>

namespace waypost::cel {
namespace {

using Json = google::protobuf::Value;

struct Name {
  const char* json;
  TypeKind kind;
};

constexpr Name kNames[] = {
    {"BOOL", TypeKind::kBool},
    {"INT64", TypeKind::kInt},
    {"UINT64", TypeKind::kUint},
    {"DOUBLE", TypeKind::kDouble},
    {"STRING", TypeKind::kString},
    {"BYTES", TypeKind::kBytes},
    {"TIMESTAMP", TypeKind::kTimestamp},
    {"DURATION", TypeKind::kDuration},
    {"google.protobuf.Timestamp", TypeKind::kTimestamp},
    {"google.protobuf.Duration", TypeKind::kDuration},
};

std::optional<Type> NamedType(const std::string& name) {
  for (const Name& candidate : kNames) {
    if (name == candidate.json) {
      return candidate.kind;
    }
  }
  return std::nullopt;
}

std::optional<Type> OptionalFromJson(const Json& json) {
  const auto& fields = json.struct_value().fields();
  const auto parameters = fields.find("parameterTypes");
  if (fields.at("name").string_value() != "optional_type" || parameters == fields.end()) {
    return std::nullopt;
  }
  const std::optional<Type> held = TypeFromJson(parameters->second.list_value().values(0));
  return held ? std::optional(Type::Optional(*held)) : std::nullopt;
}

}  // namespace

std::optional<Type> TypeFromJson(const Json& json) {
  const auto& [kind, content] = *json.struct_value().fields().begin();
  if (kind == "dyn") {
    return TypeKind::kDyn;
  }
  if (kind == "null") {
    return TypeKind::kNull;
  }
  if (kind == "primitive" || kind == "wellKnown" || kind == "messageType") {
    return NamedType(content.string_value());
  }
  if (kind == "listType") {
    const std::optional<Type> element =
        TypeFromJson(content.struct_value().fields().at("elemType"));
    return element ? std::optional(Type::List(*element)) : std::nullopt;
  }
  if (kind == "mapType") {
    const std::optional<Type> key = TypeFromJson(content.struct_value().fields().at("keyType"));
    const std::optional<Type> value = TypeFromJson(content.struct_value().fields().at("valueType"));
    return key && value ? std::optional(Type::Map(*key, *value)) : std::nullopt;
  }
  return kind == "abstractType" ? OptionalFromJson(content) : std::nullopt;
}

}  // namespace waypost::cel
