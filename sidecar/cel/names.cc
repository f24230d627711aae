// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cel/names.h"

#include <algorithm>
#include <utility>

#include "sidecar/cel/library.h"
#include "sidecar/cel/runtime_type.h"

namespace waypost::cel {

std::optional<std::string> QualifiedName(const Expr& expr) {
  if (expr.kind == ExprKind::kIdentifier) {
    return expr.name;
  }
  if (expr.kind != ExprKind::kSelect || expr.test_only || expr.optional) {
    return std::nullopt;
  }
  std::optional<std::string> target = QualifiedName(*expr.target);
  return target ? std::optional(*target + "." + expr.name) : std::nullopt;
}

const Expr& RootOf(const Expr& expr) {
  return expr.kind == ExprKind::kSelect ? RootOf(*expr.target) : expr;
}

int Names::Push(std::string name, Type type) {
  locals_.push_back({std::move(name), std::move(type)});
  most_locals_ = std::max(most_locals_, static_cast<int>(locals_.size()));
  return static_cast<int>(locals_.size()) - 1;
}

int Names::FindLocal(std::string_view name) const {
  for (int number = static_cast<int>(locals_.size()) - 1; number >= 0; --number) {
    if (locals_[static_cast<size_t>(number)].name == name) {
      return number;
    }
  }
  return -1;
}

bool Names::ResolveIdentifier(Expr* expr) const {
  const int local = expr->absolute ? -1 : FindLocal(expr->name);
  if (local < 0) {
    return ResolveGlobal(expr->name, expr->absolute, expr);
  }
  expr->reference = Reference::kLocal;
  expr->number = local;
  expr->type = locals_[static_cast<size_t>(local)].type;
  return true;
}

bool Names::ResolveChain(Expr* expr) const {
  const std::optional<std::string> name = QualifiedName(*expr);
  if (!name) {
    return false;
  }
  const Expr& root = RootOf(*expr);
  const bool is_local = !root.absolute && FindLocal(root.name) >= 0;
  return !is_local && ResolveGlobal(*name, root.absolute, expr);
}

// In a container "a.b", `name` is a.b.name, or else a.name, or else name.
bool Names::ResolveGlobal(std::string_view name, bool absolute, Expr* expr) const {
  std::string container = absolute ? "" : environment_.container();
  while (!container.empty()) {
    if (ResolveExact(container + "." + std::string(name), expr)) {
      return true;
    }
    const size_t dot = container.rfind('.');
    container.resize(dot == std::string::npos ? 0 : dot);
  }
  return ResolveExact(std::string(name), expr);
}

bool Names::ResolveExact(const std::string& name, Expr* expr) const {
  const int slot = environment_.Slot(name);
  if (slot >= 0) {
    expr->reference = Reference::kVariable;
    expr->number = slot;
    expr->type = environment_.variables()[static_cast<size_t>(slot)].type;
    return true;
  }
  const std::optional<NamedType> named = FindNamedType(name);
  if (!named) {
    return false;
  }
  expr->reference = Reference::kType;
  expr->constant = Value::TypeName(named->name);
  expr->type = named->type;
  return true;
}

std::optional<std::string> Names::QualifiedFunction(const Expr& expr) const {
  std::optional<std::string> name = QualifiedName(*expr.target);
  if (!name || FindLocal(RootOf(*expr.target).name) >= 0) {
    return std::nullopt;
  }
  *name += "." + expr.name;
  return StandardLibrary().Find(*name) == nullptr ? std::nullopt : name;
}

std::vector<std::string> Names::Candidates() const {
  std::vector<std::string> candidates;
  for (const Local& local : locals_) {
    candidates.push_back(local.name);
  }
  for (const Variable& variable : environment_.variables()) {
    candidates.push_back(variable.name);
  }
  return candidates;
}

}  // namespace waypost::cel
