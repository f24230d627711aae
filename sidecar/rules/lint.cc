// SPDX-License-Identifier: Apache-2.0
#include "sidecar/rules/lint.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "sidecar/rules/glob.h"
#include "sidecar/text/absl_view.h"

namespace waypost::rules {
namespace {

// The text of a condition; empty for always.
std::string ConditionText(const Source& source) {
  if (source.node == nullptr) {
    return "";
  }
  std::string text = source.node->text;
  absl::StripAsciiWhitespace(&text);
  return text;
}

// What takes an event before anything below it can.
struct Taker {
  EventTypes on;
  std::string_view id;
};

class Linter {
 public:
  Linter(const Draft& draft, DiagnosticSink* sink) : draft_(draft), sink_(*sink) {}

  void Run() {
    LintJourneys();
    for (const JourneyDraft& journey : draft_.journeys) {
      LintTouchpoints(journey);
      LintIdeal(journey);
    }
    LintRules();
    LintOwners();
    LintProviders();
    LintPersonas();
    LintCalendars();
    LintStages();
  }

 private:
  void Add(const Place& place, DiagnosticLevel level, DiagnosticCode code, std::string message) {
    sink_.Add(place.document->FindingAt(place.offset, level, code, std::move(message)));
  }
  void Warn(const Place& place, DiagnosticCode code, std::string message) {
    Add(place, DiagnosticLevel::kWarning, code, std::move(message));
  }

  // Per role the first journey that applies counts.
  void LintJourneys() {
    std::unordered_map<std::string, std::string_view> seen;  // by role and condition
    for (const JourneyDraft& journey : draft_.journeys) {
      const std::string role = absl::StrCat(static_cast<int>(journey.journey.role), " ");
      const std::string condition = ConditionText(journey.condition);
      auto taker = seen.find(role);
      if (taker == seen.end()) {
        taker = seen.find(role + condition);
      }
      if (taker != seen.end()) {
        Warn(journey.place, DiagnosticCode::kRulesShadowed,
             absl::StrCat("the journey \"", journey.journey.id, "\" never applies: \"",
                          AbslView(taker->second), "\" above applies first for the same role"));
      }
      seen.try_emplace(role + condition, journey.journey.id);
    }
  }

  void LintTouchpoints(const JourneyDraft& journey) {
    std::unordered_map<std::string, std::vector<Taker>> takers;  // by condition
    for (const TouchpointDraft& draft : journey.touchpoints) {
      const Touchpoint& touchpoint = draft.touchpoint;
      if (draft.owner.id.empty()) {
        Warn(draft.place, DiagnosticCode::kRulesNoOwner,
             absl::StrCat("nobody answers for the touchpoint \"", touchpoint.id,
                          "\": it has no owner"));
      }
      const std::string condition = ConditionText(draft.condition);
      const Taker* taker = FindTaker(takers[""], touchpoint.on);
      if (taker == nullptr) {
        taker = FindTaker(takers[condition], touchpoint.on);
      }
      if (taker != nullptr) {
        Warn(draft.place, DiagnosticCode::kRulesShadowed,
             absl::StrCat("the touchpoint \"", touchpoint.id, "\" can never be passed: \"",
                          AbslView(taker->id), "\" above takes all its events"));
      } else {
        takers[condition].push_back({touchpoint.on, touchpoint.id});
      }
    }
  }

  static const Taker* FindTaker(const std::vector<Taker>& takers, EventTypes on) {
    const auto found = std::find_if(takers.begin(), takers.end(),
                                    [&](const Taker& taker) { return taker.on.Covers(on); });
    return found == takers.end() ? nullptr : &*found;
  }

  void LintIdeal(const JourneyDraft& journey) {
    for (const Reference& step : journey.ideal) {
      const bool known = std::any_of(journey.touchpoints.begin(), journey.touchpoints.end(),
                                     [&](const TouchpointDraft& touchpoint) {
                                       return GlobMatches(step.id, touchpoint.touchpoint.id);
                                     });
      if (!known) {
        Warn(step.place, DiagnosticCode::kRulesIdealPattern,
             absl::StrCat("\"", step.id, "\" matches no touchpoint of the journey \"",
                          journey.journey.id, "\""));
      }
    }
  }

  // What a rule does and when, so that equal texts mean the same twice.
  static std::vector<std::string> Deeds(const RuleDraft& draft) {
    const Rule& rule = draft.rule;
    std::vector<std::string> deeds;
    if (rule.alert.has_value()) {
      deeds.push_back(absl::StrCat("alert ", rule.alert->owner));
    }
    if (rule.update.has_value()) {
      deeds.emplace_back("update");
    }
    if (rule.survey.has_value()) {
      deeds.push_back(absl::StrCat("survey ", static_cast<int>(rule.survey->role)));
    }
    for (const auto& [name, source] : draft.annotations) {
      deeds.push_back(absl::StrCat("annotate ", name));
    }
    return deeds;
  }

  void LintRules() {
    std::unordered_map<std::string, std::vector<Taker>> seen;  // by deed and condition
    for (const RuleDraft& draft : draft_.rules) {
      const auto deeds = Deeds(draft);
      if (deeds.empty()) {
        Warn(draft.place, DiagnosticCode::kRulesNoAction,
             absl::StrCat("the rule \"", draft.rule.id,
                          "\" does nothing: it has no alert, update, survey or annotate"));
      }
      if (draft.rule.timer_driven) {
        continue;
      }
      for (const std::string& deed : deeds) {
        auto& takers = seen[absl::StrCat(deed, " if ", ConditionText(draft.condition))];
        const auto same = std::find_if(takers.begin(), takers.end(), [&](const Taker& taker) {
          return taker.on == draft.rule.on;
        });
        if (same != takers.end()) {
          Warn(draft.place, DiagnosticCode::kRulesDuplicateRule,
               absl::StrCat("the rule \"", draft.rule.id, "\" does the same as \"",
                            AbslView(same->id), "\" above on the same condition"));
          break;
        }
        takers.push_back({draft.rule.on, draft.rule.id});
      }
    }
  }

  void LintOwners() {
    std::unordered_set<std::string> used;
    for (const JourneyDraft& journey : draft_.journeys) {
      for (const TouchpointDraft& touchpoint : journey.touchpoints) {
        used.insert(touchpoint.owner.id);
      }
    }
    for (const RuleDraft& rule : draft_.rules) {
      used.insert(rule.alert_owner.id);
    }
    for (const XlaDraft& xla : draft_.xlas) {
      used.insert(xla.owner.id);
    }
    for (const OwnerDraft& owner : draft_.owners) {
      if (used.count(owner.owner.id) == 0) {
        Warn(owner.place, DiagnosticCode::kRulesUnused,
             absl::StrCat("nothing names the owner \"", owner.owner.id, "\""));
      }
    }
  }

  void LintProviders() {
    std::unordered_map<std::string_view, std::string_view> taken;  // provider by pattern
    for (const ProviderDraft& draft : draft_.providers) {
      const auto& groups = draft.provider.groups;
      if (groups.empty()) {
        Warn(draft.place, DiagnosticCode::kRulesUnused,
             absl::StrCat("the provider \"", draft.provider.id, "\" has no groups"));
      }
      for (size_t i = 0; i < groups.size(); ++i) {
        auto taker = taken.find("*");
        if (taker == taken.end()) {
          taker = taken.find(groups[i]);
        }
        if (taker != taken.end()) {
          Warn(draft.group_places[i], DiagnosticCode::kRulesUnused,
               absl::StrCat("\"", groups[i], "\" never counts: the provider \"",
                            AbslView(taker->second), "\" takes these groups first"));
        }
        taken.try_emplace(groups[i], draft.provider.id);
      }
    }
  }

  void LintPersonas() {
    for (const PersonaDraft& draft : draft_.personas) {
      if (!draft.has_influence) {
        Warn(draft.place, DiagnosticCode::kRulesUnused,
             absl::StrCat("the persona \"", draft.persona.id,
                          "\" has no effect: it has no influence"));
      }
    }
  }

  // The first is the default.
  void LintCalendars() {
    std::unordered_set<std::string> used;
    for (const RuleDraft& rule : draft_.rules) {
      used.insert(rule.calendar.id);
    }
    for (size_t i = 1; i < draft_.calendars.size(); ++i) {
      if (used.count(draft_.calendars[i].id) == 0) {
        Warn(draft_.calendars[i].place, DiagnosticCode::kRulesUnused,
             absl::StrCat("no rule names the calendar \"", draft_.calendars[i].id, "\""));
      }
    }
  }

  void LintStages() {
    if (draft_.stages_places.empty() || draft_.journeys.empty()) {
      return;
    }
    std::vector<bool> used(draft_.stages.size());
    for (const JourneyDraft& journey : draft_.journeys) {
      for (const TouchpointDraft& touchpoint : journey.touchpoints) {
        used[static_cast<size_t>(touchpoint.touchpoint.stage)] = true;
      }
    }
    for (size_t number = 0; number < used.size(); ++number) {
      if (!used[number]) {
        Add(draft_.stages[number].place, DiagnosticLevel::kNote, DiagnosticCode::kRulesEmptyStage,
            absl::StrCat("no touchpoint belongs to the stage \"", draft_.stages[number].stage.id,
                         "\""));
      }
    }
  }

  const Draft& draft_;
  DiagnosticSink& sink_;
};

}  // namespace

void Lint(const Draft& draft, DiagnosticSink* sink) { Linter(draft, sink).Run(); }

}  // namespace waypost::rules
