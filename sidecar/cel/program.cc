// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cel/program.h"

#include <array>
#include <utility>

#include "sidecar/cel/checker.h"
#include "sidecar/cel/code.h"
#include "sidecar/cel/compiler.h"
#include "sidecar/cel/inference.h"
#include "sidecar/cel/parser.h"
#include "sidecar/cel/text_limits.h"

namespace waypost::cel {
namespace {

// Enough for every expression that people write; more come from the heap.
constexpr int kInlineLocals = 4;

bool FitsExpected(const Type& result, const Type& expected) {
  Inference inference;
  return inference.Assignable({result}, {expected});
}

// No part of an expression can make up for a spent budget.
Value EvaluateBounded(const Node& node, Frame* frame) {
  Value result = node.Evaluate(frame);
  if (frame->budget.steps < 0 && !result.is_error()) {
    result = CostError();
  }
  return result;
}

Value EvaluateWithLocals(const Code& code, const Node& node, Frame* frame) {
  if (code.locals <= kInlineLocals) {
    std::array<Value, kInlineLocals> locals;
    frame->locals = locals.data();
    return EvaluateBounded(node, frame);
  }
  std::vector<Value> locals(static_cast<size_t>(code.locals));
  frame->locals = locals.data();
  return EvaluateBounded(node, frame);
}

std::shared_ptr<const Code> CompileCode(std::string_view source, const Environment& environment,
                                        CheckMode mode, const Type& expected,
                                        std::vector<Issue>* issues) {
  const size_t issues_before = issues->size();
  std::unique_ptr<Expr> tree = Parse(source, environment.limits(), issues);
  if (tree == nullptr) {
    return nullptr;
  }
  const Checked checked = Check(environment, mode, tree.get(), issues);
  if (issues->size() != issues_before) {
    return nullptr;
  }
  if (mode == CheckMode::kTyped && !FitsExpected(checked.type, expected)) {
    issues->push_back({0, source.size(),
                       "the expression must be of type " + expected.ToString() + ", not " +
                           checked.type.ToString()});
    return nullptr;
  }
  const bool check_literals = mode == CheckMode::kTyped && environment.check_literals();
  auto code = std::make_shared<Code>();
  code->source = std::string(source);
  code->root = CompileTree(*tree, check_literals ? issues : nullptr);
  code->steps = CountSteps(*tree);
  code->locals = checked.locals;
  code->limits = environment.limits();
  for (const Variable& variable : environment.variables()) {
    code->variables.push_back(variable);
  }
  code->tree = std::move(tree);
  return issues->size() == issues_before ? code : nullptr;
}

}  // namespace

Value EvaluateNode(const Code& code, const Node& node, Activation activation) {
  Frame frame;
  frame.variables = activation;
  frame.budget.steps = code.limits.max_cost - code.steps;
  frame.budget.max_string_bytes = code.limits.max_string_bytes;
  if (code.locals > 0) {
    return EvaluateWithLocals(code, node, &frame);
  }
  return EvaluateBounded(node, &frame);
}

std::optional<Program> Program::Compile(std::string_view source, const Environment& environment,
                                        const Type& expected, std::vector<Issue>* issues) {
  std::shared_ptr<const Code> code =
      CompileCode(source, environment, CheckMode::kTyped, expected, issues);
  return code == nullptr ? std::nullopt : std::optional(Program(std::move(code)));
}

std::optional<Program> Program::CompileUnchecked(std::string_view source,
                                                 const Environment& environment,
                                                 std::vector<Issue>* issues) {
  std::shared_ptr<const Code> code =
      CompileCode(source, environment, CheckMode::kUntyped, TypeKind::kDyn, issues);
  return code == nullptr ? std::nullopt : std::optional(Program(std::move(code)));
}

Value Program::Evaluate(Activation activation) const {
  return EvaluateNode(*code_, *code_->root, activation);
}

const std::string& Program::source() const { return code_->source; }

const Type& Program::result_type() const { return code_->tree->type; }

}  // namespace waypost::cel
