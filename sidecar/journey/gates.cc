// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/gates.h"

#include "absl/strings/str_cat.h"

namespace waypost::journey {
namespace {

Gate Merged(const Situation& situation) {
  const std::string& target = situation.ticket().merged_into_ref();
  if (target.empty()) {
    return {"MERGED", true, "The ticket was not merged into another."};
  }
  return {"MERGED", false,
          absl::StrCat("The ticket was merged into ", target, ", which gets the survey.")};
}

Gate ChildOfParent(const Situation& situation) {
  const std::string& parent = situation.ticket().parent_ref();
  if (parent.empty()) {
    return {"CHILD_OF_PARENT", true, "The ticket has no parent."};
  }
  return {"CHILD_OF_PARENT", false,
          absl::StrCat("The ticket is a child of ", parent, ", which gets the survey.")};
}

Gate RequesterIsAgent(const Situation& situation) {
  const std::string& requester = situation.person_id();
  if (!requester.empty() && requester == situation.ticket().assignee().id()) {
    return {"REQUESTER_IS_AGENT", false, "The requester is the ticket's assignee."};
  }
  if (!requester.empty() && requester == situation.event().actor().id() &&
      situation.actor_role() == v1::ACTOR_ROLE_AGENT) {
    return {"REQUESTER_IS_AGENT", false, "The requester is the agent who acted."};
  }
  return {"REQUESTER_IS_AGENT", true, "The requester neither works on the ticket nor acted on it."};
}

bool Sends(const v1::SurveyDecision& survey) {
  return survey.outcome() == v1::SURVEY_OUTCOME_SEND && !survey.shadow();
}

Gate AlreadySurveyed(const Situation& situation, const v1::Enrichment& decided) {
  for (const auto* surveys : {&situation.journey().surveys(), &decided.surveys()}) {
    for (const v1::SurveyDecision& survey : *surveys) {
      if (Sends(survey)) {
        return {
            "ALREADY_SURVEYED", false,
            absl::StrCat("The rule ", survey.rule_id(), " has already asked about this journey.")};
      }
    }
  }
  return {"ALREADY_SURVEYED", true, "Nobody was asked about this journey yet."};
}

}  // namespace

Gate ShadowGate(const rules::Rule& rule) {
  return rule.shadow
             ? Gate{"SHADOW_MODE", false, "The rule is in shadow mode: nothing is delivered."}
             : Gate{"SHADOW_MODE", true, "The rule is not in shadow mode."};
}

Gate WriteBackGate(const Situation& situation) {
  return situation.actor_role() == v1::ACTOR_ROLE_WAYPOST
             ? Gate{"OWN_WRITE_BACK", false, "The event is Waypost's own message coming home."}
             : Gate{"OWN_WRITE_BACK", true, "The event is not Waypost's own."};
}

Gate LateGate(const Situation& situation) {
  return situation.folded().overtaken
             ? Gate{"LATE_EVENT", false,
                    "A newer event of the ticket is known: this is of the past."}
             : Gate{"LATE_EVENT", true, "No newer event of the ticket is known."};
}

Gate AlertGate(const rules::Rule& rule, const Situation& situation) {
  if (situation.folded().late && situation.journey().progress().ended_at() != 0) {
    return {"LATE_EVENT", false, "Newer events are known, and the journey has ended."};
  }
  for (const v1::OpenAlert& open : situation.journey().open_alerts()) {
    if (open.alert().rule_id() == rule.id) {
      return {
          "ALERT_ALREADY_OPEN", false,
          absl::StrCat("The alert ", open.alert().id(), " of this rule is open for this journey.")};
    }
  }
  return {"ALERT_ALREADY_OPEN", true, "No alert of this rule is open for this journey."};
}

Gates SurveyGates(const Situation& situation, const v1::Enrichment& decided) {
  Gates gates;
  gates.push_back(LateGate(situation));
  if (gates.back().passed) {
    gates.push_back(Merged(situation));
  }
  if (gates.back().passed) {
    gates.push_back(ChildOfParent(situation));
  }
  if (gates.back().passed) {
    gates.push_back(RequesterIsAgent(situation));
  }
  if (gates.back().passed) {
    gates.push_back(AlreadySurveyed(situation, decided));
  }
  return gates;
}

}  // namespace waypost::journey
