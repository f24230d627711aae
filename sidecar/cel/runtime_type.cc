// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cel/runtime_type.h"

#include <array>

namespace waypost::cel {
namespace {

struct Row {
  ValueKind value;
  TypeKind type;
  std::string_view name;
};

constexpr std::array<Row, 13> kRows = {{
    {ValueKind::kNull, TypeKind::kNull, "null_type"},
    {ValueKind::kBool, TypeKind::kBool, "bool"},
    {ValueKind::kInt, TypeKind::kInt, "int"},
    {ValueKind::kUint, TypeKind::kUint, "uint"},
    {ValueKind::kDouble, TypeKind::kDouble, "double"},
    {ValueKind::kString, TypeKind::kString, "string"},
    {ValueKind::kBytes, TypeKind::kBytes, "bytes"},
    {ValueKind::kTimestamp, TypeKind::kTimestamp, "google.protobuf.Timestamp"},
    {ValueKind::kDuration, TypeKind::kDuration, "google.protobuf.Duration"},
    {ValueKind::kList, TypeKind::kList, "list"},
    {ValueKind::kMap, TypeKind::kMap, "map"},
    {ValueKind::kType, TypeKind::kType, "type"},
    {ValueKind::kOptional, TypeKind::kOptional, "optional_type"},
}};

// The static type that a type's own name stands for.
Type NamedStaticType(TypeKind kind) {
  switch (kind) {
    case TypeKind::kList:
      return Type::List(TypeKind::kDyn);
    case TypeKind::kMap:
      return Type::Map(TypeKind::kDyn, TypeKind::kDyn);
    case TypeKind::kOptional:
      return Type::Optional(TypeKind::kDyn);
    default:
      return kind;
  }
}

}  // namespace

std::string_view RuntimeTypeName(const Value& value) {
  if (value.kind() == ValueKind::kObject) {
    return value.AsObject().type().name();
  }
  for (const Row& row : kRows) {
    if (row.value == value.kind()) {
      return row.name;
    }
  }
  return "error";
}

std::optional<NamedType> FindNamedType(std::string_view name) {
  for (const Row& row : kRows) {
    if (row.name == name) {
      return NamedType{row.name, Type::TypeOf(NamedStaticType(row.type))};
    }
  }
  return std::nullopt;
}

}  // namespace waypost::cel
