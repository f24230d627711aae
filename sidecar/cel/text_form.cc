// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cel/text_form.h"

#include <charconv>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "sidecar/cel/time_range.h"
#include "sidecar/text/absl_view.h"

namespace waypost::cel {
namespace {

// Between these, numbers are written without an exponent, as people write them.
constexpr double kLeastPlain = 1e-6;
constexpr double kMostPlain = 1e15;

// "5" for 500,000,000 nanoseconds, with the point; "" for none.
std::string Fraction(int64_t nanoseconds) {
  if (nanoseconds == 0) {
    return "";
  }
  std::string digits = std::to_string(nanoseconds);
  digits.insert(0, 9 - digits.size(), '0');
  digits.erase(digits.find_last_not_of('0') + 1);
  return absl::StrCat(".", digits);
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// RFC 3339's shape up to the seconds; absl would accept years of other lengths.
bool HasTimestampShape(std::string_view text) {
  constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:dd";
  if (text.size() <= kShape.size()) {
    return false;
  }
  for (size_t i = 0; i < kShape.size(); ++i) {
    const bool fits = kShape[i] == 'd'   ? IsDigit(text[i])
                      : kShape[i] == 'T' ? text[i] == 'T' || text[i] == 't'
                                         : text[i] == kShape[i];
    if (!fits) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::string DoubleText(double value) {
  if (std::isnan(value)) {
    return "NaN";
  }
  if (std::isinf(value)) {
    return value > 0 ? "Infinity" : "-Infinity";
  }
  const double size = std::abs(value);
  const bool plain = size == 0 || (size >= kLeastPlain && size < kMostPlain);
  char buffer[64];
  const std::to_chars_result result =
      std::to_chars(buffer, buffer + sizeof(buffer), value,
                    plain ? std::chars_format::fixed : std::chars_format::scientific);
  return std::string(buffer, result.ptr);
}

std::string TimestampText(absl::Time time) {
  const int64_t seconds = absl::ToUnixSeconds(time);
  const int64_t nanoseconds = absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds));
  return absl::StrCat(
      absl::FormatTime("%E4Y-%m-%dT%H:%M:%S", absl::FromUnixSeconds(seconds), absl::UTCTimeZone()),
      Fraction(nanoseconds), "Z");
}

std::string DurationText(absl::Duration duration) {
  const bool negative = duration < absl::ZeroDuration();
  const absl::Duration size = absl::AbsDuration(duration);
  const int64_t seconds = absl::ToInt64Seconds(size);
  const int64_t nanoseconds = absl::ToInt64Nanoseconds(size - absl::Seconds(seconds));
  return absl::StrCat(negative ? "-" : "", seconds, Fraction(nanoseconds), "s");
}

std::string TextForm(const Value& value) {
  switch (value.kind()) {
    case ValueKind::kBool:
      return value.AsBool() ? "true" : "false";
    case ValueKind::kInt:
      return std::to_string(value.AsInt());
    case ValueKind::kUint:
      return std::to_string(value.AsUint());
    case ValueKind::kDouble:
      return DoubleText(value.AsDouble());
    case ValueKind::kString:
      return std::string(value.AsString());
    case ValueKind::kBytes:
      return std::string(value.AsBytes());
    case ValueKind::kTimestamp:
      return TimestampText(value.AsTimestamp());
    case ValueKind::kDuration:
      return DurationText(value.AsDuration());
    case ValueKind::kType:
      return std::string(value.AsTypeName());
    default:
      return "";
  }
}

bool ReadTimestamp(std::string_view text, absl::Time* time) {
  std::string error;
  return HasTimestampShape(text) &&
         absl::ParseTime(absl::RFC3339_full, AbslView(text), time, &error) && IsTimestamp(*time);
}

bool ReadDuration(std::string_view text, absl::Duration* duration) {
  return absl::ParseDuration(AbslView(text), duration) && IsDuration(*duration);
}

}  // namespace waypost::cel
