// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cel/grammar.h"

#include <algorithm>
#include <array>
#include <utility>

#include "sidecar/cel/macros.h"

namespace waypost::cel {

struct BinaryOperator {
  TokenKind token;
  int precedence;
  const char* function;  // null for && and ||
};

namespace {

constexpr int kOrPrecedence = 1;
constexpr std::array<BinaryOperator, 14> kBinaryOperators = {{
    {TokenKind::kOr, kOrPrecedence, nullptr},
    {TokenKind::kAnd, 2, nullptr},
    {TokenKind::kEqual, 3, operators::kEqual},
    {TokenKind::kNotEqual, 3, operators::kNotEqual},
    {TokenKind::kLess, 3, operators::kLess},
    {TokenKind::kLessEqual, 3, operators::kLessEqual},
    {TokenKind::kGreater, 3, operators::kGreater},
    {TokenKind::kGreaterEqual, 3, operators::kGreaterEqual},
    {TokenKind::kIn, 3, operators::kIn},
    {TokenKind::kPlus, 4, operators::kAdd},
    {TokenKind::kMinus, 4, operators::kSubtract},
    {TokenKind::kTimes, 5, operators::kMultiply},
    {TokenKind::kDivide, 5, operators::kDivide},
    {TokenKind::kModulo, 5, operators::kModulo},
}};

const BinaryOperator* FindBinary(TokenKind token) {
  for (const BinaryOperator& candidate : kBinaryOperators) {
    if (candidate.token == token) {
      return &candidate;
    }
  }
  return nullptr;
}

}  // namespace

Grammar::Grammar(std::string_view source, std::vector<Token> tokens, const Limits& limits,
                 std::vector<Issue>* issues)
    : source_(source),
      tokens_(source, std::move(tokens), issues),
      limits_(limits),
      issues_(issues) {}

Grammar::ExprPtr Grammar::Run() {
  ExprPtr expr = ParseExpression();
  if (expr != nullptr && tokens_.Current().kind != TokenKind::kEnd) {
    return Fail(tokens_.Current(),
                "expected the end of the expression but found " + tokens_.Quote(tokens_.Current()));
  }
  return expr;
}

Grammar::ExprPtr Grammar::Make(ExprKind kind, size_t begin) const {
  auto expr = std::make_unique<Expr>();
  expr->kind = kind;
  expr->begin = begin;
  expr->end = tokens_.PreviousEnd();
  return expr;
}

Grammar::ExprPtr Grammar::FailDepth(size_t begin, size_t end) {
  issues_->push_back(
      {begin, end,
       "the expression nests deeper than " + std::to_string(limits_.max_depth) + " levels"});
  return nullptr;
}

Grammar::ExprPtr Grammar::Finish(ExprPtr expr) {
  expr->end = tokens_.PreviousEnd();
  int below = expr->target == nullptr ? 0 : expr->target->depth;
  for (const ExprPtr& argument : expr->arguments) {
    below = std::max(below, argument->depth);
  }
  expr->depth = below + 1;
  return expr->depth > limits_.max_depth ? FailDepth(expr->begin, expr->end) : std::move(expr);
}

Grammar::ExprPtr Grammar::MakeCall(std::string function, size_t begin,
                                   std::vector<ExprPtr> arguments) {
  ExprPtr call = Make(ExprKind::kCall, begin);
  call->name = std::move(function);
  call->arguments = std::move(arguments);
  return Finish(std::move(call));
}

Grammar::ExprPtr Grammar::ParseExpression() {
  if (++recursion_ > limits_.max_depth) {
    return FailDepth(tokens_.Current().begin, tokens_.Current().end);
  }
  ExprPtr expr = ParseConditional();
  --recursion_;
  return expr;
}

Grammar::ExprPtr Grammar::ParseConditional() {
  const size_t begin = tokens_.Current().begin;
  ExprPtr condition = ParseBinary(kOrPrecedence);
  if (condition == nullptr || !tokens_.Accept(TokenKind::kQuestion)) {
    return condition;
  }
  ExprPtr then = ParseBinary(kOrPrecedence);
  if (then == nullptr || !tokens_.Expect(TokenKind::kColon, "':'")) {
    return nullptr;
  }
  ExprPtr otherwise = ParseExpression();
  if (otherwise == nullptr) {
    return nullptr;
  }
  ExprPtr expr = Make(ExprKind::kConditional, begin);
  expr->arguments.push_back(std::move(condition));
  expr->arguments.push_back(std::move(then));
  expr->arguments.push_back(std::move(otherwise));
  return Finish(std::move(expr));
}

Grammar::ExprPtr Grammar::ParseBinary(int least_precedence) {
  const size_t begin = tokens_.Current().begin;
  ExprPtr left = ParseUnary();
  while (left != nullptr) {
    const BinaryOperator* found = FindBinary(tokens_.Current().kind);
    if (found == nullptr || found->precedence < least_precedence) {
      break;
    }
    const Token& token = tokens_.Take();
    ExprPtr right = ParseBinary(found->precedence + 1);
    if (right == nullptr) {
      return nullptr;
    }
    left = Join(*found, token, begin, std::move(left), std::move(right));
  }
  return left;
}

Grammar::ExprPtr Grammar::Join(const BinaryOperator& binary, const Token& token, size_t begin,
                               ExprPtr left, ExprPtr right) {
  std::vector<ExprPtr> arguments;
  if (binary.function != nullptr) {
    arguments.push_back(std::move(left));
    arguments.push_back(std::move(right));
    ExprPtr call = MakeCall(binary.function, begin, std::move(arguments));
    if (call != nullptr) {
      call->name_begin = token.begin;
      call->name_end = token.end;
    }
    return call;
  }
  const ExprKind kind = binary.token == TokenKind::kAnd ? ExprKind::kAnd : ExprKind::kOr;
  if (left->kind == kind) {
    left->begin = begin;
    left->arguments.push_back(std::move(right));
    return Finish(std::move(left));
  }
  ExprPtr expr = Make(kind, begin);
  expr->arguments.push_back(std::move(left));
  expr->arguments.push_back(std::move(right));
  return Finish(std::move(expr));
}

Grammar::ExprPtr Grammar::ParseUnary() {
  const Token& token = tokens_.Current();
  if (token.kind != TokenKind::kNot && token.kind != TokenKind::kMinus) {
    return ParseMember();
  }
  const TokenKind next = tokens_.Next().kind;
  if (token.kind == TokenKind::kMinus && (next == TokenKind::kInt || next == TokenKind::kDouble)) {
    return ParseMember();
  }
  tokens_.Take();
  if (++recursion_ > limits_.max_depth) {
    return FailDepth(token.begin, token.end);
  }
  ExprPtr operand = ParseUnary();
  --recursion_;
  if (operand == nullptr) {
    return nullptr;
  }
  std::vector<ExprPtr> arguments;
  arguments.push_back(std::move(operand));
  ExprPtr call = MakeCall(token.kind == TokenKind::kNot ? operators::kNot : operators::kNegate,
                          token.begin, std::move(arguments));
  if (call != nullptr) {
    call->name_begin = token.begin;
    call->name_end = token.end;
  }
  return call;
}

Grammar::ExprPtr Grammar::ParseMember() {
  const size_t begin = tokens_.Current().begin;
  ExprPtr expr = ParsePrimary();
  while (expr != nullptr) {
    if (tokens_.Accept(TokenKind::kDot)) {
      expr = ParseSelector(begin, std::move(expr));
    } else if (tokens_.Accept(TokenKind::kLeftBracket)) {
      expr = ParseIndex(begin, std::move(expr));
    } else if (tokens_.Current().kind == TokenKind::kLeftBrace && IsMessageName(*expr)) {
      expr = ParseMessage(begin, *expr);
    } else {
      break;
    }
  }
  return expr;
}

Grammar::ExprPtr Grammar::ParseSelector(size_t begin, ExprPtr target) {
  const bool optional = tokens_.Accept(TokenKind::kQuestion);
  const Token& token = tokens_.Take();
  const bool quoted = token.kind == TokenKind::kQuotedIdentifier;
  if (token.kind != TokenKind::kIdentifier && !quoted) {
    return Fail(token, "expected the name of a field but found " + tokens_.Quote(token));
  }
  const bool is_call = !quoted && !optional && tokens_.Current().kind == TokenKind::kLeftParen;
  ExprPtr expr = Make(is_call ? ExprKind::kCall : ExprKind::kSelect, begin);
  expr->name = token.text;
  expr->name_begin = token.begin;
  expr->name_end = token.end;
  expr->optional = optional;
  expr->target = std::move(target);
  return is_call ? ParseCall(std::move(expr)) : Finish(std::move(expr));
}

Grammar::ExprPtr Grammar::ParseCall(ExprPtr call) {
  tokens_.Take();
  if (!ParseList(TokenKind::kRightParen, "')'", &call->arguments, nullptr)) {
    return nullptr;
  }
  call = Finish(std::move(call));
  return call != nullptr && ExpandMacro(&call, issues_) ? std::move(call) : nullptr;
}

Grammar::ExprPtr Grammar::ParseIndex(size_t begin, ExprPtr target) {
  const size_t bracket = tokens_.PreviousEnd() - 1;
  const bool optional = tokens_.Accept(TokenKind::kQuestion);
  ExprPtr index = ParseExpression();
  if (index == nullptr || !tokens_.Expect(TokenKind::kRightBracket, "']'")) {
    return nullptr;
  }
  std::vector<ExprPtr> arguments;
  arguments.push_back(std::move(target));
  arguments.push_back(std::move(index));
  ExprPtr call = MakeCall(optional ? operators::kOptionalIndex : operators::kIndex, begin,
                          std::move(arguments));
  if (call != nullptr) {
    call->name_begin = bracket;
    call->name_end = tokens_.PreviousEnd();
  }
  return call;
}

Grammar::ExprPtr Grammar::Fail(const Token& token, std::string message) {
  tokens_.Report(token, std::move(message));
  return nullptr;
}

}  // namespace waypost::cel
