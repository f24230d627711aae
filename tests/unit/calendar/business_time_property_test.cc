// SPDX-License-Identifier: Apache-2.0
// Business time against an oracle that looks at the clock on the wall minute by minute.
#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sidecar/calendar/business_calendar.h"
#include "tests/unit/calendar/calendar_texts.h"

namespace waypost::calendar {
namespace {

using testing::Text;
using testing::Zone;

constexpr int kDays = 30;
constexpr int kMinutes = kDays * kMinutesOfDay;

// A zone and a day soon after which the clock is changed there: at night, at midnight (Havana,
// Asuncion), around midnight (St. John's); in Kathmandu never.
struct Place {
  const char* zone;
  int year;
  int month;
  int day;
};

class RandomCalendar {
 public:
  explicit RandomCalendar(uint32_t seed) : random_(seed) {
    constexpr std::array<Place, 10> kPlaces = {{{"Europe/London", 2026, 3, 20},
                                                {"Europe/London", 2026, 10, 18},
                                                {"America/New_York", 2026, 3, 1},
                                                {"America/New_York", 2026, 10, 25},
                                                {"Australia/Lord_Howe", 2026, 4, 1},
                                                {"Australia/Lord_Howe", 2026, 10, 1},
                                                {"America/St_Johns", 2006, 10, 20},
                                                {"America/Havana", 2026, 3, 1},
                                                {"Asia/Kathmandu", 2028, 2, 20},
                                                {"America/Asuncion", 2023, 9, 25}}};
    const Place& place = kPlaces[seed % kPlaces.size()];
    const absl::CivilDay first(place.year, place.month, place.day);
    hours_.time_zone = Zone(place.zone);
    begin_ = absl::FromCivil(first, hours_.time_zone);
    for (auto& spans : hours_.week) {
      spans = Spans();
    }
    hours_.week[Below(7)] = {{8 * 60, 18 * 60}};
    for (int i = 0; i < 4; ++i) {
      const absl::CivilDay day = first + Below(kDays);
      hours_.closed.push_back({day, day + Below(3)});
      hours_.special[first + Below(kDays)] = Spans();
    }
  }

  int Below(int end) { return std::uniform_int_distribution<int>(0, end - 1)(random_); }
  [[nodiscard]] const OpeningHours& hours() const { return hours_; }
  [[nodiscard]] absl::Time MinuteAt(int minute) const { return begin_ + absl::Minutes(minute); }

  // What the clock on the wall says: open or not, for each minute.
  [[nodiscard]] std::vector<bool> LookAtTheClock() const {
    std::vector<bool> open;
    for (int minute = 0; minute < kMinutes; ++minute) {
      open.push_back(IsOpen(absl::ToCivilMinute(MinuteAt(minute), hours_.time_zone)));
    }
    return open;
  }

 private:
  std::vector<DaySpan> Spans() {
    switch (Below(6)) {
      case 0:
        return {};
      case 1:
        return {{0, kMinutesOfDay}};
      case 2:
        return {{0, 1 + Below(179)}, {180 + Below(600), kMinutesOfDay}};
      case 3:
        return {{60 + Below(30), 90 + Below(60)}, {200, 300}, {300, 301 + Below(1000)}};
      default:
        return {{Below(700), 701 + Below(700)}};
    }
  }

  [[nodiscard]] bool IsOpen(absl::CivilMinute minute) const {
    const absl::CivilDay day(minute);
    const std::vector<DaySpan>* spans = &hours_.week[static_cast<size_t>(absl::GetWeekday(day))];
    for (const DateRange& range : hours_.closed) {
      if (range.first <= day && day <= range.last) {
        spans = nullptr;
      }
    }
    if (hours_.special.count(day) > 0) {
      spans = &hours_.special.at(day);
    }
    const int minute_of_day = minute.hour() * 60 + minute.minute();
    for (size_t i = 0; spans != nullptr && i < spans->size(); ++i) {
      if ((*spans)[i].from <= minute_of_day && minute_of_day < (*spans)[i].to) {
        return true;
      }
    }
    return false;
  }

  std::mt19937 random_;
  OpeningHours hours_;
  absl::Time begin_;
};

class BusinessTimePropertyTest : public ::testing::TestWithParam<uint32_t> {};

TEST_P(BusinessTimePropertyTest, AgreesWithTheClockOnTheWall) {
  RandomCalendar random(GetParam());
  const BusinessCalendar calendar = *BusinessCalendar::Create(random.hours());
  const std::vector<bool> open = random.LookAtTheClock();
  const absl::TimeZone zone = random.hours().time_zone;
  for (int i = 0; i < 150; ++i) {
    const int from = random.Below(kMinutes / 2);
    const int to = from + random.Below(i % 2 == 0 ? 3 * kMinutesOfDay : kMinutes / 2);
    SCOPED_TRACE(absl::StrCat("from ", Text(random.MinuteAt(from), zone), " to ",
                              Text(random.MinuteAt(to), zone)));
    ASSERT_EQ(calendar.IsOpen(random.MinuteAt(from)), open[static_cast<size_t>(from)]);
    int minutes = 0;
    int last_open_end = from;  // where the last open minute ends: what Add leads to
    for (int minute = from; minute < to; ++minute) {
      if (open[static_cast<size_t>(minute)]) {
        ++minutes;
        last_open_end = minute + 1;
      }
    }
    ASSERT_EQ(calendar.Between(random.MinuteAt(from), random.MinuteAt(to)), absl::Minutes(minutes));
    ASSERT_EQ(Text(calendar.Add(random.MinuteAt(from), absl::Minutes(minutes)), zone),
              Text(random.MinuteAt(last_open_end), zone));
    int next = to;
    while (next < kMinutes && !open[static_cast<size_t>(next)]) {
      ++next;
    }
    if (next < kMinutes) {
      ASSERT_EQ(Text(calendar.NextOpen(random.MinuteAt(to)), zone),
                Text(random.MinuteAt(next), zone));
    }
    if (minutes > 0) {
      // The last instant from which as much is left leads into the first open minute.
      int first_open = from;
      while (!open[static_cast<size_t>(first_open)]) {
        ++first_open;
      }
      ASSERT_EQ(Text(calendar.Add(random.MinuteAt(to), -absl::Minutes(minutes)), zone),
                Text(random.MinuteAt(first_open), zone));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, BusinessTimePropertyTest, ::testing::Range(0u, 20u));

}  // namespace
}  // namespace waypost::calendar
