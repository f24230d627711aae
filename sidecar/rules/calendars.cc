// SPDX-License-Identifier: Apache-2.0
#include "sidecar/rules/calendars.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sidecar/calendar/business_calendar.h"
#include "sidecar/calendar/holiday_file.h"
#include "sidecar/rules/values.h"
#include "sidecar/text/absl_view.h"
#include "sidecar/text/quote.h"
#include "sidecar/text/suggest.h"

namespace waypost::rules {
namespace {

using yaml::Node;
using yaml::NodeKind;

class CalendarCompiler {
 public:
  CalendarCompiler(const Draft& draft, DiagnosticSink* sink) : draft_(draft), sink_(*sink) {}

  // Values that could not be read have been reported, and are left out here.
  Calendar Compile(const CalendarDraft& draft) {
    document_ = draft.mapping.document;
    const Node& mapping = *draft.mapping.node;
    calendar::OpeningHours hours;
    bool sound = false;
    if (const Node* zone = mapping.Find("timezone")) {
      if (const auto parsed = ParseTimeZone(zone->text); parsed.ok()) {
        hours.time_zone = *parsed;
        sound = true;
      }
    }
    sound = ReadWeek(mapping.Find("hours"), &hours) && sound;
    sound = ReadSpecialDays(mapping.Find("special_days"), &hours) && sound;
    sound = ReadHolidays(mapping.Find("holidays"), &hours) && sound;
    auto built = sound ? calendar::BusinessCalendar::Create(hours)
                       : calendar::BusinessCalendar::AlwaysOpen();
    if (!built.ok()) {
      Error(draft.id.place.offset, DiagnosticCode::kRulesNeverOpen,
            absl::StrCat("the calendar ", Quote(draft.id.id), " never opens: its holidays cover ",
                         "all its hours"));
      built = calendar::BusinessCalendar::AlwaysOpen();
    }
    return {draft.id.id, *std::move(built), draft.id.place.location()};
  }

 private:
  void Error(size_t offset, DiagnosticCode code, std::string message) {
    sink_.Add(document_->FindingAt(offset, DiagnosticLevel::kError, code, std::move(message)));
  }

  bool ReadWeek(const Node* node, calendar::OpeningHours* hours) {
    if (node == nullptr || node->kind != NodeKind::kMapping) {
      return false;
    }
    bool sound = !node->entries.empty();
    for (const yaml::Entry& entry : node->entries) {
      const auto days = ParseWeekdays(entry.key);
      const auto spans = ParseHours(entry.value->text);
      if (!days.has_value() || !spans.ok()) {
        sound = false;
        continue;
      }
      for (size_t day = 0; day < hours->week.size(); ++day) {
        if ((*days >> day & 1) != 0 && !AddSpans(*spans, &hours->week[day])) {
          Error(entry.value->offset, DiagnosticCode::kRulesBadHours,
                "these hours overlap with others of the same day");
          sound = false;
          break;
        }
      }
    }
    return sound;
  }

  // False when some overlap with those of the day, which stays as it is then.
  static bool AddSpans(const std::vector<DaySpan>& spans, std::vector<DaySpan>* day) {
    std::vector<DaySpan> all = *day;
    all.insert(all.end(), spans.begin(), spans.end());
    std::sort(all.begin(), all.end(),
              [](const DaySpan& a, const DaySpan& b) { return a.from < b.from; });
    for (size_t i = 1; i < all.size(); ++i) {
      if (all[i].from < all[i - 1].to) {
        return false;
      }
    }
    *day = std::move(all);
    return true;
  }

  static bool ReadSpecialDays(const Node* node, calendar::OpeningHours* hours) {
    if (node == nullptr) {
      return true;
    }
    for (const yaml::Entry& entry : node->entries) {
      const auto day = ParseDay(entry.key);
      const auto spans = ParseHours(entry.value->text);
      if (!day.has_value() || !spans.ok()) {
        return false;
      }
      hours->special[*day] = *spans;
    }
    return true;
  }

  bool ReadHolidays(const Node* node, calendar::OpeningHours* hours) {
    if (node == nullptr) {
      return true;
    }
    bool sound = node->kind == NodeKind::kSequence;
    for (const yaml::Entry& entry : node->entries) {
      if (entry.value->kind == NodeKind::kMapping) {
        sound = ReadHolidayFile(entry.value->Find("ical"), hours) && sound;
      } else if (const auto dates = ParseDates(entry.value->text); dates.ok()) {
        hours->closed.push_back(*dates);
      } else {
        sound = false;
      }
    }
    return sound;
  }

  bool ReadHolidayFile(const Node* name, calendar::OpeningHours* hours) {
    if (name == nullptr || name->kind != NodeKind::kScalar) {
      return false;
    }
    if (!IsHolidayFile(name->text) || name->text.find('/') != std::string::npos) {
      Error(name->offset, DiagnosticCode::kRulesBadValue,
            absl::StrCat(Quote(name->text), " is not the name of an iCalendar file (*.ics) beside ",
                         "this file"));
      return false;
    }
    const auto file = draft_.holiday_files.find(name->text);
    if (file == draft_.holiday_files.end()) {
      std::vector<std::string> names;
      for (const auto& [each, source] : draft_.holiday_files) {
        names.push_back(each);
      }
      Error(name->offset, DiagnosticCode::kFileUnreadable,
            absl::StrCat("there is no file ", Quote(name->text), " beside this file",
                         DidYouMean(name->text, names)));
      return false;
    }
    // Calendars share files, and to read one again would find nothing new.
    const auto [days, added] = holidays_.try_emplace(name->text);
    if (added) {
      days->second = calendar::ReadHolidays(file->second, &sink_);
    }
    hours->closed.insert(hours->closed.end(), days->second.begin(), days->second.end());
    return true;
  }

  const Draft& draft_;
  DiagnosticSink& sink_;
  const yaml::Document* document_ = nullptr;
  std::map<std::string, std::vector<DateRange>> holidays_;  // by file
};

}  // namespace

bool IsHolidayFile(std::string_view name) {
  return absl::EndsWithIgnoreCase(AbslView(name), ".ics");
}

std::vector<Calendar> CompileCalendars(const Draft& draft, DiagnosticSink* sink) {
  CalendarCompiler compiler(draft, sink);
  std::vector<Calendar> calendars;
  for (const CalendarDraft& each : draft.calendars) {
    calendars.push_back(compiler.Compile(each));
  }
  calendars.push_back(RuleSet().calendars.back());
  return calendars;
}

}  // namespace waypost::rules
