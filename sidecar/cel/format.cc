// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sidecar/cel/library.h"
#include "sidecar/cel/runtime_type.h"
#include "sidecar/cel/text_form.h"
#include "sidecar/cel/text_limits.h"

namespace waypost::cel {
namespace {

constexpr int kDefaultPrecision = 6;
constexpr int kMaxPrecision = 100;

// One clause of a format, "%.3f": precision -1 when not given.
struct Clause {
  char letter = 0;
  int precision = -1;
};

// Appends what a clause makes of a value. On failure returns the error, else null.
class Formatter {
 public:
  Formatter(std::string* out, Budget* budget) : out_(out), budget_(budget) {}

  Value Append(const Clause& clause, const Value& value) {
    switch (clause.letter) {
      case 's':
        return AppendText(value);
      case 'd':
        return AppendDecimal(value);
      case 'f':
      case 'e':
        return AppendFraction(clause, value);
      case 'b':
        return AppendBinary(value);
      case 'o':
        return AppendOctal(value);
      case 'x':
      case 'X':
        return AppendHex(value, clause.letter == 'X');
      default:
        return Value::Error(std::string("format() knows no %") + clause.letter +
                            "; it knows %s %d %f %e %b %o %x %X and %%");
    }
  }

 private:
  static Value Wrong(std::string_view clause, std::string_view takes, const Value& value) {
    return Value::Error(std::string(clause) + " takes " + std::string(takes) + ", not " +
                        std::string(RuntimeTypeName(value)));
  }

  Value Check() {
    if (!budget_->Charge(1)) {
      return CostError();
    }
    return FitsText(out_->size(), *budget_) ? Value::Null() : TextSizeError();
  }

  Value AppendText(const Value& value) {
    switch (value.kind()) {
      case ValueKind::kNull:
        out_->append("null");
        return Check();
      case ValueKind::kList:
        return AppendList(value.AsList());
      case ValueKind::kMap:
        return AppendMap(value.AsMap());
      case ValueKind::kObject:
      case ValueKind::kOptional:
      case ValueKind::kError:
        return Wrong("%s", "text, bools, numbers, times, types, lists and maps", value);
      default:
        out_->append(TextForm(value));
        return Check();
    }
  }

  Value AppendList(const List& list) {
    out_->push_back('[');
    const size_t size = list.size();
    for (size_t i = 0; i < size; ++i) {
      out_->append(i == 0 ? "" : ", ");
      if (Value error = AppendText(list.At(i)); error.is_error()) {
        return error;
      }
    }
    out_->push_back(']');
    return Check();
  }

  // Entries in the order of their keys' text.
  Value AppendMap(const Map& map) {
    std::vector<std::pair<std::string, Value>> entries;
    const size_t size = map.size();
    for (size_t i = 0; i < size; ++i) {
      const Value key = map.KeyAt(i);
      Value value;
      (void)map.Find(key, &value);
      entries.emplace_back(TextForm(key), std::move(value));
      if (!budget_->Charge(1)) {
        return CostError();
      }
    }
    std::sort(entries.begin(), entries.end(),
              [](const auto& left, const auto& right) { return left.first < right.first; });
    out_->push_back('{');
    for (size_t i = 0; i < entries.size(); ++i) {
      out_->append(i == 0 ? "" : ", ").append(entries[i].first).append(": ");
      if (Value error = AppendText(entries[i].second); error.is_error()) {
        return error;
      }
    }
    out_->push_back('}');
    return Check();
  }

  Value AppendDecimal(const Value& value) {
    const bool is_number = value.kind() == ValueKind::kInt || value.kind() == ValueKind::kUint;
    const bool is_special = value.kind() == ValueKind::kDouble && !std::isfinite(value.AsDouble());
    if (!is_number && !is_special) {
      return Wrong("%d", "integers", value);
    }
    out_->append(TextForm(value));
    return Check();
  }

  Value AppendFraction(const Clause& clause, const Value& value) {
    if (value.kind() != ValueKind::kDouble && value.kind() != ValueKind::kInt &&
        value.kind() != ValueKind::kUint) {
      return Wrong(clause.letter == 'f' ? "%f" : "%e", "numbers", value);
    }
    const double number = value.kind() == ValueKind::kDouble ? value.AsDouble()
                          : value.kind() == ValueKind::kInt  ? static_cast<double>(value.AsInt())
                                                             : static_cast<double>(value.AsUint());
    if (!std::isfinite(number)) {
      out_->append(DoubleText(number));
      return Check();
    }
    std::array<char, 512> buffer{};
    const int precision = clause.precision < 0 ? kDefaultPrecision : clause.precision;
    const std::to_chars_result result = std::to_chars(
        buffer.data(), buffer.data() + buffer.size(), number,
        clause.letter == 'f' ? std::chars_format::fixed : std::chars_format::scientific, precision);
    out_->append(buffer.data(), result.ptr);
    return Check();
  }

  void AppendInteger(uint64_t magnitude, bool negative, int base, bool upper) {
    std::array<char, 65> buffer{};
    const std::to_chars_result result =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), magnitude, base);
    out_->append(negative ? "-" : "");
    for (const char* c = buffer.data(); c != result.ptr; ++c) {
      out_->push_back(upper && *c >= 'a' ? static_cast<char>(*c - 'a' + 'A') : *c);
    }
  }

  // False when the value is no integer.
  bool AppendIfInteger(const Value& value, int base, bool upper) {
    if (value.kind() == ValueKind::kInt) {
      const bool negative = value.AsInt() < 0;
      const auto bits = static_cast<uint64_t>(value.AsInt());
      AppendInteger(negative ? 0 - bits : bits, negative, base, upper);
      return true;
    }
    if (value.kind() == ValueKind::kUint) {
      AppendInteger(value.AsUint(), false, base, upper);
      return true;
    }
    return false;
  }

  Value AppendBinary(const Value& value) {
    if (value.kind() == ValueKind::kBool) {
      out_->push_back(value.AsBool() ? '1' : '0');
      return Check();
    }
    return AppendIfInteger(value, 2, false) ? Check() : Wrong("%b", "integers and bools", value);
  }

  Value AppendOctal(const Value& value) {
    return AppendIfInteger(value, 8, false) ? Check() : Wrong("%o", "integers", value);
  }

  Value AppendHex(const Value& value, bool upper) {
    if (AppendIfInteger(value, 16, upper)) {
      return Check();
    }
    if (value.kind() != ValueKind::kString && value.kind() != ValueKind::kBytes) {
      return Wrong(upper ? "%X" : "%x", "integers, strings and bytes", value);
    }
    const std::string_view digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    for (const char c : value.kind() == ValueKind::kString ? value.AsString() : value.AsBytes()) {
      out_->push_back(digits[static_cast<unsigned char>(c) >> 4]);
      out_->push_back(digits[static_cast<unsigned char>(c) & 15]);
    }
    return Check();
  }

  std::string* out_;
  Budget* budget_;
};

// Reads the clause after '%' and moves *offset past it. Null, or the error.
Value ReadClause(std::string_view format, size_t* offset, Clause* clause) {
  if (*offset < format.size() && format[*offset] == '.') {
    ++*offset;
    const char* const end = format.data() + format.size();
    const std::from_chars_result result =
        std::from_chars(format.data() + *offset, end, clause->precision);
    if (result.ec != std::errc() || clause->precision < 0 || clause->precision > kMaxPrecision) {
      return Value::Error("format() needs a precision from 0 to 100 after '%.'");
    }
    *offset = static_cast<size_t>(result.ptr - format.data());
  }
  if (*offset == format.size()) {
    return Value::Error("the format ends within a clause");
  }
  clause->letter = format[(*offset)++];
  return Value::Null();
}

Value Format(const Value* arguments, Budget* budget) {
  const std::string_view format = arguments[0].AsString();
  const List& values = arguments[1].AsList();
  std::string out;
  Formatter formatter(&out, budget);
  size_t next = 0;
  size_t offset = 0;
  while (offset < format.size()) {
    const size_t percent = std::min(format.find('%', offset), format.size());
    out.append(format.substr(offset, percent - offset));
    offset = percent + 1;
    if (percent == format.size()) {
      break;
    }
    if (offset < format.size() && format[offset] == '%') {
      out.push_back('%');
      ++offset;
      continue;
    }
    Clause clause;
    if (Value error = ReadClause(format, &offset, &clause); error.is_error()) {
      return error;
    }
    if (next == values.size()) {
      return Value::Error("the format has more clauses than the list has values");
    }
    if (Value error = formatter.Append(clause, values.At(next++)); error.is_error()) {
      return error;
    }
  }
  return BuiltString(std::move(out), budget);
}

}  // namespace

void AddFormat(Library* library) {
  library->AddMember("format", {TypeKind::kString, Type::List(TypeKind::kDyn)}, TypeKind::kString,
                     Format);
}

}  // namespace waypost::cel
