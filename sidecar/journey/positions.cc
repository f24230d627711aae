// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/positions.h"

#include <string>
#include <string_view>

#include "sidecar/journey/names.h"
#include "sidecar/journey/scores.h"

namespace waypost::journey {
namespace {

constexpr v1::ConsumerRole kRoles[] = {v1::CONSUMER_ROLE_USER, v1::CONSUMER_ROLE_CUSTOMER,
                                       v1::CONSUMER_ROLE_SPONSOR};

std::string_view NameIn(const internal::v1::JourneyState& journey, uint32_t number) {
  return NameOf(number, journey.names());
}

// The definition that the role followed so far, if the rule set has it.
std::optional<size_t> BoundDefinition(v1::ConsumerRole role, const internal::v1::RoleState* state,
                                      const Situation& situation) {
  if (state == nullptr) {
    return std::nullopt;
  }
  const rules::JourneyDefinition* bound =
      situation.rules().FindJourney(NameIn(situation.journey(), state->definition()));
  if (bound == nullptr || bound->role != role) {
    return std::nullopt;
  }
  return static_cast<size_t>(bound - situation.rules().journeys.data());
}

std::optional<size_t> DefinitionOf(v1::ConsumerRole role, const internal::v1::RoleState* state,
                                   const Situation& situation, rules::Matcher* matcher,
                                   rules::RuleErrors* errors) {
  const std::optional<size_t> bound = BoundDefinition(role, state, situation);
  const bool first_ticket = !situation.folded().placement.adopted_journey_id().empty();
  if (bound.has_value() && !first_ticket) {
    return bound;
  }
  const std::optional<size_t> first = matcher->FirstJourney(role, errors);
  return first.has_value() ? first : bound;
}

bool HasPosition(const internal::v1::RoleState* state) {
  return state != nullptr && state->stage() > kEmpty;
}

// The stage where the role stood, or -1.
int StageBefore(const internal::v1::RoleState* state, const Situation& situation) {
  return state == nullptr
             ? -1
             : situation.rules().FindStage(NameIn(situation.journey(), state->stage()));
}

const rules::Touchpoint& TouchpointOf(const RoleStep& step, const rules::RuleSet& rules) {
  return rules.journeys[step.definition].touchpoints[step.passed->number];
}

void WritePassed(const RoleStep& step, const Situation& situation, v1::TouchpointPassed* passed) {
  const rules::RuleSet& rules = situation.rules();
  const rules::Touchpoint& touchpoint = TouchpointOf(step, rules);
  passed->set_role(step.role);
  passed->set_touchpoint_id(touchpoint.id);
  passed->set_stage(rules.stages[static_cast<size_t>(touchpoint.stage)].id);
  if (touchpoint.owner >= 0) {
    passed->set_owner_id(rules.owners[static_cast<size_t>(touchpoint.owner)].id);
  }
  passed->set_kind(touchpoint.kind);
  if (const v1::SurveyDecision* survey = situation.answered();
      survey != nullptr && survey->role() == step.role) {
    passed->set_emotion(EmotionOf(survey->kind(), situation.event().feedback().rating()));
    passed->set_emotion_basis(v1::EMOTION_BASIS_SAID);
  } else if (touchpoint.emotion.has_value()) {
    passed->set_emotion(*touchpoint.emotion);
    passed->set_emotion_basis(v1::EMOTION_BASIS_INFERRED);
  }
  passed->set_visibility(touchpoint.visibility);
}

// The position before the event, with the names that the rule set gives now.
void WriteUnmoved(const RoleStep& step, const Situation& situation, v1::JourneyPosition* position) {
  const internal::v1::RoleState* state = FindRole(situation.journey(), step.role);
  if (state != nullptr) {
    FillPosition(situation.journey(), *state, position);
  }
  position->set_role(step.role);
  position->set_journey_definition_id(situation.rules().journeys[step.definition].id);
  for (const rules::Owner& owner : situation.rules().owners) {
    if (owner.id == position->owner_id()) {
      position->set_owner_name(owner.name);
    }
  }
}

void WriteMoved(const RoleStep& step, const Situation& situation, v1::JourneyPosition* position) {
  const rules::RuleSet& rules = situation.rules();
  const rules::Touchpoint& touchpoint = TouchpointOf(step, rules);
  position->set_role(step.role);
  position->set_journey_definition_id(rules.journeys[step.definition].id);
  position->set_stage(rules.stages[static_cast<size_t>(touchpoint.stage)].id);
  position->set_touchpoint_id(touchpoint.id);
  position->set_touchpoint_kind(touchpoint.kind);
  if (touchpoint.owner >= 0) {
    const rules::Owner& owner = rules.owners[static_cast<size_t>(touchpoint.owner)];
    position->set_owner_id(owner.id);
    position->set_owner_name(owner.name);
  }
  position->set_visibility(touchpoint.visibility);
  position->set_moved(true);
  position->set_backward(step.backward);
}

}  // namespace

RoleSteps TakeSteps(rules::Matcher* matcher, Situation* situation, rules::RuleErrors* errors) {
  RoleSteps steps;
  for (const v1::ConsumerRole role : kRoles) {
    const internal::v1::RoleState* state = FindRole(situation->journey(), role);
    const std::optional<size_t> definition = DefinitionOf(role, state, *situation, matcher, errors);
    if (!definition.has_value()) {
      continue;
    }
    RoleStep step{.role = role, .definition = *definition};
    step.passed = matcher->FirstTouchpoint(*definition, errors);
    if (step.passed.has_value()) {
      step.moved = !situation->folded().late || !HasPosition(state);
      step.backward = step.moved &&
                      TouchpointOf(step, situation->rules()).stage < StageBefore(state, *situation);
    }
    steps.push_back(step);
  }
  // Only now: the touchpoints of all roles read where the user stood before the event.
  situation->LookAtNewest();
  const bool moved =
      !steps.empty() && steps.front().role == v1::CONSUMER_ROLE_USER && steps.front().moved;
  if (moved) {
    const rules::Touchpoint& touchpoint = TouchpointOf(steps.front(), situation->rules());
    situation->MoveTo(situation->rules().stages[static_cast<size_t>(touchpoint.stage)].id,
                      touchpoint.id);
  }
  if (moved || situation->folded().then.has_value()) {
    matcher->Refresh();
  }
  return steps;
}

void WritePositions(const RoleSteps& steps, const Situation& situation,
                    internal::v1::Decision* decision) {
  const rules::Provider* provider = situation.provider();
  if (provider != nullptr) {
    decision->set_provider_id(provider->id);
  }
  for (const RoleStep& step : steps) {
    if (step.passed.has_value()) {
      WritePassed(step, situation, decision->add_touchpoints());
    }
    v1::JourneyPosition* position = decision->mutable_enrichment()->add_positions();
    if (step.moved) {
      WriteMoved(step, situation, position);
    } else {
      WriteUnmoved(step, situation, position);
    }
    position->set_provider_id(decision->provider_id());
  }
}

}  // namespace waypost::journey
