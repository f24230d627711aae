// SPDX-License-Identifier: Apache-2.0
#include "sidecar/rules/resolver.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sidecar/rules/vocabulary.h"
#include "sidecar/text/absl_view.h"
#include "sidecar/text/suggest.h"

namespace waypost::rules {
namespace {

// Suggestions compare with every candidate, so they are left out where there are very many.
constexpr size_t kMaxCandidates = 500;

// What may be used when a file says nothing: ITIL 4, "Drive Stakeholder Value".
std::vector<Stage> DefaultStages() {
  return {{"explore", {}}, {"engage", {}},    {"offer", {}},           {"agree", {}},
          {"onboard", {}}, {"co_create", {}}, {"realize", {"reflect"}}};
}

class Resolver {
 public:
  Resolver(Draft* draft, DiagnosticSink* sink) : draft_(*draft), sink_(*sink) {}

  void Run() {
    CheckSettings();
    CompleteStages();
    CompleteLanguages();
    CheckUniqueIds();
    ResolveJourneys();
    ResolveRules();
    ResolveSilences();
    for (const XlaDraft& xla : draft_.xlas) {
      NumberOf(owners_, "owner", xla.owner);
    }
  }

 private:
  using Numbers = std::unordered_map<std::string, std::pair<int, Place>>;

  void Error(const Place& place, DiagnosticCode code, std::string message) {
    sink_.Add(
        place.document->FindingAt(place.offset, DiagnosticLevel::kError, code, std::move(message)));
  }

  // Takes `reference` as the next id of a kind; the number of the first with the same id stays.
  void Define(Numbers* numbers, std::string_view kind, const Reference& reference) {
    if (reference.id.empty()) {
      return;  // reported as missing
    }
    const int number = static_cast<int>(numbers->size());
    const auto [found, added] = numbers->try_emplace(reference.id, number, reference.place);
    if (!added) {
      Error(reference.place, DiagnosticCode::kRulesDuplicateId,
            absl::StrCat("the ", AbslView(kind), " \"", reference.id, "\" is already defined at ",
                         found->second.second.location().ToString()));
    }
  }

  int NumberOf(const Numbers& numbers, std::string_view kind, const Reference& reference) {
    if (reference.id.empty()) {
      return -1;
    }
    const auto found = numbers.find(reference.id);
    if (found != numbers.end()) {
      return found->second.first;
    }
    std::vector<std::string> candidates;
    if (numbers.size() <= kMaxCandidates) {
      for (const auto& [id, number] : numbers) {
        candidates.push_back(id);
      }
      std::sort(candidates.begin(), candidates.end());
    }
    Error(reference.place, DiagnosticCode::kRulesUnknownReference,
          absl::StrCat("there is no ", AbslView(kind), " \"", reference.id, "\"",
                       DidYouMean(reference.id, candidates)));
    return -1;
  }

  void CheckOnce(std::string_view key, const std::vector<Place>& places) {
    for (size_t i = 1; i < places.size(); ++i) {
      Error(places[i], DiagnosticCode::kRulesRepeatedSetting,
            absl::StrCat("\"", AbslView(key), "\" is already set at ",
                         places[0].location().ToString()));
    }
  }

  void CheckSettings() {
    std::vector<Place> name_places;
    for (const Reference& name : draft_.names) {
      name_places.push_back(name.place);
    }
    CheckOnce("name", name_places);
    CheckOnce("languages", draft_.languages_places);
    CheckOnce("stages", draft_.stages_places);
    CheckOnce("stitching", draft_.stitching_places);
    CheckOnce("caps", draft_.caps_places);
    CheckOnce("promises", draft_.promises_places);
    CheckOnce("surveys", draft_.surveys_places);
  }

  void CompleteStages() {
    if (draft_.stages.empty()) {
      const std::vector<Stage> defaults = DefaultStages();
      for (size_t number = 0; number < defaults.size(); ++number) {
        draft_.stages.push_back({defaults[number], {}});
        stages_.try_emplace(defaults[number].id, static_cast<int>(number), Place{});
        for (const std::string& alias : defaults[number].aliases) {
          stages_.try_emplace(alias, static_cast<int>(number), Place{});
        }
      }
      return;
    }
    for (size_t number = 0; number < draft_.stages.size(); ++number) {
      const StageDraft& draft = draft_.stages[number];
      DefineStage(draft.stage.id, static_cast<int>(number), draft.place);
      for (const std::string& alias : draft.stage.aliases) {
        DefineStage(alias, static_cast<int>(number), draft.place);
      }
    }
  }

  void DefineStage(const std::string& id, int number, const Place& place) {
    if (!id.empty() && !stages_.try_emplace(id, number, place).second) {
      Error(place, DiagnosticCode::kRulesDuplicateId,
            absl::StrCat("the stage \"", id, "\" is already defined at ",
                         stages_.at(id).second.location().ToString()));
    }
  }

  // Without a declaration: those of the texts, in the order of appearance.
  void CompleteLanguages() {
    if (!draft_.languages_places.empty()) {
      return;
    }
    const auto add = [&](const std::optional<TextDraft>& text) {
      if (!text.has_value()) {
        return;
      }
      for (const auto& [language, source] : text->entries) {
        auto& languages = draft_.languages;
        if (!language.empty() &&
            std::find(languages.begin(), languages.end(), language) == languages.end()) {
          languages.push_back(language);
        }
      }
    };
    for (const RuleDraft& rule : draft_.rules) {
      for (const TextDraft& part : rule.update_parts) {
        add(part);
      }
      add(rule.alert_text);
    }
    if (draft_.languages.empty()) {
      draft_.languages.emplace_back("en");
    }
  }

  void CheckUniqueIds() {
    Numbers providers;
    Numbers personas;
    Numbers journeys;
    Numbers rules;
    Numbers xlas;
    Numbers silences;
    DefineCalendars();
    for (const OwnerDraft& owner : draft_.owners) {
      Define(&owners_, "owner", {owner.owner.id, owner.place});
    }
    for (const ProviderDraft& provider : draft_.providers) {
      Define(&providers, "provider", {provider.provider.id, provider.place});
    }
    for (const PersonaDraft& persona : draft_.personas) {
      Define(&personas, "persona", {persona.persona.id, persona.place});
    }
    for (const JourneyDraft& journey : draft_.journeys) {
      Define(&journeys, "journey", {journey.journey.id, journey.place});
    }
    for (const RuleDraft& rule : draft_.rules) {
      Define(&rules, "rule", {rule.rule.id, rule.place});
    }
    for (const XlaDraft& xla : draft_.xlas) {
      Define(&xlas, "XLA", xla.id);
    }
    for (const SilenceDraft& silence : draft_.silences) {
      Define(&silences, "silence", {silence.silence.id, silence.place});
    }
  }

  // The one that is always there comes last.
  void DefineCalendars() {
    for (const CalendarDraft& calendar : draft_.calendars) {
      if (calendar.id.id == kAlwaysOpenCalendar) {
        Error(calendar.id.place, DiagnosticCode::kRulesDuplicateId,
              absl::StrCat("the calendar \"", calendar.id.id,
                           "\" is always there: day and night, in UTC; give yours another id"));
      } else {
        Define(&calendars_, "calendar", calendar.id);
      }
    }
    calendars_.try_emplace(std::string(kAlwaysOpenCalendar),
                           static_cast<int>(draft_.calendars.size()), Place{});
  }

  void ResolveJourneys() {
    for (JourneyDraft& journey : draft_.journeys) {
      Numbers touchpoints;
      for (TouchpointDraft& draft : journey.touchpoints) {
        Define(&touchpoints, "touchpoint", {draft.touchpoint.id, draft.place});
        draft.touchpoint.stage = std::max(0, NumberOf(stages_, "stage", draft.stage));
        draft.touchpoint.owner = NumberOf(owners_, "owner", draft.owner);
      }
    }
  }

  void ResolveRules() {
    for (RuleDraft& draft : draft_.rules) {
      for (const auto& [priority, calendar] : draft.calendars) {
        draft.rule.calendars[priority] = NumberOf(calendars_, "calendar", calendar);
      }
      if (draft.rule.alert.has_value()) {
        draft.rule.alert->owner = NumberOf(owners_, "owner", draft.alert_owner);
      }
      if (draft.rule.survey.has_value()) {
        CheckRole(draft);
        CheckReminder(draft);
      }
    }
  }

  void CheckRole(const RuleDraft& draft) {
    const v1::ConsumerRole role = draft.rule.survey->role;
    const bool named = draft.survey_recipient.node != nullptr;
    if (role == v1::CONSUMER_ROLE_USER && named) {
      Error(draft.survey_recipient_place, DiagnosticCode::kRulesBadValue,
            "the role \"user\" is whose ticket it is; leave \"recipient\" out, or ask the role "
            "\"customer\" or \"sponsor\"");
    }
    if (role != v1::CONSUMER_ROLE_USER && !named) {
      Error(draft.survey_role, DiagnosticCode::kRulesBadValue,
            absl::StrCat("who is the ", ConsumerRoleName(role),
                         "? Write \"recipient\", an expression that gives the person's id, such as "
                         "ticket.custom_fields[?\"customer_id\"].orValue(\"\")"));
    }
  }

  void CheckReminder(const RuleDraft& draft) {
    const SurveyAction& survey = *draft.rule.survey;
    if (survey.reminder.has_value() && *survey.reminder >= survey.expires) {
      Error(draft.survey_reminder, DiagnosticCode::kRulesBadValue,
            "the reminder would come when the survey has expired; make it shorter than "
            "\"expires\" (7d unless set)");
    }
  }

  void ResolveSilences() {
    for (SilenceDraft& draft : draft_.silences) {
      Silence& silence = draft.silence;
      silence.during = NumberOf(calendars_, "calendar", draft.during);
      for (const Reference& owner : draft.owners) {
        NumberOf(owners_, "owner", owner);
      }
      const auto refuse = [&](std::string_view why) {
        Error(draft.place, DiagnosticCode::kRulesBadSilence,
              absl::StrCat("the silence \"", silence.id, "\" ", AbslView(why)));
      };
      if (silence.rules.empty() && silence.owners.empty() && silence.services.empty() &&
          silence.groups.empty()) {
        refuse("would mute every alert: say which by rules, owners, services or groups");
      }
      if (!draft.has_until && draft.during.id.empty()) {
        refuse("never ends: give it \"until\", or \"during\" with a calendar");
      }
      if (silence.until <= silence.from) {
        refuse("ends before it begins");
      }
    }
  }

  Draft& draft_;
  DiagnosticSink& sink_;
  Numbers stages_;
  Numbers owners_;
  Numbers calendars_;
};

}  // namespace

bool CheckLimits(const Draft& draft, DiagnosticSink* sink) {
  const auto refuse = [&](const Place& place, std::string message) {
    sink->Add(place.document->FindingAt(place.offset, DiagnosticLevel::kError,
                                        DiagnosticCode::kRulesTooMany, std::move(message)));
    return false;
  };
  if (draft.rules.size() > kMaxRules) {
    return refuse(draft.rules[kMaxRules].place,
                  absl::StrCat("the rule set has ", draft.rules.size(), " rules; at most ",
                               kMaxRules, " are allowed"));
  }
  size_t touchpoints = 0;
  for (const JourneyDraft& journey : draft.journeys) {
    touchpoints += journey.touchpoints.size();
    if (touchpoints > kMaxTouchpoints) {
      return refuse(journey.place,
                    absl::StrCat("the rule set has more than ", kMaxTouchpoints, " touchpoints"));
    }
  }
  return true;
}

void Resolve(Draft* draft, DiagnosticSink* sink) { Resolver(draft, sink).Run(); }

}  // namespace waypost::rules
