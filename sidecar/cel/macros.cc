// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cel/macros.h"

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace waypost::cel {
namespace {

// A macro over a list or map: `variables` names, then an optional condition, then the last
// argument.
struct Form {
  std::string_view name;
  Macro macro;
  size_t variables;
  bool may_filter;
};

constexpr std::array<Form, 13> kForms = {{
    {"all", Macro::kAll, 1, false},
    {"exists", Macro::kExists, 1, false},
    {"exists_one", Macro::kExistsOne, 1, false},
    {"existsOne", Macro::kExistsOne, 1, false},
    {"filter", Macro::kFilter, 1, false},
    {"map", Macro::kMap, 1, true},
    {"all", Macro::kAll, 2, false},
    {"exists", Macro::kExists, 2, false},
    {"existsOne", Macro::kExistsOne, 2, false},
    {"transformList", Macro::kMap, 2, true},
    {"transformMap", Macro::kTransformMap, 2, true},
    {"optMap", Macro::kOptionalMap, 1, false},
    {"optFlatMap", Macro::kOptionalFlatMap, 1, false},
}};

bool Takes(const Form& form, size_t arguments) {
  return arguments == form.variables + 1 || (form.may_filter && arguments == form.variables + 2);
}

bool Fail(const Expr& at, std::string message, std::vector<Issue>* issues) {
  issues->push_back({at.begin, at.end, std::move(message)});
  return false;
}

bool IsPlainName(const Expr& expr) { return expr.kind == ExprKind::kIdentifier && !expr.absolute; }

std::string UsageOf(std::string_view name) {
  if (name == "optMap" || name == "optFlatMap") {
    return "optional." + std::string(name) + "(variable, result)";
  }
  if (name == "map") {
    return "list.map(variable, [condition,] element)";
  }
  if (name == "transformList" || name == "transformMap") {
    return "map." + std::string(name) + "(key, value, [condition,] result)";
  }
  return "list." + std::string(name) + "(variable, condition)";
}

bool ExpandHas(std::unique_ptr<Expr>* call, std::vector<Issue>* issues) {
  Expr& expr = **call;
  if (expr.arguments.size() != 1 || expr.arguments[0]->kind != ExprKind::kSelect) {
    return Fail(expr, "has() takes one field, as in has(ticket.due)", issues);
  }
  std::unique_ptr<Expr> select = std::move(expr.arguments[0]);
  select->test_only = true;
  select->begin = expr.begin;
  select->end = expr.end;
  *call = std::move(select);
  return true;
}

bool IsBind(const Expr& expr) {
  return expr.name == "bind" && IsPlainName(*expr.target) && expr.target->name == "cel";
}

bool ExpandBind(Expr* expr, std::vector<Issue>* issues) {
  if (expr->arguments.size() != 3 || !IsPlainName(*expr->arguments[0])) {
    return Fail(*expr, "cel.bind() takes a name, its value and an expression", issues);
  }
  expr->kind = ExprKind::kBind;
  expr->variable = expr->arguments[0]->name;
  expr->target.reset();
  expr->arguments.erase(expr->arguments.begin());
  return true;
}

bool ExpandForm(const Form& form, Expr* expr, std::vector<Issue>* issues) {
  for (size_t i = 0; i < form.variables; ++i) {
    if (!IsPlainName(*expr->arguments[i])) {
      return Fail(*expr->arguments[i],
                  "'" + expr->name + "' needs a plain name for its variable here", issues);
    }
  }
  expr->kind = ExprKind::kComprehension;
  expr->macro = form.macro;
  expr->variable = expr->arguments[0]->name;
  if (form.variables == 2) {
    expr->second_variable = expr->arguments[1]->name;
    if (expr->second_variable == expr->variable) {
      return Fail(*expr->arguments[1], "the two variables of '" + expr->name + "' must differ",
                  issues);
    }
  }
  const auto first = expr->arguments.begin();
  expr->arguments.erase(first, first + static_cast<std::ptrdiff_t>(form.variables));
  return true;
}

}  // namespace

bool ExpandMacro(std::unique_ptr<Expr>* call, std::vector<Issue>* issues) {
  Expr& expr = **call;
  if (expr.target == nullptr) {
    return expr.name == "has" ? ExpandHas(call, issues) : true;
  }
  if (IsBind(expr)) {
    return ExpandBind(&expr, issues);
  }
  bool named = false;
  for (const Form& form : kForms) {
    if (form.name == expr.name && Takes(form, expr.arguments.size())) {
      return ExpandForm(form, &expr, issues);
    }
    named = named || form.name == expr.name;
  }
  return !named || Fail(expr, "'" + expr.name + "' is used as " + UsageOf(expr.name), issues);
}

}  // namespace waypost::cel
