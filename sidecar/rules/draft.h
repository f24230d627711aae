// SPDX-License-Identifier: Apache-2.0
// A rule set in the making: what the files say, with places, before ids are resolved and
// expressions compiled. Internal to the directory.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sidecar/rules/rule_set.h"
#include "sidecar/text/source_text.h"
#include "sidecar/yaml/document.h"

namespace waypost::rules {

// A place in one of the files. The documents outlive the draft.
struct Place {
  const yaml::Document* document = nullptr;
  size_t offset = 0;

  [[nodiscard]] Location location() const { return document->source().LocationAt(offset); }
};

// An id where it is written; absent when empty.
struct Reference {
  std::string id;
  Place place;
};

// An expression or a text with expressions where it is written; absent when node is null.
struct Source {
  const yaml::Document* document = nullptr;
  const yaml::Node* node = nullptr;
};

struct TextDraft {
  std::string_view name;                                // the key
  std::vector<std::pair<std::string, Source>> entries;  // language or "", text; file order
  Place place;
};

struct PersonaDraft {
  Persona persona;
  Source condition;
  bool has_influence = false;
  Place place;
};

struct ProviderDraft {
  Provider provider;
  std::vector<Place> group_places;
  Place place;
};

struct OwnerDraft {
  Owner owner;
  Place place;
};

struct StageDraft {
  Stage stage;
  Place place;
};

struct TouchpointDraft {
  Touchpoint touchpoint;
  Reference stage;
  Reference owner;
  Source condition;
  Place place;
};

struct JourneyDraft {
  JourneyDefinition journey;
  std::vector<TouchpointDraft> touchpoints;
  Source condition;
  std::vector<Reference> ideal;
  Place place;
};

struct RuleDraft {
  Rule rule;
  Source condition;
  std::vector<std::pair<std::string, Reference>> calendars;  // by priority
  Place hold_place;
  Reference alert_owner;
  Source alert_until;
  std::optional<TextDraft> alert_text;
  std::vector<TextDraft> update_parts;  // those that are there, in the order of UpdateAction
  std::vector<std::pair<std::string, Source>> annotations;
  Source survey_recipient;
  Place survey_recipient_place;
  Place survey_role;
  Place survey_reminder;
  Place place;
};

struct CalendarDraft {
  Reference id;
  Source mapping;
};

struct SurveyPolicyDraft {
  Source exclude;
  Source opted_out;
  std::string sample_key;
};

struct SilenceDraft {
  Silence silence;
  bool has_until = false;
  Reference during;
  std::vector<Reference> rules;
  std::vector<Reference> owners;
  Place place;
};

struct XlaDraft {
  Reference id;
  Reference owner;
};

struct Draft {
  // Settings of the whole set: every place that sets them.
  std::vector<Reference> names;
  std::vector<Place> languages_places;
  std::vector<Place> stages_places;
  std::vector<Place> stitching_places;
  std::vector<Place> caps_places;
  std::vector<Place> promises_places;
  std::vector<Place> surveys_places;

  std::vector<std::string> languages;
  Stitching stitching;
  std::vector<CalendarDraft> calendars;
  // The iCalendar files of the set by name.
  std::map<std::string, SourceText> holiday_files;
  Caps caps;
  PromiseSettings promises;
  SurveyPolicyDraft surveys;
  std::vector<OwnerDraft> owners;
  std::vector<ProviderDraft> providers;
  std::vector<PersonaDraft> personas;
  std::vector<StageDraft> stages;
  std::vector<JourneyDraft> journeys;
  std::vector<RuleDraft> rules;
  std::vector<XlaDraft> xlas;
  std::vector<SilenceDraft> silences;
};

}  // namespace waypost::rules
