// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <utility>

#include "sidecar/cel/grammar.h"
#include "sidecar/cel/literal.h"

namespace waypost::cel {
namespace {

bool IsReserved(std::string_view name) {
  constexpr std::array<std::string_view, 16> kReserved = {
      "as",     "break", "const", "continue", "else",      "for",    "function", "if",
      "import", "let",   "loop",  "package",  "namespace", "return", "var",      "while"};
  return std::find(kReserved.begin(), kReserved.end(), name) != kReserved.end() || name == "void";
}

}  // namespace

bool Grammar::ParseList(TokenKind close, const char* what, std::vector<ExprPtr>* out,
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

Grammar::ExprPtr Grammar::ParsePrimary() {
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

Grammar::ExprPtr Grammar::ParseParenthesis() {
  ExprPtr expr = ParseExpression();
  return expr != nullptr && tokens_.Expect(TokenKind::kRightParen, "')'") ? std::move(expr)
                                                                          : nullptr;
}

Grammar::ExprPtr Grammar::ParseName(const Token& first) {
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

Grammar::ExprPtr Grammar::ParseMap(const Token& brace) {
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

bool Grammar::IsMessageName(const Expr& expr) {
  return expr.kind == ExprKind::kIdentifier || (expr.kind == ExprKind::kSelect && !expr.test_only &&
                                                !expr.optional && IsMessageName(*expr.target));
}

Grammar::ExprPtr Grammar::ParseMessage(size_t begin, const Expr& name) {
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

Grammar::ExprPtr Grammar::MakeConstant(size_t begin, Value value) const {
  ExprPtr expr = Make(ExprKind::kConstant, begin);
  expr->constant = std::move(value);
  return expr;
}

Grammar::ExprPtr Grammar::ParseLiteral(const Token& token) {
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

Grammar::ExprPtr Grammar::ParseNumber(const Token& token, size_t begin, const std::string& sign) {
  Value number;
  if (ReadNumber(token, sign, &number)) {
    return MakeConstant(begin, std::move(number));
  }
  return Fail(token, "the number " + sign + token.text + " does not fit into 64 bits");
}

}  // namespace waypost::cel
