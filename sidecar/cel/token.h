// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace waypost::cel {

enum class TokenKind : uint8_t {
  kEnd,
  kIdentifier,        // also reserved words, which only selectors may use
  kQuotedIdentifier,  // `content-type`
  kInt,
  kUint,
  kDouble,
  kString,
  kBytes,
  kTrue,
  kFalse,
  kNull,
  kIn,
  kQuestion,
  kColon,
  kComma,
  kDot,
  kLeftParen,
  kRightParen,
  kLeftBracket,
  kRightBracket,
  kLeftBrace,
  kRightBrace,
  kAnd,
  kOr,
  kNot,
  kPlus,
  kMinus,
  kTimes,
  kDivide,
  kModulo,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  size_t begin = 0;  // bytes of the source
  size_t end = 0;
  // The name without quotes, the decoded text of a string or bytes literal, or the digits of a
  // number as written, without the suffix u.
  std::string text;
};

}  // namespace waypost::cel
