// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::cel {

class ObjectType;

// The static type of a CEL expression (https://github.com/google/cel-spec, langdef "Values").
enum class TypeKind {
  kDyn,  // anything; checked at run time
  kNull,
  kBool,
  kInt,
  kUint,
  kDouble,
  kString,
  kBytes,
  kTimestamp,
  kDuration,
  kList,       // one parameter: the element
  kMap,        // two parameters: key and value
  kObject,     // a host object whose fields are known when the expression is checked
  kType,       // one parameter, or none for "type of anything"
  kOptional,   // one parameter: what it may hold
  kParameter,  // a type variable of a generic function; never the type of a checked expression
  kError,
};

// An immutable type; cheap to copy. Thread-safe.
class Type {
 public:
  Type() = default;  // dyn
  // Implicit so that declarations read well: Type type = TypeKind::kInt.
  Type(TypeKind kind) : kind_(kind) {}  // NOLINT(google-explicit-constructor)

  static Type List(Type element);
  static Type Map(Type key, Type value);
  static Type Optional(Type value);
  static Type TypeOf(Type type);
  // `type` outlives every use of the result.
  static Type Object(const ObjectType* type);
  static Type Parameter(std::string name);

  [[nodiscard]] TypeKind kind() const { return kind_; }
  [[nodiscard]] const std::vector<Type>& parameters() const;
  // The shape of kObject; null for all others.
  [[nodiscard]] const ObjectType* object() const { return object_; }
  // The name of a kParameter; empty for all others.
  [[nodiscard]] const std::string& parameter_name() const;

  // As users know it: "list(string)", "map(string, dyn)", "timestamp", "ticket".
  [[nodiscard]] std::string ToString() const;

  friend bool operator==(const Type& left, const Type& right);

 private:
  struct Details;
  static Type Generic(TypeKind kind, std::vector<Type> parameters);

  TypeKind kind_ = TypeKind::kDyn;
  const ObjectType* object_ = nullptr;
  std::shared_ptr<const Details> details_;
};

// A field of a host object. Its number is its place in ObjectType::fields.
struct ObjectField {
  std::string name;
  Type type;
  // Not for the eyes of the person who waits: a text for customers that reads it must not load.
  bool internal = false;
};

// The shape of a host object such as `ticket`: named, typed fields, resolved to numbers when an
// expression is checked so that evaluation never looks up a name. Immutable once built; must
// outlive every program compiled against it.
class ObjectType {
 public:
  ObjectType(std::string name, std::vector<ObjectField> fields);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::vector<ObjectField>& fields() const { return fields_; }

  // The number of the field, or -1.
  [[nodiscard]] int FieldNumber(std::string_view name) const;

 private:
  std::string name_;
  std::vector<ObjectField> fields_;
};

}  // namespace waypost::cel
