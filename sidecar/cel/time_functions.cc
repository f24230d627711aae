// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "sidecar/cel/library.h"
#include "sidecar/cel/time_zone.h"
#include "sidecar/text/absl_view.h"

namespace waypost::cel {
namespace {

using CivilField = int64_t (*)(const absl::TimeZone::CivilInfo& info);

int64_t FullYear(const absl::TimeZone::CivilInfo& info) { return info.cs.year(); }
int64_t Month(const absl::TimeZone::CivilInfo& info) { return info.cs.month() - 1; }
int64_t Date(const absl::TimeZone::CivilInfo& info) { return info.cs.day(); }
int64_t DayOfMonth(const absl::TimeZone::CivilInfo& info) { return info.cs.day() - 1; }
int64_t Hours(const absl::TimeZone::CivilInfo& info) { return info.cs.hour(); }
int64_t Minutes(const absl::TimeZone::CivilInfo& info) { return info.cs.minute(); }
int64_t Seconds(const absl::TimeZone::CivilInfo& info) { return info.cs.second(); }
int64_t Milliseconds(const absl::TimeZone::CivilInfo& info) {
  return absl::ToInt64Milliseconds(info.subsecond);
}
int64_t DayOfYear(const absl::TimeZone::CivilInfo& info) {
  return absl::GetYearDay(absl::CivilDay(info.cs)) - 1;
}

// Sunday is 0.
int64_t DayOfWeek(const absl::TimeZone::CivilInfo& info) {
  return (static_cast<int64_t>(absl::GetWeekday(absl::CivilDay(info.cs))) + 1) % 7;
}

template <CivilField field>
Value InUtc(const Value* arguments, Budget* /*budget*/) {
  return Value::Int(field(absl::UTCTimeZone().At(arguments[0].AsTimestamp())));
}

template <CivilField field>
Value InZone(const Value* arguments, Budget* /*budget*/) {
  absl::TimeZone zone;
  if (!FindTimeZone(arguments[1].AsString(), &zone)) {
    return Value::Error("unknown time zone " + arguments[1].ToDisplayString());
  }
  return Value::Int(field(zone.At(arguments[0].AsTimestamp())));
}

template <CivilField field>
void AddCivil(const char* function, Library* library) {
  library->AddMember(function, {TypeKind::kTimestamp}, TypeKind::kInt, InUtc<field>);
  library->AddMember(function, {TypeKind::kTimestamp, TypeKind::kString}, TypeKind::kInt,
                     InZone<field>);
}

Value WholeHours(const Value* arguments, Budget* /*budget*/) {
  return Value::Int(absl::ToInt64Hours(arguments[0].AsDuration()));
}
Value WholeMinutes(const Value* arguments, Budget* /*budget*/) {
  return Value::Int(absl::ToInt64Minutes(arguments[0].AsDuration()));
}
Value WholeSeconds(const Value* arguments, Budget* /*budget*/) {
  return Value::Int(absl::ToInt64Seconds(arguments[0].AsDuration()));
}
// Of the last second only, as CEL has it.
Value MillisecondsOfSecond(const Value* arguments, Budget* /*budget*/) {
  return Value::Int(absl::ToInt64Milliseconds(arguments[0].AsDuration() % absl::Seconds(1)));
}

// "+02:00", "-09:30" or "02:00".
bool ParseOffset(std::string_view text, absl::TimeZone* zone) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) {
    text.remove_prefix(1);
  }
  int hours = 0;
  int minutes = 0;
  if (text.size() != 5 || text[2] != ':') {
    return false;
  }
  const auto hours_read = std::from_chars(text.data(), text.data() + 2, hours);
  const auto minutes_read = std::from_chars(text.data() + 3, text.data() + 5, minutes);
  if (hours_read.ptr != text.data() + 2 || minutes_read.ptr != text.data() + 5 || hours < 0 ||
      hours > 23 || minutes < 0 || minutes > 59) {
    return false;
  }
  const int seconds = (hours * 60 + minutes) * 60;
  *zone = absl::FixedTimeZone(negative ? -seconds : seconds);
  return true;
}

}  // namespace

bool FindTimeZone(std::string_view name, absl::TimeZone* zone) {
  if (ParseOffset(name, zone)) {
    return true;
  }
  // Abseil would take "" as UTC and read a path.
  const bool is_path = name.empty() || name.starts_with('/') || name.starts_with(':') ||
                       name.find("..") != std::string_view::npos;
  return !is_path && absl::LoadTimeZone(AbslView(name), zone);
}

void AddTime(Library* library) {
  AddCivil<FullYear>("getFullYear", library);
  AddCivil<Month>("getMonth", library);
  AddCivil<Date>("getDate", library);
  AddCivil<DayOfMonth>("getDayOfMonth", library);
  AddCivil<DayOfWeek>("getDayOfWeek", library);
  AddCivil<DayOfYear>("getDayOfYear", library);
  AddCivil<Hours>("getHours", library);
  AddCivil<Minutes>("getMinutes", library);
  AddCivil<Seconds>("getSeconds", library);
  AddCivil<Milliseconds>("getMilliseconds", library);
  constexpr TypeKind kDuration = TypeKind::kDuration;
  library->AddMember("getHours", {kDuration}, TypeKind::kInt, WholeHours);
  library->AddMember("getMinutes", {kDuration}, TypeKind::kInt, WholeMinutes);
  library->AddMember("getSeconds", {kDuration}, TypeKind::kInt, WholeSeconds);
  library->AddMember("getMilliseconds", {kDuration}, TypeKind::kInt, MillisecondsOfSecond);
}

}  // namespace waypost::cel
