// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "sidecar/cel/ast.h"
#include "sidecar/cel/code.h"
#include "sidecar/cel/program.h"

namespace waypost::cel {
namespace {

bool IsText(const Expr& expr) {
  return expr.kind == ExprKind::kConstant && expr.constant.kind() == ValueKind::kString;
}

std::string TextOf(const Expr& expr) { return std::string(expr.constant.AsString()); }

// "ticket.type": a variable, or fields of host objects below one; "ticket.labels[\"a\"]": an entry
// of a map there. Nothing for all else.
std::optional<std::string> StaticPath(const Code& code, const Expr& expr) {
  if (expr.reference == Reference::kVariable) {
    return code.variables[static_cast<size_t>(expr.number)].name;
  }
  if (expr.kind == ExprKind::kCall && expr.function == operators::kIndex &&
      IsText(*expr.arguments[1])) {
    std::optional<std::string> map = StaticPath(code, *expr.arguments[0]);
    return map ? std::optional(*map + "[\"" + TextOf(*expr.arguments[1]) + "\"]") : std::nullopt;
  }
  if (expr.kind != ExprKind::kSelect || expr.test_only || expr.optional) {
    return std::nullopt;
  }
  std::optional<std::string> target = StaticPath(code, *expr.target);
  if (!target) {
    return std::nullopt;
  }
  return expr.field < 0 ? *target + "[\"" + expr.name + "\"]" : *target + "." + expr.name;
}

// `path == "text"`, either way round.
std::optional<EqualityFact> FactOfEquality(const Code& code, const Expr& expr) {
  const bool text_first = IsText(*expr.arguments[0]);
  const Expr& text = *expr.arguments[text_first ? 0 : 1];
  std::optional<std::string> path = StaticPath(code, *expr.arguments[text_first ? 1 : 0]);
  if (!path || !IsText(text)) {
    return std::nullopt;
  }
  return EqualityFact{*std::move(path), {TextOf(text)}};
}

// `path in ["a", "b"]`.
std::optional<EqualityFact> FactOfIn(const Code& code, const Expr& expr) {
  std::optional<std::string> path = StaticPath(code, *expr.arguments[0]);
  const Expr& list = *expr.arguments[1];
  const auto is_plain = [](const auto& element) { return IsText(*element); };
  const bool optional = std::find(list.optional_entries.begin(), list.optional_entries.end(),
                                  true) != list.optional_entries.end();
  if (!path || list.kind != ExprKind::kList || optional ||
      !std::all_of(list.arguments.begin(), list.arguments.end(), is_plain)) {
    return std::nullopt;
  }
  EqualityFact fact{*std::move(path), {}};
  for (const auto& element : list.arguments) {
    fact.values.push_back(TextOf(*element));
  }
  return fact;
}

// What `expr` being true requires of one path.
std::optional<EqualityFact> FactOf(const Code& code, const Expr& expr);

// `path == "a" || path == "b"`: every part must be a fact about the same path.
std::optional<EqualityFact> FactOfOr(const Code& code, const Expr& expr) {
  std::optional<EqualityFact> joined;
  for (const auto& argument : expr.arguments) {
    std::optional<EqualityFact> fact = FactOf(code, *argument);
    if (!fact || (joined && joined->path != fact->path)) {
      return std::nullopt;
    }
    if (!joined) {
      joined = std::move(fact);
    } else {
      joined->values.insert(joined->values.end(), fact->values.begin(), fact->values.end());
    }
  }
  return joined;
}

std::optional<EqualityFact> FactOf(const Code& code, const Expr& expr) {
  if (expr.kind == ExprKind::kOr) {
    return FactOfOr(code, expr);
  }
  if (expr.kind != ExprKind::kCall) {
    return std::nullopt;
  }
  if (expr.function == operators::kEqual) {
    return FactOfEquality(code, expr);
  }
  return expr.function == operators::kIn ? FactOfIn(code, expr) : std::nullopt;
}

void CollectFacts(const Code& code, const Expr& expr, std::vector<EqualityFact>* facts) {
  if (expr.kind == ExprKind::kAnd) {
    for (const auto& argument : expr.arguments) {
      CollectFacts(code, *argument, facts);
    }
  } else if (std::optional<EqualityFact> fact = FactOf(code, expr)) {
    facts->push_back(*std::move(fact));
  }
}

// Names of internal fields of an object type and of all object types below it.
void CollectInternalNames(const Type& type, std::set<const ObjectType*>* seen,
                          std::set<std::string>* names) {
  for (const Type& parameter : type.parameters()) {
    CollectInternalNames(parameter, seen, names);
  }
  if (type.object() == nullptr || !seen->insert(type.object()).second) {
    return;
  }
  for (const ObjectField& field : type.object()->fields()) {
    if (field.internal) {
      names->insert(field.name);
    }
    CollectInternalNames(field.type, seen, names);
  }
}

// Where a value comes from: the path of fields that leads to it.
struct Origin {
  std::string path;
  bool internal = false;
};

// Finds every reference below a node; a chain of fields is one reference, the longest. What is read
// of a host object is found whatever way the object took: through macros, binds, lists or dyn().
class References {
 public:
  References(const Code& code, std::vector<FieldReference>* out)
      : code_(code), locals_(static_cast<size_t>(code.locals)), out_(out) {
    std::set<const ObjectType*> seen;
    for (const Variable& variable : code.variables) {
      CollectInternalNames(variable.type, &seen, &internal_names_);
    }
  }

  // Reports what `expr` reads; returns where its own value comes from.
  std::optional<Origin> Visit(const Expr& expr) {
    std::optional<Origin> origin = Trace(expr);
    const bool reported_before = expr.reference == Reference::kLocal || IsTransparent(expr);
    if (origin && !reported_before) {
      out_->push_back({origin->path, origin->internal, expr.begin, expr.end});
    }
    return origin;
  }

 private:
  // Nodes that pass on the origin of a part that has been reported.
  static bool IsTransparent(const Expr& expr) {
    return expr.kind == ExprKind::kBind || expr.kind == ExprKind::kComprehension;
  }

  // As Visit, but leaves the report of the value itself to the caller.
  std::optional<Origin> Trace(const Expr& expr) {
    switch (expr.reference) {
      case Reference::kVariable:
        return Origin{code_.variables[static_cast<size_t>(expr.number)].name, false};
      case Reference::kLocal:
        return locals_[static_cast<size_t>(expr.number)];
      case Reference::kType:
        return std::nullopt;
      case Reference::kNone:
        break;
    }
    switch (expr.kind) {
      case ExprKind::kSelect:
        return TraceSelect(expr);
      case ExprKind::kComprehension:
        return TraceComprehension(expr);
      case ExprKind::kBind:
        locals_[static_cast<size_t>(expr.number)] = Visit(*expr.arguments[0]);
        return Visit(*expr.arguments[1]);
      default:
        break;
    }
    if (expr.function == operators::kIndex || expr.function == operators::kOptionalIndex) {
      Visit(*expr.arguments[1]);
      return Trace(*expr.arguments[0]);
    }
    VisitChildren(expr);
    return std::nullopt;
  }

  void VisitChildren(const Expr& expr) {
    if (expr.target != nullptr && (expr.kind != ExprKind::kCall || expr.member)) {
      Visit(*expr.target);
    }
    for (const auto& argument : expr.arguments) {
      Visit(*argument);
    }
  }

  std::optional<Origin> TraceSelect(const Expr& expr) {
    std::optional<Origin> origin = Trace(*expr.target);
    const bool untyped = expr.field < 0 && expr.target->type.kind() == TypeKind::kDyn;
    const bool internal = expr.internal || (untyped && internal_names_.contains(expr.name));
    if (!origin && expr.field < 0 && !internal) {
      return std::nullopt;
    }
    if (!origin) {
      origin = Origin{expr.target->type.ToString(), false};
    }
    origin->path += "." + expr.name;
    origin->internal = origin->internal || internal;
    return origin;
  }

  std::optional<Origin> TraceComprehension(const Expr& expr) {
    const std::optional<Origin> range = Visit(*expr.target);
    const auto first = static_cast<size_t>(expr.number);
    const bool two = !expr.second_variable.empty();
    const bool is_map = expr.target->type.kind() == TypeKind::kMap;
    locals_[first] = two || is_map ? std::nullopt : range;
    if (two) {
      locals_[first + 1] = range;
    }
    for (const auto& argument : expr.arguments) {
      Visit(*argument);
    }
    return expr.macro == Macro::kFilter && !is_map ? range : std::nullopt;
  }

  const Code& code_;
  std::vector<std::optional<Origin>> locals_;
  std::vector<FieldReference>* out_;
  std::set<std::string> internal_names_;
};

}  // namespace

std::vector<EqualityFact> Program::EqualityFacts() const {
  std::vector<EqualityFact> facts;
  CollectFacts(*code_, *code_->tree, &facts);
  return facts;
}

std::vector<FieldReference> Program::FieldReferences() const {
  std::vector<FieldReference> references;
  References(*code_, &references).Visit(*code_->tree);
  std::stable_sort(references.begin(), references.end(),
                   [](const FieldReference& left, const FieldReference& right) {
                     return left.begin < right.begin;
                   });
  return references;
}

}  // namespace waypost::cel
