// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cel/type.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace waypost::cel {
namespace {

const char* KindName(TypeKind kind) {
  switch (kind) {
    case TypeKind::kDyn:
      return "dyn";
    case TypeKind::kNull:
      return "null";
    case TypeKind::kBool:
      return "bool";
    case TypeKind::kInt:
      return "int";
    case TypeKind::kUint:
      return "uint";
    case TypeKind::kDouble:
      return "double";
    case TypeKind::kString:
      return "string";
    case TypeKind::kBytes:
      return "bytes";
    case TypeKind::kTimestamp:
      return "timestamp";
    case TypeKind::kDuration:
      return "duration";
    case TypeKind::kList:
      return "list";
    case TypeKind::kMap:
      return "map";
    case TypeKind::kObject:
      return "object";
    case TypeKind::kType:
      return "type";
    case TypeKind::kOptional:
      return "optional_type";
    case TypeKind::kParameter:
      return "any";
    case TypeKind::kError:
      return "error";
  }
  return "unknown";
}

}  // namespace

struct Type::Details {
  std::vector<Type> parameters;
  std::string parameter_name;
};

Type Type::Generic(TypeKind kind, std::vector<Type> parameters) {
  Type type(kind);
  type.details_ = std::make_shared<const Details>(Details{std::move(parameters), ""});
  return type;
}

Type Type::List(Type element) { return Generic(TypeKind::kList, {std::move(element)}); }

Type Type::Map(Type key, Type value) {
  return Generic(TypeKind::kMap, {std::move(key), std::move(value)});
}

Type Type::Optional(Type value) { return Generic(TypeKind::kOptional, {std::move(value)}); }

Type Type::TypeOf(Type type) { return Generic(TypeKind::kType, {std::move(type)}); }

Type Type::Object(const ObjectType* object_type) {
  Type type(TypeKind::kObject);
  type.object_ = object_type;
  return type;
}

Type Type::Parameter(std::string name) {
  Type type(TypeKind::kParameter);
  type.details_ = std::make_shared<const Details>(Details{{}, std::move(name)});
  return type;
}

const std::vector<Type>& Type::parameters() const {
  static const std::vector<Type>* const none = new std::vector<Type>();
  return details_ == nullptr ? *none : details_->parameters;
}

const std::string& Type::parameter_name() const {
  static const std::string* const none = new std::string();
  return details_ == nullptr ? *none : details_->parameter_name;
}

std::string Type::ToString() const {
  if (kind_ == TypeKind::kObject) {
    return object_->name();
  }
  if (kind_ == TypeKind::kParameter) {
    return parameter_name();
  }
  if (parameters().empty()) {
    return std::string(KindName(kind_));
  }
  return absl::StrCat(KindName(kind_), "(",
                      absl::StrJoin(parameters(), ", ",
                                    [](std::string* out, const Type& parameter) {
                                      absl::StrAppend(out, parameter.ToString());
                                    }),
                      ")");
}

bool operator==(const Type& left, const Type& right) {
  return left.kind_ == right.kind_ && left.object_ == right.object_ &&
         (left.details_ == right.details_ || (left.parameters() == right.parameters() &&
                                              left.parameter_name() == right.parameter_name()));
}

ObjectType::ObjectType(std::string name, std::vector<ObjectField> fields)
    : name_(std::move(name)), fields_(std::move(fields)) {}

int ObjectType::FieldNumber(std::string_view name) const {
  for (size_t number = 0; number < fields_.size(); ++number) {
    if (fields_[number].name == name) {
      return static_cast<int>(number);
    }
  }
  return -1;
}

}  // namespace waypost::cel
