// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sidecar/cel/library.h"
#include "sidecar/cel/text_limits.h"
#include "sidecar/cel/utf8.h"
#include "sidecar/text/utf8.h"

namespace waypost::cel {
namespace {

constexpr size_t kNowhere = std::string_view::npos;

Value IndexError(int64_t index) {
  return Value::Error("the index " + std::to_string(index) + " is out of range");
}

// The byte offset of a character, kNowhere beyond the end.
size_t OffsetOf(std::string_view text, const Value& index) {
  return index.AsInt() < 0 ? kNowhere : CharacterOffset(text, index.AsInt());
}

Value CharAt(const Value* arguments, Budget* budget) {
  const std::string_view text = arguments[0].AsString();
  if (!ChargeBytes(text.size(), budget)) {
    return CostError();
  }
  const size_t offset = OffsetOf(text, arguments[1]);
  if (offset == kNowhere) {
    return IndexError(arguments[1].AsInt());
  }
  return Value::String(
      offset == text.size() ? "" : std::string(text.substr(offset, CharacterBytes(text, offset))));
}

Value CharacterNumber(std::string_view text, size_t offset) {
  return Value::Int(
      offset == kNowhere ? -1 : static_cast<int64_t>(CountCodePoints(text.substr(0, offset))));
}

Value IndexOfFrom(const Value* arguments, size_t from, Budget* budget) {
  const std::string_view text = arguments[0].AsString();
  return ChargeBytes(text.size(), budget)
             ? CharacterNumber(text, text.find(arguments[1].AsString(), from))
             : CostError();
}

Value IndexOf(const Value* arguments, Budget* budget) { return IndexOfFrom(arguments, 0, budget); }

Value IndexOfAfter(const Value* arguments, Budget* budget) {
  const size_t from = OffsetOf(arguments[0].AsString(), arguments[2]);
  return from == kNowhere ? IndexError(arguments[2].AsInt()) : IndexOfFrom(arguments, from, budget);
}

Value LastIndexOfFrom(const Value* arguments, size_t from, Budget* budget) {
  const std::string_view text = arguments[0].AsString();
  return ChargeBytes(text.size(), budget)
             ? CharacterNumber(text, text.rfind(arguments[1].AsString(), from))
             : CostError();
}

Value LastIndexOf(const Value* arguments, Budget* budget) {
  return LastIndexOfFrom(arguments, kNowhere, budget);
}

Value LastIndexOfBefore(const Value* arguments, Budget* budget) {
  const size_t from = OffsetOf(arguments[0].AsString(), arguments[2]);
  return from == kNowhere ? IndexError(arguments[2].AsInt())
                          : LastIndexOfFrom(arguments, from, budget);
}

Value JoinWith(const List& list, std::string_view separator, Budget* budget) {
  std::string text;
  const size_t size = list.size();
  for (size_t i = 0; i < size; ++i) {
    const Value element = list.At(i);
    if (element.kind() != ValueKind::kString) {
      return Value::Error("join() takes a list of strings, not of " + element.ToDisplayString());
    }
    text.append(i == 0 ? std::string_view() : separator);
    text.append(element.AsString());
    if (!budget->Charge(1)) {
      return CostError();
    }
    if (!FitsText(text.size(), *budget)) {
      return TextSizeError();
    }
  }
  return BuiltString(std::move(text), budget);
}

Value Join(const Value* arguments, Budget* budget) {
  return JoinWith(arguments[0].AsList(), "", budget);
}

Value JoinSeparated(const Value* arguments, Budget* budget) {
  return JoinWith(arguments[0].AsList(), arguments[1].AsString(), budget);
}

template <typename Change>
Value Mapped(std::string_view text, Change change, Budget* budget) {
  std::string changed(text);
  std::transform(changed.begin(), changed.end(), changed.begin(), change);
  return BuiltString(std::move(changed), budget);
}

Value LowerAscii(const Value* arguments, Budget* budget) {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return Mapped(arguments[0].AsString(), lower, budget);
}

Value UpperAscii(const Value* arguments, Budget* budget) {
  const auto upper = [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  };
  return Mapped(arguments[0].AsString(), upper, budget);
}

// The place of `part` in `text` from `from`; an empty part is before every character and at the
// end.
size_t FindPart(std::string_view text, std::string_view part, size_t from) {
  return from > text.size() ? kNowhere : text.find(part, from);
}

Value ReplaceUpTo(const Value* arguments, int64_t limit, Budget* budget) {
  const std::string_view text = arguments[0].AsString();
  const std::string_view old_part = arguments[1].AsString();
  const std::string_view new_part = arguments[2].AsString();
  std::string result;
  size_t copied = 0;
  size_t found = FindPart(text, old_part, 0);
  for (int64_t count = 0; found != kNowhere && count < limit; ++count) {
    result.append(text.substr(copied, found - copied)).append(new_part);
    copied = found + old_part.size();
    if (!budget->Charge(1)) {
      return CostError();
    }
    if (!FitsText(result.size(), *budget)) {
      return TextSizeError();
    }
    size_t next = copied;
    if (old_part.empty()) {
      next += found < text.size() ? CharacterBytes(text, found) : 1;
    }
    found = FindPart(text, old_part, next);
  }
  result.append(text.substr(copied));
  return BuiltString(std::move(result), budget);
}

int64_t Unlimited(int64_t limit) { return limit < 0 ? std::numeric_limits<int64_t>::max() : limit; }

Value Replace(const Value* arguments, Budget* budget) {
  return ReplaceUpTo(arguments, Unlimited(-1), budget);
}

Value ReplaceLimited(const Value* arguments, Budget* budget) {
  return ReplaceUpTo(arguments, Unlimited(arguments[3].AsInt()), budget);
}

Value SplitUpTo(const Value* arguments, int64_t limit, Budget* budget) {
  const std::string_view text = arguments[0].AsString();
  const std::string_view separator = arguments[1].AsString();
  std::vector<Value> parts;
  if (limit == 0 || (text.empty() && separator.empty())) {
    return Value::List(std::move(parts));
  }
  size_t begin = 0;
  while (static_cast<int64_t>(parts.size()) + 1 < limit && begin < text.size()) {
    const size_t end =
        separator.empty() ? begin + CharacterBytes(text, begin) : text.find(separator, begin);
    if (end == kNowhere || (separator.empty() && end == text.size())) {
      break;
    }
    if (!budget->Charge(2)) {
      return CostError();
    }
    parts.push_back(Value::String(std::string(text.substr(begin, end - begin))));
    begin = end + separator.size();
  }
  parts.push_back(Value::String(std::string(text.substr(begin))));
  return ChargeBytes(text.size(), budget) ? Value::List(std::move(parts)) : CostError();
}

Value Split(const Value* arguments, Budget* budget) {
  return SplitUpTo(arguments, Unlimited(-1), budget);
}

Value SplitLimited(const Value* arguments, Budget* budget) {
  return SplitUpTo(arguments, Unlimited(arguments[2].AsInt()), budget);
}

Value Substring(const Value* arguments, Budget* budget) {
  const std::string_view text = arguments[0].AsString();
  const size_t begin = OffsetOf(text, arguments[1]);
  return begin == kNowhere ? IndexError(arguments[1].AsInt())
                           : BuiltString(std::string(text.substr(begin)), budget);
}

Value SubstringBetween(const Value* arguments, Budget* budget) {
  const std::string_view text = arguments[0].AsString();
  const size_t begin = OffsetOf(text, arguments[1]);
  const size_t end = OffsetOf(text, arguments[2]);
  if (begin == kNowhere || end == kNowhere) {
    return IndexError(arguments[begin == kNowhere ? 1 : 2].AsInt());
  }
  if (begin > end) {
    return Value::Error("the substring ends before it starts: " + arguments[1].ToDisplayString() +
                        " to " + arguments[2].ToDisplayString());
  }
  return BuiltString(std::string(text.substr(begin, end - begin)), budget);
}

// Unicode's White_Space characters.
constexpr std::string_view kSpaces[] = {
    " ",      "\t",     "\n",     "\v",     "\f",     "\r",     "\u0085", "\u00a0", "\u1680",
    "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006", "\u2007", "\u2008",
    "\u2009", "\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000"};

size_t LeadingSpace(std::string_view text) {
  for (const std::string_view space : kSpaces) {
    if (text.starts_with(space)) {
      return space.size();
    }
  }
  return 0;
}

size_t TrailingSpace(std::string_view text) {
  for (const std::string_view space : kSpaces) {
    if (text.ends_with(space)) {
      return space.size();
    }
  }
  return 0;
}

Value Trim(const Value* arguments, Budget* budget) {
  std::string_view text = arguments[0].AsString();
  while (const size_t space = LeadingSpace(text)) {
    text.remove_prefix(space);
  }
  while (const size_t space = TrailingSpace(text)) {
    text.remove_suffix(space);
  }
  return BuiltString(std::string(text), budget);
}

Value Reverse(const Value* arguments, Budget* budget) {
  const std::string_view text = arguments[0].AsString();
  std::string reversed(text.size(), '\0');
  size_t offset = 0;
  while (offset < text.size()) {
    const size_t length = CharacterBytes(text, offset);
    text.copy(reversed.data() + text.size() - offset - length, length, offset);
    offset += length;
  }
  return BuiltString(std::move(reversed), budget);
}

std::string_view Escaped(char c) {
  switch (c) {
    case '\a':
      return "\\a";
    case '\b':
      return "\\b";
    case '\f':
      return "\\f";
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    case '\v':
      return "\\v";
    case '\\':
      return "\\\\";
    case '"':
      return "\\\"";
    default:
      return "";
  }
}

Value Quote(const Value* arguments, Budget* budget) {
  std::string quoted = "\"";
  for (const char c : arguments[0].AsString()) {
    const std::string_view escaped = Escaped(c);
    if (escaped.empty()) {
      quoted.push_back(c);
    } else {
      quoted.append(escaped);
    }
  }
  quoted.push_back('"');
  return BuiltString(std::move(quoted), budget);
}

}  // namespace

void AddStringExtension(Library* library) {
  constexpr TypeKind kString = TypeKind::kString;
  constexpr TypeKind kInt = TypeKind::kInt;
  const Type strings = Type::List(kString);
  library->AddMember("charAt", {kString, kInt}, kString, CharAt);
  library->AddMember("indexOf", {kString, kString}, kInt, IndexOf);
  library->AddMember("indexOf", {kString, kString, kInt}, kInt, IndexOfAfter);
  library->AddMember("lastIndexOf", {kString, kString}, kInt, LastIndexOf);
  library->AddMember("lastIndexOf", {kString, kString, kInt}, kInt, LastIndexOfBefore);
  library->AddMember("join", {strings}, kString, Join);
  library->AddMember("join", {strings, kString}, kString, JoinSeparated);
  library->AddMember("lowerAscii", {kString}, kString, LowerAscii);
  library->AddMember("upperAscii", {kString}, kString, UpperAscii);
  library->AddMember("replace", {kString, kString, kString}, kString, Replace);
  library->AddMember("replace", {kString, kString, kString, kInt}, kString, ReplaceLimited);
  library->AddMember("split", {kString, kString}, strings, Split);
  library->AddMember("split", {kString, kString, kInt}, strings, SplitLimited);
  library->AddMember("substring", {kString, kInt}, kString, Substring);
  library->AddMember("substring", {kString, kInt, kInt}, kString, SubstringBetween);
  library->AddMember("trim", {kString}, kString, Trim);
  library->AddMember("reverse", {kString}, kString, Reverse);
  library->AddGlobal("strings.quote", {kString}, kString, Quote);
}

}  // namespace waypost::cel
