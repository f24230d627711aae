// SPDX-License-Identifier: Apache-2.0
#include "sidecar/rules/rule_set.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "sidecar/rules/glob.h"
#include "sidecar/rules/rule_index.h"
#include "sidecar/text/absl_view.h"

namespace waypost::rules {
namespace {

std::string_view PrimarySubtag(std::string_view tag) { return tag.substr(0, tag.find('-')); }

bool SameTag(std::string_view a, std::string_view b) {
  return absl::EqualsIgnoreCase(AbslView(a), AbslView(b));
}

template <typename T>
const T* FindById(const std::vector<T>& items, std::string_view id) {
  const auto found =
      std::find_if(items.begin(), items.end(), [&](const T& item) { return item.id == id; });
  return found == items.end() ? nullptr : &*found;
}

}  // namespace

const LocalizedTemplate::Entry& LocalizedTemplate::Choose(std::string_view language) const {
  for (const Entry& entry : entries) {
    if (SameTag(entry.language, language)) {
      return entry;
    }
  }
  for (const Entry& entry : entries) {
    if (SameTag(PrimarySubtag(entry.language), PrimarySubtag(language))) {
      return entry;
    }
  }
  return entries.front();
}

const Provider* RuleSet::ProviderOfGroup(std::string_view group) const {
  for (const Provider& provider : providers) {
    for (const std::string& pattern : provider.groups) {
      if (GlobMatches(pattern, group)) {
        return &provider;
      }
    }
  }
  return nullptr;
}

const Rule* RuleSet::FindRule(std::string_view id) const {
  if (index == nullptr) return FindById(rules, id);
  const int number = index->NumberOf(id);
  return number < 0 ? nullptr : &rules[static_cast<size_t>(number)];
}

const Owner* RuleSet::FindOwner(std::string_view id) const { return FindById(owners, id); }

const JourneyDefinition* RuleSet::FindJourney(std::string_view id) const {
  return FindById(journeys, id);
}

const Touchpoint* RuleSet::FindTouchpoint(std::string_view journey_id,
                                          std::string_view touchpoint_id) const {
  const JourneyDefinition* journey = FindJourney(journey_id);
  return journey == nullptr ? nullptr : FindById(journey->touchpoints, touchpoint_id);
}

const calendar::BusinessCalendar& RuleSet::CalendarOf(const Rule& rule,
                                                      const std::string& priority) const {
  auto found = rule.calendars.find(priority);
  if (found == rule.calendars.end()) {
    found = rule.calendars.find("default");
  }
  return found == rule.calendars.end() ? DefaultCalendar()
                                       : calendars[static_cast<size_t>(found->second)].hours;
}

const Calendar* RuleSet::FindCalendar(std::string_view id) const {
  const auto found = std::find_if(calendars.begin(), calendars.end(),
                                  [&](const Calendar& each) { return each.id == id; });
  return found == calendars.end() ? nullptr : &*found;
}

int RuleSet::FindStage(std::string_view id) const {
  for (size_t number = 0; number < stages.size(); ++number) {
    const Stage& stage = stages[number];
    if (stage.id == id ||
        std::find(stage.aliases.begin(), stage.aliases.end(), id) != stage.aliases.end()) {
      return static_cast<int>(number);
    }
  }
  return -1;
}

}  // namespace waypost::rules
