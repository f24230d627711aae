// SPDX-License-Identifier: Apache-2.0
#include "sidecar/rules/lint.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "sidecar/rules/glob.h"
#include "sidecar/rules/vocabulary.h"
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

// A text in all its languages, so that equal ones say the same.
std::string WholeText(const TextDraft& draft) {
  std::string text;
  for (const auto& [language, source] : draft.entries) {
    absl::StrAppend(&text, "\n", language, ": ", source.node->text);
  }
  return text;
}

// A touchpoint or rule above, and the events that it takes.
struct Earlier {
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
    LintSilences();
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
      auto shadow = seen.find(role);
      if (shadow == seen.end()) {
        shadow = seen.find(role + condition);
      }
      if (shadow != seen.end()) {
        Warn(journey.place, DiagnosticCode::kRulesShadowed,
             absl::StrCat("the journey \"", journey.journey.id, "\" never applies: \"",
                          AbslView(shadow->second), "\" above applies first for the same role"));
      }
      seen.try_emplace(role + condition, journey.journey.id);
    }
  }

  void LintTouchpoints(const JourneyDraft& journey) {
    std::unordered_map<std::string, std::vector<Earlier>> seen;  // by condition
    for (const TouchpointDraft& draft : journey.touchpoints) {
      const Touchpoint& touchpoint = draft.touchpoint;
      if (draft.owner.id.empty()) {
        Warn(draft.place, DiagnosticCode::kRulesNoOwner,
             absl::StrCat("nobody answers for the touchpoint \"", touchpoint.id,
                          "\": it has no owner"));
      }
      const std::string condition = ConditionText(draft.condition);
      const Earlier* shadow = FindShadow(seen[""], touchpoint.on);
      if (shadow == nullptr) {
        shadow = FindShadow(seen[condition], touchpoint.on);
      }
      if (shadow != nullptr) {
        Warn(draft.place, DiagnosticCode::kRulesShadowed,
             absl::StrCat("the touchpoint \"", touchpoint.id, "\" can never be passed: \"",
                          AbslView(shadow->id), "\" above takes all its events"));
      } else {
        seen[condition].push_back({touchpoint.on, touchpoint.id});
      }
    }
  }

  // The first that takes every event of `on`.
  static const Earlier* FindShadow(const std::vector<Earlier>& touchpoints, EventTypes on) {
    const auto found =
        std::find_if(touchpoints.begin(), touchpoints.end(),
                     [&](const Earlier& touchpoint) { return touchpoint.on.Covers(on); });
    return found == touchpoints.end() ? nullptr : &*found;
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

  // What a rule does: two actions that read the same do the same.
  static std::vector<std::string> ActionsOf(const RuleDraft& draft) {
    const Rule& rule = draft.rule;
    std::vector<std::string> actions;
    if (rule.alert.has_value()) {
      actions.push_back(
          absl::StrCat("alert ", rule.alert->owner,
                       draft.alert_text.has_value() ? WholeText(*draft.alert_text) : ""));
    }
    if (rule.update.has_value()) {
      std::string text = "update";
      for (const TextDraft& part : draft.update_parts) {
        absl::StrAppend(&text, "\n", AbslView(part.name), WholeText(part));
      }
      actions.push_back(std::move(text));
    }
    if (rule.survey.has_value()) {
      actions.push_back(absl::StrCat("survey ", ConsumerRoleName(rule.survey->role)));
    }
    for (const auto& [name, source] : draft.annotations) {
      actions.push_back(absl::StrCat("annotate ", name, ": ", source.node->text));
    }
    return actions;
  }

  void LintRules() {
    std::unordered_map<std::string, std::vector<Earlier>> seen;  // by action and condition
    for (const RuleDraft& draft : draft_.rules) {
      const auto actions = ActionsOf(draft);
      if (actions.empty()) {
        Warn(draft.place, DiagnosticCode::kRulesNoAction,
             absl::StrCat("the rule \"", draft.rule.id,
                          "\" does nothing: it has no alert, update, survey or annotate"));
      }
      if (draft.rule.timer_driven) {
        continue;
      }
      for (const std::string& action : actions) {
        auto& rules = seen[absl::StrCat(action, "\nif ", ConditionText(draft.condition))];
        const auto same = std::find_if(rules.begin(), rules.end(), [&](const Earlier& rule) {
          return rule.on == draft.rule.on;
        });
        if (same != rules.end()) {
          Warn(draft.place, DiagnosticCode::kRulesDuplicateRule,
               absl::StrCat("the rule \"", draft.rule.id, "\" does the same as \"",
                            AbslView(same->id), "\" above on the same condition"));
          break;
        }
        rules.push_back({draft.rule.on, draft.rule.id});
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
        auto first = taken.find("*");
        if (first == taken.end()) {
          first = taken.find(groups[i]);
        }
        if (first != taken.end()) {
          Warn(draft.group_places[i], DiagnosticCode::kRulesUnused,
               absl::StrCat("\"", groups[i], "\" never counts: the provider \"",
                            AbslView(first->second), "\" takes these groups first"));
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
      for (const auto& [priority, calendar] : rule.calendars) {
        used.insert(calendar.id);
      }
    }
    for (const SilenceDraft& silence : draft_.silences) {
      used.insert(silence.during.id);
    }
    for (size_t i = 1; i < draft_.calendars.size(); ++i) {
      const Reference& id = draft_.calendars[i].id;
      if (used.count(id.id) == 0) {
        Warn(id.place, DiagnosticCode::kRulesUnused,
             absl::StrCat("nothing names the calendar \"", id.id, "\""));
      }
    }
  }

  // A slip of the pen would wake somebody at night.
  void LintSilences() {
    for (const SilenceDraft& draft : draft_.silences) {
      for (const Reference& pattern : draft.rules) {
        const bool known =
            std::any_of(draft_.rules.begin(), draft_.rules.end(), [&](const RuleDraft& rule) {
              return rule.rule.alert.has_value() && GlobMatches(pattern.id, rule.rule.id);
            });
        if (!known) {
          Warn(pattern.place, DiagnosticCode::kRulesUnused,
               absl::StrCat("\"", pattern.id, "\" matches no rule with an alert"));
        }
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
