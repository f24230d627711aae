// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cel/checker.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "sidecar/cel/inference.h"
#include "sidecar/cel/names.h"
#include "sidecar/cel/overload_resolution.h"
#include "sidecar/cel/signature_text.h"

namespace waypost::cel {
namespace {

// Walks the tree once, children first. Each Check... function returns the type of the node.
class Checker {
 public:
  Checker(const Environment& environment, CheckMode mode, std::vector<Issue>* issues)
      : names_(environment), typed_(mode == CheckMode::kTyped), issues_(issues) {}

  Checked Run(Expr* expr) {
    Visit(expr);
    Finish(expr);
    return {expr->type, names_.most_locals()};
  }

 private:
  static constexpr TypeKind kDyn = TypeKind::kDyn;
  static constexpr TypeKind kError = TypeKind::kError;

  Type Visit(Expr* expr) {
    expr->type = VisitKind(expr);
    return expr->type;
  }

  Type VisitKind(Expr* expr) {
    switch (expr->kind) {
      case ExprKind::kConstant:
        return ConstantType(expr->constant);
      case ExprKind::kIdentifier:
        return VisitIdentifier(expr);
      case ExprKind::kSelect:
        return VisitSelect(expr);
      case ExprKind::kCall:
        return VisitCall(expr);
      case ExprKind::kAnd:
      case ExprKind::kOr:
        return VisitLogic(expr);
      case ExprKind::kConditional:
        return VisitConditional(expr);
      case ExprKind::kList:
        return VisitList(expr);
      case ExprKind::kMap:
        return VisitMap(expr);
      case ExprKind::kMessage:
        return VisitMessage(expr);
      case ExprKind::kComprehension:
        return VisitComprehension(expr);
      case ExprKind::kBind:
        return VisitBind(expr);
    }
    return kDyn;
  }

  void Report(size_t begin, size_t end, std::string message) {
    if (typed_) {
      issues_->push_back({begin, end, std::move(message)});
    }
  }

  static Type ConstantType(const Value& constant) {
    switch (constant.kind()) {
      case ValueKind::kNull:
        return TypeKind::kNull;
      case ValueKind::kBool:
        return TypeKind::kBool;
      case ValueKind::kInt:
        return TypeKind::kInt;
      case ValueKind::kUint:
        return TypeKind::kUint;
      case ValueKind::kDouble:
        return TypeKind::kDouble;
      case ValueKind::kString:
        return TypeKind::kString;
      default:
        return TypeKind::kBytes;
    }
  }

  Type VisitIdentifier(Expr* expr) {
    if (names_.ResolveIdentifier(expr)) {
      return expr->type;
    }
    Report(expr->begin, expr->end,
           "undeclared reference to '" + expr->name + "'" +
               NearestName(expr->name, names_.Candidates()));
    return kError;
  }

  Type VisitSelect(Expr* expr) {
    if (!expr->test_only && !expr->optional && names_.ResolveChain(expr)) {
      return expr->type;
    }
    Type target = inference_.Resolve(Visit(expr->target.get()));
    const bool through_optional = target.kind() == TypeKind::kOptional;
    if (through_optional) {
      target = target.parameters()[0];
    }
    const Type field = FieldType(target, expr);
    if (expr->test_only) {
      return TypeKind::kBool;
    }
    return expr->optional || through_optional ? Type::Optional(field) : field;
  }

  Type FieldType(const Type& target, Expr* expr) {
    switch (target.kind()) {
      case TypeKind::kDyn:
      case TypeKind::kError:
      case TypeKind::kParameter:
        return kDyn;
      case TypeKind::kMap:
        return target.parameters()[1];
      case TypeKind::kObject:
        return ObjectFieldType(*target.object(), expr);
      default:
        Report(expr->name_begin, expr->name_end,
               "a value of type " + target.ToString() + " has no field '" + expr->name + "'");
        return kError;
    }
  }

  Type ObjectFieldType(const ObjectType& object, Expr* expr) {
    expr->field = object.FieldNumber(expr->name);
    if (expr->field >= 0) {
      const ObjectField& field = object.fields()[static_cast<size_t>(expr->field)];
      expr->internal = field.internal;
      return field.type;
    }
    std::vector<std::string> candidates;
    for (const ObjectField& field : object.fields()) {
      candidates.push_back(field.name);
    }
    Report(expr->name_begin, expr->name_end,
           "'" + object.name() + "' has no field '" + expr->name + "'" +
               NearestName(expr->name, candidates));
    return kError;
  }

  Type VisitLogic(Expr* expr) {
    for (const auto& argument : expr->arguments) {
      RequireBool(*argument, Visit(argument.get()), expr->kind == ExprKind::kAnd ? "'&&'" : "'||'");
    }
    return TypeKind::kBool;
  }

  void RequireBool(const Expr& expr, const Type& type, const std::string& where) {
    if (!inference_.Assignable({type}, {TypeKind::kBool})) {
      Report(expr.begin, expr.end,
             where + " needs a bool, not " + inference_.Final(type).ToString());
    }
  }

  Type VisitConditional(Expr* expr) {
    RequireBool(*expr->arguments[0], Visit(expr->arguments[0].get()), "the condition before '?'");
    const Type then = Visit(expr->arguments[1].get());
    const Type otherwise = Visit(expr->arguments[2].get());
    if (inference_.Assignable({then}, {otherwise})) {
      return inference_.Join(then, otherwise);
    }
    Report(expr->begin, expr->end,
           "the two results of '?:' differ in type: " + inference_.Final(then).ToString() +
               " and " + inference_.Final(otherwise).ToString());
    return kError;
  }

  // The type within when the entry is written with a leading '?'.
  Type EntryType(const Expr& list, size_t entry, Expr* value) {
    Type type = Visit(value);
    if (!list.optional_entries[entry]) {
      return type;
    }
    Type held = inference_.Fresh();
    if (!inference_.Assignable({type}, {Type::Optional(held)})) {
      Report(value->begin, value->end,
             "an entry with '?' needs an optional, not " + inference_.Final(type).ToString());
    }
    return held;
  }

  Type VisitList(Expr* expr) {
    std::optional<Type> element;
    for (size_t i = 0; i < expr->arguments.size(); ++i) {
      const Type type = EntryType(*expr, i, expr->arguments[i].get());
      element = element ? inference_.Join(*element, type) : type;
    }
    return Type::List(element ? *element : inference_.Fresh());
  }

  Type VisitMap(Expr* expr) {
    std::optional<Type> key;
    std::optional<Type> value;
    for (size_t i = 0; i < expr->arguments.size(); i += 2) {
      const Type key_type = KeyType(expr->arguments[i].get());
      const Type value_type = EntryType(*expr, i / 2, expr->arguments[i + 1].get());
      key = key ? inference_.Join(*key, key_type) : key_type;
      value = value ? inference_.Join(*value, value_type) : value_type;
    }
    return Type::Map(key ? *key : inference_.Fresh(), value ? *value : inference_.Fresh());
  }

  Type KeyType(Expr* key) {
    Type type = inference_.Resolve(Visit(key));
    switch (type.kind()) {
      case TypeKind::kBool:
      case TypeKind::kInt:
      case TypeKind::kUint:
      case TypeKind::kString:
      case TypeKind::kDyn:
      case TypeKind::kError:
      case TypeKind::kParameter:
        return type;
      default:
        Report(key->begin, key->end,
               "a key of a map is a bool, an integer or a string, not " +
                   inference_.Final(type).ToString());
        return kDyn;
    }
  }

  Type VisitMessage(Expr* expr) {
    for (const auto& argument : expr->arguments) {
      Visit(argument.get());
    }
    Report(expr->name_begin, expr->name_end,
           "messages such as '" + expr->name + "{...}' cannot be built here; use a map");
    return kError;
  }

  Type VisitBind(Expr* expr) {
    const Type value = Visit(expr->arguments[0].get());
    expr->number = names_.Push(expr->variable, value);
    Type type = Visit(expr->arguments[1].get());
    names_.Pop();
    return type;
  }

  // Types of the variables of a macro over `range`: the first alone, or both.
  struct VariableTypes {
    Type first;
    Type second;
  };

  VariableTypes TypesOver(const Type& range, const Expr& expr) {
    const bool two = !expr.second_variable.empty();
    if (range.kind() == TypeKind::kList) {
      const Type& element = range.parameters()[0];
      return two ? VariableTypes{TypeKind::kInt, element} : VariableTypes{element, kDyn};
    }
    if (range.kind() == TypeKind::kMap) {
      return {range.parameters()[0], range.parameters()[1]};
    }
    if (range.kind() != TypeKind::kDyn && range.kind() != TypeKind::kError &&
        range.kind() != TypeKind::kParameter) {
      Report(expr.target->begin, expr.target->end,
             "'" + expr.name + "' goes over a list or a map, not " +
                 inference_.Final(range).ToString());
    }
    return {kDyn, kDyn};
  }

  Type VisitComprehension(Expr* expr) {
    if (expr->macro == Macro::kOptionalMap || expr->macro == Macro::kOptionalFlatMap) {
      return VisitOptionalMap(expr);
    }
    const Type range = inference_.Resolve(Visit(expr->target.get()));
    const VariableTypes types = TypesOver(range, *expr);
    expr->number = names_.Push(expr->variable, types.first);
    if (!expr->second_variable.empty()) {
      names_.Push(expr->second_variable, types.second);
    }
    std::vector<Type> arguments;
    for (const auto& argument : expr->arguments) {
      arguments.push_back(Visit(argument.get()));
    }
    if (!expr->second_variable.empty()) {
      names_.Pop();
    }
    names_.Pop();
    return ComprehensionType(*expr, range, types, arguments);
  }

  // optMap and optFlatMap: the variable is what the optional holds.
  Type VisitOptionalMap(Expr* expr) {
    const Type held = inference_.Fresh();
    const Type target = Visit(expr->target.get());
    if (!inference_.Assignable({target}, {Type::Optional(held)})) {
      Report(expr->target->begin, expr->target->end,
             "'" + expr->name + "' needs an optional, not " + inference_.Final(target).ToString());
    }
    expr->number = names_.Push(expr->variable, inference_.Resolve(held));
    Expr* result = expr->arguments[0].get();
    Type type = Visit(result);
    names_.Pop();
    if (expr->macro == Macro::kOptionalMap) {
      return Type::Optional(type);
    }
    if (!inference_.Assignable({type}, {Type::Optional(inference_.Fresh())})) {
      Report(result->begin, result->end,
             "'optFlatMap' needs a result that is an optional, not " +
                 inference_.Final(type).ToString());
    }
    return type;
  }

  Type ComprehensionType(const Expr& expr, const Type& range, const VariableTypes& types,
                         const std::vector<Type>& arguments) {
    const bool transforms = expr.macro == Macro::kMap || expr.macro == Macro::kTransformMap;
    if (!transforms || arguments.size() == 2) {
      RequireBool(*expr.arguments[0], arguments[0], "the condition of '" + expr.name + "'");
    }
    switch (expr.macro) {
      case Macro::kFilter:
        return Type::List(types.first);
      case Macro::kMap:
        return Type::List(arguments.back());
      case Macro::kTransformMap:
        return Type::Map(range.kind() == TypeKind::kList ? Type(TypeKind::kInt) : types.first,
                         arguments.back());
      default:
        return TypeKind::kBool;
    }
  }

  Type VisitCall(Expr* expr) {
    std::vector<Type> types;
    expr->function = expr->name;
    if (expr->target != nullptr) {
      if (const std::optional<std::string> function = names_.QualifiedFunction(*expr)) {
        expr->function = *function;
      } else {
        expr->member = true;
        types.push_back(Visit(expr->target.get()));
      }
    }
    for (const auto& argument : expr->arguments) {
      types.push_back(Visit(argument.get()));
    }
    return ResolveCall(types, typed_ ? CheckMode::kTyped : CheckMode::kUntyped, expr, &inference_,
                       issues_);
  }

  // Puts the solved types in, now that everything is known.
  void Finish(Expr* expr) {
    expr->type = typed_ ? inference_.Final(expr->type) : kDyn;
    if (expr->target != nullptr) {
      Finish(expr->target.get());
    }
    for (const auto& argument : expr->arguments) {
      Finish(argument.get());
    }
  }

  Names names_;
  const bool typed_;
  std::vector<Issue>* issues_;
  Inference inference_;
};

}  // namespace

Checked Check(const Environment& environment, CheckMode mode, Expr* expr,
              std::vector<Issue>* issues) {
  const size_t first = issues->size();
  Checked checked = Checker(environment, mode, issues).Run(expr);
  std::stable_sort(issues->begin() + static_cast<std::ptrdiff_t>(first), issues->end(),
                   [](const Issue& left, const Issue& right) { return left.begin < right.begin; });
  return checked;
}

}  // namespace waypost::cel
