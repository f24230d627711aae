// SPDX-License-Identifier: Apache-2.0
#include "sidecar/rules/compiler.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sidecar/rules/calendars.h"
#include "sidecar/rules/texts.h"
#include "sidecar/rules/vocabulary.h"

namespace waypost::rules {
namespace {

class Compiler {
 public:
  Compiler(const Draft& draft, DiagnosticSink* sink)
      : texts_(draft.languages, !draft.languages_places.empty(), sink), sink_(*sink) {}

  Persona Finish(PersonaDraft draft) {
    draft.persona.condition = Condition(draft.condition);
    return std::move(draft.persona);
  }

  JourneyDefinition Finish(JourneyDraft draft) {
    draft.journey.condition = Condition(draft.condition);
    draft.journey.touchpoints.reserve(draft.touchpoints.size());
    for (TouchpointDraft& touchpoint : draft.touchpoints) {
      touchpoint.touchpoint.condition = Condition(touchpoint.condition);
      draft.journey.touchpoints.push_back(std::move(touchpoint.touchpoint));
    }
    return std::move(draft.journey);
  }

  SurveyPolicy Finish(SurveyPolicyDraft draft) {
    SurveyPolicy policy;
    policy.exclude = Condition(draft.exclude);
    policy.opted_out = Condition(draft.opted_out);
    policy.sample_key = std::move(draft.sample_key);
    return policy;
  }

  Rule Finish(RuleDraft draft) {
    Rule& rule = draft.rule;
    rule.condition = Condition(draft.condition);
    if (draft.alert_text.has_value()) {
      rule.alert->text = texts_.Compile(*draft.alert_text, {Reader::kProvider});
      rule.alert->until = Condition(draft.alert_until);
    }
    if (rule.hold.has_value()) {
      CheckHold(draft);
    }
    if (rule.survey.has_value()) {
      rule.survey->recipient = Expression(draft.survey_recipient, cel::TypeKind::kString);
    }
    if (rule.update.has_value()) {
      rule.update->parts =
          texts_.CompileParts(draft.update_parts, !rule.update->next_update_by.empty());
    }
    for (const auto& [name, source] : draft.annotations) {
      if (auto text = texts_.CompileOne(source, {Reader::kProvider})) {
        rule.annotations.push_back({name, *std::move(text)});
      }
    }
    return std::move(rule);
  }

 private:
  // A hold is asked again after every event and when its time has come: only what lasts can hold.
  void CheckHold(const RuleDraft& draft) {
    const Rule& rule = draft.rule;
    const bool only_alert = rule.alert.has_value() && !rule.update.has_value() &&
                            !rule.survey.has_value() && draft.annotations.empty();
    const auto refuse = [&](std::string message) {
      sink_.Add(draft.hold_place.document->FindingAt(
          draft.hold_place.offset, DiagnosticLevel::kError, DiagnosticCode::kRulesBadHold,
          absl::StrCat("\"for\" of the rule \"", rule.id, "\" ", message)));
    };
    if (!only_alert) {
      refuse("holds an alert back, and nothing else: put the other actions into a rule without it");
    }
    if (!rule.after_silence.empty()) {
      refuse("has no use beside \"after_silence\", which waits already");
    }
    if (draft.condition.node == nullptr) {
      refuse("needs a condition that holds for so long: write \"if\"");
    }
    if (!rule.condition.has_value()) return;
    for (const auto& reference : rule.condition->FieldReferences()) {
      const std::string_view path = reference.path;
      if (path.substr(0, 6) != "event." && path.substr(0, 6) != "actor.") continue;
      refuse(absl::StrCat("needs a condition that lasts, but \"", reference.path,
                          "\" is another with every event: narrow the events down by \"on\""));
      return;
    }
  }

  std::optional<cel::Program> Expression(const Source& source, cel::TypeKind type) {
    if (source.node == nullptr) {
      return std::nullopt;
    }
    std::vector<cel::Issue> issues;
    auto program = cel::Program::Compile(source.node->text, RulesEnvironment(), type, &issues);
    ReportIssues(source, issues, &sink_);
    if (program.has_value()) {
      ReportReferences(source, program->FieldReferences(), {Reader::kProvider}, &sink_);
    }
    return program;
  }

  std::optional<cel::Program> Condition(const Source& source) {
    auto program = Expression(source, cel::TypeKind::kBool);
    if (program.has_value() && program->FieldReferences().empty()) {
      ReportConstant(source, program->Evaluate({}));
    }
    return program;
  }

  void ReportConstant(const Source& source, const cel::Value& value) {
    if (value.is_error()) {
      ReportIssues(source,
                   {{value.ErrorBegin(), value.ErrorEnd(),
                     absl::StrCat("the condition always fails: ", value.ErrorMessage())}},
                   &sink_);
      return;
    }
    sink_.Add(source.document->FindingAt(
        *source.node, DiagnosticLevel::kWarning, DiagnosticCode::kRulesConstantCondition,
        absl::StrCat("the condition reads nothing of the event: it is always ",
                     value.kind() == cel::ValueKind::kBool && value.AsBool() ? "true" : "false")));
  }

  TextCompiler texts_;
  DiagnosticSink& sink_;
};

}  // namespace

RuleSet Compile(Draft draft, DiagnosticSink* sink) {
  Compiler compiler(draft, sink);
  RuleSet set;
  set.languages = draft.languages;
  set.stitching = draft.stitching;
  set.calendars = CompileCalendars(draft, sink);
  set.caps = draft.caps;
  set.promises = draft.promises;
  set.surveys = compiler.Finish(std::move(draft.surveys));
  for (OwnerDraft& owner : draft.owners) {
    set.owners.push_back(std::move(owner.owner));
  }
  for (ProviderDraft& provider : draft.providers) {
    set.providers.push_back(std::move(provider.provider));
  }
  for (StageDraft& stage : draft.stages) {
    set.stages.push_back(std::move(stage.stage));
  }
  for (PersonaDraft& persona : draft.personas) {
    set.personas.push_back(compiler.Finish(std::move(persona)));
  }
  for (JourneyDraft& journey : draft.journeys) {
    set.journeys.push_back(compiler.Finish(std::move(journey)));
  }
  for (RuleDraft& rule : draft.rules) {
    set.rules.push_back(compiler.Finish(std::move(rule)));
  }
  for (SilenceDraft& silence : draft.silences) {
    set.silences.push_back(std::move(silence.silence));
  }
  return set;
}

void CheckExpressions(Draft draft, DiagnosticSink* sink) {
  draft.languages = {"en"};
  draft.languages_places.clear();
  (void)Compile(std::move(draft), sink);
}

}  // namespace waypost::rules
