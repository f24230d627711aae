// SPDX-License-Identifier: Apache-2.0
// The language of the rules file as one table: it drives the strict reading, the JSON Schema and
// the language reference.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::rules {

// The kinds of mappings in a rules file. A key belongs to its mapping.
enum class MappingKind {
  kFile,
  kStitching,
  kCaps,
  kPromises,
  kSurveys,
  kCalendar,
  kHolidayFile,
  kOwner,
  kProvider,
  kPersona,
  kStage,
  kJourney,
  kTouchpoint,
  kRule,
  kAlert,
  kUpdate,
  kSurvey,
  kXla,
  kSilence,
};

// What a single value means.
enum class ValueKind {
  kText,
  kVersion,     // waypost/v1
  kId,          // letters, digits, "-", "_", "."; at most 64
  kBoolean,     // true or false
  kInteger,     // between minimum and maximum
  kNumber,      // between minimum and maximum
  kChoice,      // one of the choices
  kEventType,   // one of the choices
  kCondition,   // a CEL expression that is true or false
  kExpression,  // a CEL expression that is a text
  kTemplate,    // a text with {{ CEL }}
  kDuration,    // 30m, 8h, 1h30m, 14d, 2w, 8 business hours, 1 business day
  kTimeZone,    // of the IANA database
  kDays,        // mon, mon-fri, mon,wed,fri
  kHours,       // 08:00-18:00, several with commas
  kQuietHours,  // 20:00-08:00
  kDate,        // 2026-12-25
  kDates,       // 2026-12-25, 2026-12-24..2027-01-01
  kTime,        // 2026-12-24T18:00:00Z, 2026-12-24T18:00+01:00
  kLanguage,    // a BCP 47 tag
  kTarget,      // >= 0.95, <= 3h, 0.75..0.90
};

// How values are put together under a key.
enum class Shape {
  kValue,             // one value
  kList,              // a list of values
  kValueOrList,       // one value or a list
  kMap,               // a mapping from `map_key` to values
  kValueOrMap,        // one value or such a mapping
  kMapping,           // a mapping with keys of its own
  kMappings,          // a list of such mappings
  kMappingsById,      // a mapping from ids to such mappings
  kValuesOrMappings,  // a list whose items are values or such mappings
};

struct Key {
  std::string_view name;
  Shape shape = Shape::kValue;
  ValueKind value = ValueKind::kText;
  ValueKind map_key = ValueKind::kText;
  MappingKind mapping = MappingKind::kFile;
  bool required = false;
  bool active = true;          // false: accepted and checked, but not acted on by this version
  bool business_time = false;  // of kDuration: business time may be written
  std::string_view default_text = "";  // for the reference
  std::string_view description = "";   // for schema and reference; a sentence in Markdown
  double minimum = 0;
  double maximum = 0;
  size_t max_items = 20'000;  // of a list or mapping
  std::vector<std::string> choices = {};
};

struct Mapping {
  MappingKind kind = MappingKind::kFile;
  std::string_view name;         // "touchpoint", as messages call it
  std::string_view place;        // "journeys[].touchpoints[]"
  std::string_view description;  // for schema and reference
  std::vector<Key> keys;

  // nullptr when the mapping has no such key.
  [[nodiscard]] const Key* FindKey(std::string_view key) const;
  [[nodiscard]] std::vector<std::string> KeyNames() const;
};

// The keys of an update's texts, in the order in which they make up the message.
[[nodiscard]] std::span<const std::string_view> UpdateParts();

// All mappings, in the order of MappingKind.
[[nodiscard]] std::span<const Mapping> Mappings();
[[nodiscard]] const Mapping& MappingOf(MappingKind kind);

// The names that rules use for the values of proto enums, without the unspecified one, in order of
// number: position + 1 is the number.
[[nodiscard]] const std::vector<std::string>& EventTypeChoices();
[[nodiscard]] const std::vector<std::string>& RoleChoices();
[[nodiscard]] const std::vector<std::string>& TouchpointKindChoices();
[[nodiscard]] const std::vector<std::string>& VisibilityChoices();
[[nodiscard]] const std::vector<std::string>& SeverityChoices();
[[nodiscard]] const std::vector<std::string>& SurveyKindChoices();

}  // namespace waypost::rules
