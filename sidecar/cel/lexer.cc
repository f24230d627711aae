// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cel/lexer.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "sidecar/cel/literal.h"
#include "sidecar/cel/utf8.h"

namespace waypost::cel {
namespace {

struct Operator {
  std::string_view text;
  TokenKind kind;
};

// Longer ones first where one begins another.
constexpr std::array<Operator, 24> kOperators = {{
    {"&&", TokenKind::kAnd},         {"||", TokenKind::kOr},
    {"==", TokenKind::kEqual},       {"!=", TokenKind::kNotEqual},
    {"<=", TokenKind::kLessEqual},   {">=", TokenKind::kGreaterEqual},
    {"<", TokenKind::kLess},         {">", TokenKind::kGreater},
    {"!", TokenKind::kNot},          {"?", TokenKind::kQuestion},
    {":", TokenKind::kColon},        {",", TokenKind::kComma},
    {".", TokenKind::kDot},          {"(", TokenKind::kLeftParen},
    {")", TokenKind::kRightParen},   {"[", TokenKind::kLeftBracket},
    {"]", TokenKind::kRightBracket}, {"{", TokenKind::kLeftBrace},
    {"}", TokenKind::kRightBrace},   {"+", TokenKind::kPlus},
    {"-", TokenKind::kMinus},        {"*", TokenKind::kTimes},
    {"/", TokenKind::kDivide},       {"%", TokenKind::kModulo},
}};

struct Word {
  std::string_view text;
  TokenKind kind;
};
constexpr std::array<Word, 4> kKeywords = {{
    {"true", TokenKind::kTrue},
    {"false", TokenKind::kFalse},
    {"null", TokenKind::kNull},
    {"in", TokenKind::kIn},
}};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsHexDigit(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool IsWordCharacter(char c) { return IsLetter(c) || IsDigit(c); }
bool IsQuotedNameCharacter(char c) {
  return IsWordCharacter(c) || c == '.' || c == '-' || c == '/' || c == ' ';
}
bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

class Lexer {
 public:
  Lexer(std::string_view source, std::vector<Issue>* issues) : source_(source), issues_(issues) {}

  std::vector<Token> Run() {
    for (SkipSpace(); offset_ < source_.size(); SkipSpace()) {
      ReadToken();
    }
    Add(TokenKind::kEnd, offset_, "");
    return std::move(tokens_);
  }

 private:
  // The character `ahead` of the current one, or 0 past the end.
  [[nodiscard]] char Peek(size_t ahead = 0) const {
    return offset_ + ahead < source_.size() ? source_[offset_ + ahead] : '\0';
  }

  void Add(TokenKind kind, size_t begin, std::string text) {
    tokens_.push_back({kind, begin, offset_, std::move(text)});
  }

  void Report(size_t begin, size_t end, std::string message) {
    issues_->push_back({begin, end, std::move(message)});
  }

  void SkipSpace() {
    while (offset_ < source_.size()) {
      if (IsSpace(Peek())) {
        ++offset_;
      } else if (Peek() == '/' && Peek(1) == '/') {
        offset_ = std::min(source_.find('\n', offset_), source_.size());
      } else {
        return;
      }
    }
  }

  void ReadToken() {
    const char c = Peek();
    if (const std::optional<size_t> prefix = LiteralPrefix()) {
      ReadText(*prefix);
    } else if (IsLetter(c)) {
      ReadWord();
    } else if (IsDigit(c) || (c == '.' && IsDigit(Peek(1)))) {
      ReadNumber();
    } else if (c == '`') {
      ReadQuotedName();
    } else {
      ReadOperator();
    }
  }

  // The length of r, b, br or nothing before a quote; nothing when no literal starts here.
  [[nodiscard]] std::optional<size_t> LiteralPrefix() const {
    bool raw = false;
    bool bytes = false;
    for (size_t length = 0; length <= 2; ++length) {
      const char c = Peek(length);
      if (c == '"' || c == '\'') {
        return length;
      }
      if ((c == 'r' || c == 'R') && !raw) {
        raw = true;
      } else if ((c == 'b' || c == 'B') && !bytes) {
        bytes = true;
      } else {
        return std::nullopt;
      }
    }
    return std::nullopt;
  }

  void ReadText(size_t prefix_length) {
    const size_t begin = offset_;
    const std::string_view prefix = source_.substr(begin, prefix_length);
    const bool raw = prefix.find_first_of("rR") != std::string_view::npos;
    const bool bytes = prefix.find_first_of("bB") != std::string_view::npos;
    offset_ += prefix_length;
    const char quote = Peek();
    const bool triple = Peek(1) == quote && Peek(2) == quote;
    const std::string_view delimiter = source_.substr(offset_, triple ? 3 : 1);
    offset_ += delimiter.size();
    const size_t text_begin = offset_;
    if (!SkipToDelimiter(delimiter, raw)) {
      Report(begin, offset_, "the text has no closing quote");
      return;
    }
    const std::string_view text = source_.substr(text_begin, offset_ - text_begin);
    offset_ += delimiter.size();
    AddText(begin, text_begin, text, raw, bytes);
  }

  // False at the end of the source or, for single quotes, of the line.
  bool SkipToDelimiter(std::string_view delimiter, bool raw) {
    while (offset_ < source_.size() && source_.substr(offset_, delimiter.size()) != delimiter) {
      if (delimiter.size() == 1 && (Peek() == '\n' || Peek() == '\r')) {
        return false;
      }
      offset_ += !raw && Peek() == '\\' && offset_ + 1 < source_.size() ? 2 : 1;
    }
    return offset_ < source_.size();
  }

  void AddText(size_t begin, size_t text_begin, std::string_view text, bool raw, bool bytes) {
    std::string decoded;
    EscapeError error;
    if (raw) {
      decoded = std::string(text);
    } else if (!DecodeEscapes(text, bytes, &decoded, &error)) {
      Report(text_begin + error.begin, text_begin + error.end, std::move(error.message));
    }
    Add(bytes ? TokenKind::kBytes : TokenKind::kString, begin, std::move(decoded));
  }

  void ReadWord() {
    const size_t begin = offset_;
    while (IsWordCharacter(Peek())) {
      ++offset_;
    }
    const std::string_view word = source_.substr(begin, offset_ - begin);
    for (const Word& keyword : kKeywords) {
      if (keyword.text == word) {
        return Add(keyword.kind, begin, std::string(word));
      }
    }
    Add(TokenKind::kIdentifier, begin, std::string(word));
  }

  void ReadQuotedName() {
    const size_t begin = offset_++;
    while (IsQuotedNameCharacter(Peek())) {
      ++offset_;
    }
    const std::string_view name = source_.substr(begin + 1, offset_ - begin - 1);
    if (Peek() != '`' || name.empty()) {
      return Report(begin, offset_, "the quoted name is empty or has no closing `");
    }
    ++offset_;
    Add(TokenKind::kQuotedIdentifier, begin, std::string(name));
  }

  void SkipDigits() {
    while (IsDigit(Peek())) {
      ++offset_;
    }
  }

  void ReadNumber() {
    const size_t begin = offset_;
    TokenKind kind = TokenKind::kInt;
    if (Peek() == '0' && (Peek(1) == 'x' || Peek(1) == 'X') && IsHexDigit(Peek(2))) {
      for (offset_ += 2; IsHexDigit(Peek()); ++offset_) {
      }
    } else {
      kind = SkipDecimal();
    }
    const size_t digits_end = offset_;
    if (kind == TokenKind::kInt && (Peek() == 'u' || Peek() == 'U')) {
      kind = TokenKind::kUint;
      ++offset_;
    }
    if (IsWordCharacter(Peek())) {
      while (IsWordCharacter(Peek())) {
        ++offset_;
      }
      return Report(begin, offset_,
                    "'" + std::string(source_.substr(begin, offset_ - begin)) +
                        "' is neither a number nor a name");
    }
    Add(kind, begin, std::string(source_.substr(begin, digits_end - begin)));
  }

  TokenKind SkipDecimal() {
    TokenKind kind = TokenKind::kInt;
    SkipDigits();
    if (Peek() == '.' && IsDigit(Peek(1))) {
      kind = TokenKind::kDouble;
      ++offset_;
      SkipDigits();
    }
    const size_t sign = Peek(1) == '+' || Peek(1) == '-' ? 1 : 0;
    if ((Peek() == 'e' || Peek() == 'E') && IsDigit(Peek(1 + sign))) {
      kind = TokenKind::kDouble;
      offset_ += 1 + sign;
      SkipDigits();
    }
    return kind;
  }

  void ReadOperator() {
    const size_t begin = offset_;
    for (const Operator& candidate : kOperators) {
      if (candidate.text[0] == Peek() &&
          (candidate.text.size() == 1 || candidate.text[1] == Peek(1))) {
        offset_ += candidate.text.size();
        return Add(candidate.kind, begin, std::string(candidate.text));
      }
    }
    offset_ += CharacterBytes(source_, begin);
    Report(begin, offset_, Unexpected(source_.substr(begin, offset_ - begin)));
  }

  static std::string Unexpected(std::string_view character) {
    std::string message = "unexpected character '" + std::string(character) + "'";
    if (character == "=") {
      return message + "; equality is '=='";
    }
    if (character == "&" || character == "|") {
      return message + "; did you mean '" + std::string(character) + std::string(character) + "'?";
    }
    return message;
  }

  std::string_view source_;
  std::vector<Issue>* issues_;
  size_t offset_ = 0;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> Tokenize(std::string_view source, std::vector<Issue>* issues) {
  return Lexer(source, issues).Run();
}

}  // namespace waypost::cel
