// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cel/inference.h"

#include <utility>

namespace waypost::cel {
namespace {

bool IsVariable(const Type& type) { return type.kind() == TypeKind::kParameter; }

// dyn, and what an earlier issue made unknown.
bool FitsAll(const Type& type) {
  return type.kind() == TypeKind::kDyn || type.kind() == TypeKind::kError;
}

// Types whose values may be null.
bool IsNullable(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kNull:
    case TypeKind::kTimestamp:
    case TypeKind::kDuration:
    case TypeKind::kObject:
    case TypeKind::kOptional:
      return true;
    default:
      return false;
  }
}

bool IsEqualOrMoreGeneral(const Type& left, const Type& right) {
  if (FitsAll(left) || IsVariable(left)) {
    return true;
  }
  if (FitsAll(right) || IsVariable(right) || left.kind() != right.kind()) {
    return false;
  }
  for (size_t i = 0; i < left.parameters().size() && i < right.parameters().size(); ++i) {
    if (!IsEqualOrMoreGeneral(left.parameters()[i], right.parameters()[i])) {
      return false;
    }
  }
  return true;
}

Type MoreGeneral(const Type& left, const Type& right) {
  if (left.kind() == TypeKind::kNull || right.kind() == TypeKind::kNull) {
    return left.kind() == TypeKind::kNull ? right : left;
  }
  return IsEqualOrMoreGeneral(left, right) ? left : right;
}

Type WithParameters(const Type& type, std::vector<Type> parameters) {
  switch (type.kind()) {
    case TypeKind::kList:
      return Type::List(std::move(parameters[0]));
    case TypeKind::kMap:
      return Type::Map(std::move(parameters[0]), std::move(parameters[1]));
    case TypeKind::kOptional:
      return Type::Optional(std::move(parameters[0]));
    case TypeKind::kType:
      return Type::TypeOf(std::move(parameters[0]));
    default:
      return type;
  }
}

}  // namespace

Type Inference::Fresh() { return Type::Parameter("_" + std::to_string(next_++)); }

Type Inference::Instantiate(const Type& type, std::map<std::string, Type>* names) {
  if (IsVariable(type)) {
    const auto [place, is_new] = names->try_emplace(type.parameter_name());
    if (is_new) {
      place->second = Fresh();
    }
    return place->second;
  }
  std::vector<Type> parameters;
  for (const Type& parameter : type.parameters()) {
    parameters.push_back(Instantiate(parameter, names));
  }
  return parameters.empty() ? type : WithParameters(type, std::move(parameters));
}

bool Inference::Assignable(const std::vector<Type>& from, const std::vector<Type>& to) {
  const Bindings before = bindings_;
  for (size_t i = 0; i < from.size(); ++i) {
    if (!Unify(from[i], to[i])) {
      bindings_ = before;
      return false;
    }
  }
  return true;
}

Type Inference::Join(const Type& left, const Type& right) {
  return Assignable({left}, {right}) ? MoreGeneral(left, right) : Type(TypeKind::kDyn);
}

bool Inference::Unify(const Type& from, const Type& to) {
  if (from == to) {
    return true;
  }
  if (IsVariable(to)) {
    const Bound bound = Bind(from, to);
    if (bound != Bound::kUnbound) {
      return bound == Bound::kYes;
    }
  }
  if (IsVariable(from)) {
    const Bound bound = Bind(to, from);
    if (bound != Bound::kUnbound) {
      return bound == Bound::kYes;
    }
    return false;
  }
  if (FitsAll(from) || FitsAll(to)) {
    return true;
  }
  if (from.kind() == TypeKind::kNull || to.kind() == TypeKind::kNull) {
    return IsNullable(from.kind() == TypeKind::kNull ? to : from);
  }
  return from.kind() == to.kind() && from.object() == to.object() && UnifyParameters(from, to);
}

bool Inference::UnifyParameters(const Type& from, const Type& to) {
  // `type` alone stands for the type of anything.
  if (from.parameters().size() != to.parameters().size()) {
    return from.kind() == TypeKind::kType;
  }
  if (from.kind() == TypeKind::kType) {
    return true;
  }
  for (size_t i = 0; i < from.parameters().size(); ++i) {
    if (!Unify(from.parameters()[i], to.parameters()[i])) {
      return false;
    }
  }
  return true;
}

// kUnbound when the variable can take no binding because `other` mentions it.
Inference::Bound Inference::Bind(const Type& other, const Type& variable) {
  const std::string& name = variable.parameter_name();
  const auto found = bindings_.find(name);
  if (found == bindings_.end()) {
    if (Mentions(other, name)) {
      return Bound::kUnbound;
    }
    bindings_[name] = other;
    return Bound::kYes;
  }
  const Type bound = found->second;
  if (!Unify(other, bound)) {
    return Bound::kNo;
  }
  const Type general = MoreGeneral(other, bound);
  if (!Mentions(general, name)) {
    bindings_[name] = general;
  }
  return Bound::kYes;
}

bool Inference::Mentions(const Type& type, const std::string& variable) const {
  if (IsVariable(type)) {
    if (type.parameter_name() == variable) {
      return true;
    }
    const auto found = bindings_.find(type.parameter_name());
    return found != bindings_.end() && Mentions(found->second, variable);
  }
  for (const Type& parameter : type.parameters()) {
    if (Mentions(parameter, variable)) {
      return true;
    }
  }
  return false;
}

Type Inference::Replace(const Type& type, bool finish) const {
  if (IsVariable(type)) {
    const auto found = bindings_.find(type.parameter_name());
    if (found != bindings_.end()) {
      return Replace(found->second, finish);
    }
    return finish ? Type(TypeKind::kDyn) : type;
  }
  std::vector<Type> parameters;
  for (const Type& parameter : type.parameters()) {
    parameters.push_back(Replace(parameter, finish));
  }
  return parameters.empty() ? type : WithParameters(type, std::move(parameters));
}

Type Inference::Resolve(const Type& type) const { return Replace(type, false); }

Type Inference::Final(const Type& type) const { return Replace(type, true); }

}  // namespace waypost::cel
