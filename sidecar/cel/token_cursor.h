// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sidecar/cel/issue.h"
#include "sidecar/cel/token.h"

namespace waypost::cel {

// A place in the tokens of an expression. Never moves past the last, which is of kind kEnd.
class TokenCursor {
 public:
  // `source` and `issues` outlive the cursor.
  TokenCursor(std::string_view source, std::vector<Token> tokens, std::vector<Issue>* issues);

  [[nodiscard]] const Token& Current() const { return tokens_[position_]; }
  // The one after the current, or the last.
  [[nodiscard]] const Token& Next() const;
  // Where the token before the current ends; 0 at the start.
  [[nodiscard]] size_t PreviousEnd() const;

  // The current token; moves on.
  const Token& Take();
  // Moves on and returns true when the current token is of this kind.
  bool Accept(TokenKind kind);
  // As Accept, but the other case is an issue: "expected WHAT but found ...".
  bool Expect(TokenKind kind, const std::string& what);

  void Report(const Token& token, std::string message);
  // For messages: the token as written, in quotes, or what stands for the end.
  [[nodiscard]] std::string Quote(const Token& token) const;

 private:
  std::string_view source_;
  std::vector<Token> tokens_;
  std::vector<Issue>* issues_;
  size_t position_ = 0;
};

}  // namespace waypost::cel
