// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cel/token_cursor.h"

#include <algorithm>
#include <utility>

namespace waypost::cel {

TokenCursor::TokenCursor(std::string_view source, std::vector<Token> tokens,
                         std::vector<Issue>* issues)
    : source_(source), tokens_(std::move(tokens)), issues_(issues) {}

const Token& TokenCursor::Next() const {
  return tokens_[std::min(position_ + 1, tokens_.size() - 1)];
}

size_t TokenCursor::PreviousEnd() const { return position_ == 0 ? 0 : tokens_[position_ - 1].end; }

const Token& TokenCursor::Take() {
  const Token& token = tokens_[position_];
  position_ += token.kind == TokenKind::kEnd ? 0 : 1;
  return token;
}

bool TokenCursor::Accept(TokenKind kind) {
  if (Current().kind != kind) {
    return false;
  }
  Take();
  return true;
}

bool TokenCursor::Expect(TokenKind kind, const std::string& what) {
  if (Accept(kind)) {
    return true;
  }
  Report(Current(), "expected " + what + " but found " + Quote(Current()));
  return false;
}

void TokenCursor::Report(const Token& token, std::string message) {
  issues_->push_back({token.begin, token.end, std::move(message)});
}

std::string TokenCursor::Quote(const Token& token) const {
  if (token.kind == TokenKind::kEnd) {
    return "the end of the expression";
  }
  return "'" + std::string(source_.substr(token.begin, token.end - token.begin)) + "'";
}

}  // namespace waypost::cel
