// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cel/parser.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "sidecar/cel/lexer.h"
#include "sidecar/cel/literal.h"
#include "sidecar/cel/macros.h"
#include "sidecar/cel/token_cursor.h"
#include "sidecar/text/utf8.h"

namespace waypost::cel {
namespace {

using ExprPtr = std::unique_ptr<Expr>;

struct BinaryOperator {
  TokenKind token;
  int precedence;
  const char* function;  // null for && and ||
};

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

bool IsReserved(std::string_view name) {
  constexpr std::array<std::string_view, 16> kReserved = {
      "as",     "break", "const", "continue", "else",      "for",    "function", "if",
      "import", "let",   "loop",  "package",  "namespace", "return", "var",      "while"};
  return std::find(kReserved.begin(), kReserved.end(), name) != kReserved.end() || name == "void";
}

// Recursive descent, one function a level of the grammar. After the first issue every function
// returns null.
class Parser {
 public:
  Parser(std::string_view source, std::vector<Token> tokens, const Limits& limits,
         std::vector<Issue>* issues)
      : source_(source),
        tokens_(source, std::move(tokens), issues),
        limits_(limits),
        issues_(issues) {}

  ExprPtr Run() {
    ExprPtr expr = ParseExpression();
    if (expr != nullptr && tokens_.Current().kind != TokenKind::kEnd) {
      return Fail(tokens_.Current(), "expected the end of the expression but found " +
                                         tokens_.Quote(tokens_.Current()));
    }
    return expr;
  }

 private:
  [[nodiscard]] ExprPtr Make(ExprKind kind, size_t begin) const {
    auto expr = std::make_unique<Expr>();
    expr->kind = kind;
    expr->begin = begin;
    expr->end = tokens_.PreviousEnd();
    return expr;
  }

  ExprPtr FailDepth(size_t begin, size_t end) {
    issues_->push_back(
        {begin, end,
         "the expression nests deeper than " + std::to_string(limits_.max_depth) + " levels"});
    return nullptr;
  }

  // Ends the node after the last token taken; bounds the tree.
  ExprPtr Finish(ExprPtr expr) {
    expr->end = tokens_.PreviousEnd();
    int below = expr->target == nullptr ? 0 : expr->target->depth;
    for (const ExprPtr& argument : expr->arguments) {
      below = std::max(below, argument->depth);
    }
    expr->depth = below + 1;
    return expr->depth > limits_.max_depth ? FailDepth(expr->begin, expr->end) : std::move(expr);
  }

  ExprPtr MakeCall(std::string function, size_t begin, std::vector<ExprPtr> arguments) {
    ExprPtr call = Make(ExprKind::kCall, begin);
    call->name = std::move(function);
    call->arguments = std::move(arguments);
    return Finish(std::move(call));
  }

  ExprPtr ParseExpression() {
    if (++recursion_ > limits_.max_depth) {
      return FailDepth(tokens_.Current().begin, tokens_.Current().end);
    }
    ExprPtr expr = ParseConditional();
    --recursion_;
    return expr;
  }

  ExprPtr ParseConditional() {
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

  ExprPtr ParseBinary(int least_precedence) {
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

  ExprPtr Join(const BinaryOperator& binary, const Token& token, size_t begin, ExprPtr left,
               ExprPtr right) {
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

  ExprPtr ParseUnary() {
    const Token& token = tokens_.Current();
    if (token.kind != TokenKind::kNot && token.kind != TokenKind::kMinus) {
      return ParseMember();
    }
    const TokenKind next = tokens_.Next().kind;
    if (token.kind == TokenKind::kMinus &&
        (next == TokenKind::kInt || next == TokenKind::kDouble)) {
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

  ExprPtr ParseMember() {
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

  ExprPtr ParseSelector(size_t begin, ExprPtr target) {
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

  ExprPtr ParseCall(ExprPtr call) {
    tokens_.Take();
    if (!ParseList(TokenKind::kRightParen, "')'", &call->arguments, nullptr)) {
      return nullptr;
    }
    call = Finish(std::move(call));
    return call != nullptr && ExpandMacro(&call, issues_) ? std::move(call) : nullptr;
  }

  ExprPtr ParseIndex(size_t begin, ExprPtr target) {
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

  // Comma-separated expressions, a comma after the last allowed, and what closes them.
  bool ParseList(TokenKind close, const char* what, std::vector<ExprPtr>* out,
                 std::vector<bool>* optional_entries) {
    while (!tokens_.Accept(close)) {
      if (optional_entries != nullptr) {
        optional_entries->push_back(tokens_.Accept(TokenKind::kQuestion));
      }
      ExprPtr element = ParseExpression();
      if (element == nullptr) {
        return false;
      }
      out->push_back(std::move(element));
      if (!tokens_.Accept(TokenKind::kComma)) {
        return tokens_.Expect(close, (std::string("',' or ") + what).c_str());
      }
    }
    return true;
  }

  ExprPtr ParsePrimary() {
    const Token& token = tokens_.Take();
    switch (token.kind) {
      case TokenKind::kDot:
      case TokenKind::kIdentifier:
        return ParseName(token);
      case TokenKind::kLeftParen:
        return ParseParenthesis();
      case TokenKind::kLeftBracket: {
        ExprPtr list = Make(ExprKind::kList, token.begin);
        const bool parsed =
            ParseList(TokenKind::kRightBracket, "']'", &list->arguments, &list->optional_entries);
        return parsed ? Finish(std::move(list)) : nullptr;
      }
      case TokenKind::kLeftBrace:
        return ParseMap(token);
      case TokenKind::kMinus:
        return ParseNumber(tokens_.Take(), token.begin, "-");
      default:
        return ParseLiteral(token);
    }
  }

  ExprPtr ParseParenthesis() {
    ExprPtr expr = ParseExpression();
    return expr != nullptr && tokens_.Expect(TokenKind::kRightParen, "')'") ? std::move(expr)
                                                                            : nullptr;
  }

  ExprPtr ParseName(const Token& first) {
    const bool absolute = first.kind == TokenKind::kDot;
    const Token& token = absolute ? tokens_.Take() : first;
    if (token.kind != TokenKind::kIdentifier) {
      return Fail(token, "expected a name but found " + tokens_.Quote(token));
    }
    if (IsReserved(token.text)) {
      return Fail(token, "'" + token.text + "' is a reserved word");
    }
    const bool is_call = tokens_.Current().kind == TokenKind::kLeftParen;
    ExprPtr expr = Make(is_call ? ExprKind::kCall : ExprKind::kIdentifier, first.begin);
    expr->name = token.text;
    expr->name_begin = token.begin;
    expr->name_end = token.end;
    expr->absolute = absolute;
    return is_call ? ParseCall(std::move(expr)) : std::move(expr);
  }

  ExprPtr ParseMap(const Token& brace) {
    ExprPtr map = Make(ExprKind::kMap, brace.begin);
    while (!tokens_.Accept(TokenKind::kRightBrace)) {
      map->optional_entries.push_back(tokens_.Accept(TokenKind::kQuestion));
      ExprPtr key = ParseExpression();
      if (key == nullptr || !tokens_.Expect(TokenKind::kColon, "':'")) {
        return nullptr;
      }
      ExprPtr value = ParseExpression();
      if (value == nullptr) {
        return nullptr;
      }
      map->arguments.push_back(std::move(key));
      map->arguments.push_back(std::move(value));
      if (!tokens_.Accept(TokenKind::kComma)) {
        if (!tokens_.Expect(TokenKind::kRightBrace, "',' or '}'")) {
          return nullptr;
        }
        break;
      }
    }
    return Finish(std::move(map));
  }

  static bool IsMessageName(const Expr& expr) {
    return expr.kind == ExprKind::kIdentifier ||
           (expr.kind == ExprKind::kSelect && !expr.test_only && !expr.optional &&
            IsMessageName(*expr.target));
  }

  ExprPtr ParseMessage(size_t begin, const Expr& name) {
    ExprPtr message = Make(ExprKind::kMessage, begin);
    message->name = std::string(source_.substr(name.begin, name.end - name.begin));
    message->name_begin = name.begin;
    message->name_end = name.end;
    tokens_.Take();
    while (!tokens_.Accept(TokenKind::kRightBrace)) {
      tokens_.Accept(TokenKind::kQuestion);
      const Token& field = tokens_.Take();
      if (field.kind != TokenKind::kIdentifier && field.kind != TokenKind::kQuotedIdentifier) {
        return Fail(field, "expected the name of a field but found " + tokens_.Quote(field));
      }
      if (!tokens_.Expect(TokenKind::kColon, "':'")) {
        return nullptr;
      }
      ExprPtr value = ParseExpression();
      if (value == nullptr) {
        return nullptr;
      }
      message->arguments.push_back(std::move(value));
      if (!tokens_.Accept(TokenKind::kComma)) {
        if (!tokens_.Expect(TokenKind::kRightBrace, "',' or '}'")) {
          return nullptr;
        }
        break;
      }
    }
    return Finish(std::move(message));
  }

  ExprPtr MakeConstant(size_t begin, Value value) const {
    ExprPtr expr = Make(ExprKind::kConstant, begin);
    expr->constant = std::move(value);
    return expr;
  }

  ExprPtr ParseLiteral(const Token& token) {
    switch (token.kind) {
      case TokenKind::kTrue:
      case TokenKind::kFalse:
        return MakeConstant(token.begin, Value::Bool(token.kind == TokenKind::kTrue));
      case TokenKind::kNull:
        return MakeConstant(token.begin, Value::Null());
      case TokenKind::kString:
        return MakeConstant(token.begin, Value::String(token.text));
      case TokenKind::kBytes:
        return MakeConstant(token.begin, Value::Bytes(token.text));
      case TokenKind::kInt:
      case TokenKind::kUint:
      case TokenKind::kDouble:
        return ParseNumber(token, token.begin, "");
      default:
        return Fail(token, "expected a value but found " + tokens_.Quote(token));
    }
  }

  ExprPtr ParseNumber(const Token& token, size_t begin, const std::string& sign) {
    Value number;
    if (ReadNumber(token, sign, &number)) {
      return MakeConstant(begin, std::move(number));
    }
    return Fail(token, "the number " + sign + token.text + " does not fit into 64 bits");
  }

  ExprPtr Fail(const Token& token, std::string message) {
    tokens_.Report(token, std::move(message));
    return nullptr;
  }

  std::string_view source_;
  TokenCursor tokens_;
  const Limits& limits_;
  std::vector<Issue>* issues_;
  int recursion_ = 0;
};

}  // namespace

std::unique_ptr<Expr> Parse(std::string_view source, const Limits& limits,
                            std::vector<Issue>* issues) {
  if (source.size() > static_cast<size_t>(limits.max_source_bytes)) {
    issues->push_back(
        {0, source.size(),
         "the expression is longer than " + std::to_string(limits.max_source_bytes) + " bytes"});
    return nullptr;
  }
  if (const std::optional<size_t> invalid = FindInvalidUtf8(source)) {
    issues->push_back({*invalid, *invalid + 1, "the text is not valid UTF-8 here"});
    return nullptr;
  }
  const size_t issues_before = issues->size();
  std::vector<Token> tokens = Tokenize(source, issues);
  if (issues->size() != issues_before) {
    return nullptr;
  }
  return Parser(source, std::move(tokens), limits, issues).Run();
}

}  // namespace waypost::cel
