// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sidecar/cel/ast.h"
#include "sidecar/cel/environment.h"
#include "sidecar/cel/issue.h"
#include "sidecar/cel/token_cursor.h"

namespace waypost::cel {

struct BinaryOperator;

// CEL's grammar by recursive descent, one function a level. Used once. After the first issue every
// function returns null (or false).
class Grammar {
 public:
  using ExprPtr = std::unique_ptr<Expr>;

  // All references outlive the object.
  Grammar(std::string_view source, std::vector<Token> tokens, const Limits& limits,
          std::vector<Issue>* issues);

  // The tree of the whole source.
  ExprPtr Run();

 private:
  [[nodiscard]] ExprPtr Make(ExprKind kind, size_t begin) const;
  ExprPtr FailDepth(size_t begin, size_t end);
  // Ends the node after the last token taken; bounds the tree.
  ExprPtr Finish(ExprPtr expr);
  ExprPtr MakeCall(std::string function, size_t begin, std::vector<ExprPtr> arguments);
  ExprPtr ParseExpression();
  ExprPtr ParseConditional();
  ExprPtr ParseBinary(int least_precedence);
  ExprPtr Join(const BinaryOperator& binary, const Token& token, size_t begin, ExprPtr left,
               ExprPtr right);
  ExprPtr ParseUnary();
  ExprPtr ParseMember();
  ExprPtr ParseSelector(size_t begin, ExprPtr target);
  ExprPtr ParseCall(ExprPtr call);
  ExprPtr ParseIndex(size_t begin, ExprPtr target);
  ExprPtr Fail(const Token& token, std::string message);

  // grammar_primaries.cc
  // Comma-separated expressions, a comma after the last allowed, and what closes them.
  bool ParseList(TokenKind close, const char* what, std::vector<ExprPtr>* out,
                 std::vector<bool>* optional_entries);
  ExprPtr ParsePrimary();
  ExprPtr ParseParenthesis();
  ExprPtr ParseName(const Token& first);
  ExprPtr ParseMap(const Token& brace);
  static bool IsMessageName(const Expr& expr);
  ExprPtr ParseMessage(size_t begin, const Expr& name);
  ExprPtr MakeConstant(size_t begin, Value value) const;
  ExprPtr ParseLiteral(const Token& token);
  ExprPtr ParseNumber(const Token& token, size_t begin, const std::string& sign);

  std::string_view source_;
  TokenCursor tokens_;
  const Limits& limits_;
  std::vector<Issue>* issues_;
  int recursion_ = 0;
};

}  // namespace waypost::cel
