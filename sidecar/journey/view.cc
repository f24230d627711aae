// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/view.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "sidecar/journey/alignment.h"
#include "sidecar/journey/entries.h"
#include "sidecar/journey/facts.h"
#include "sidecar/journey/micros.h"
#include "sidecar/journey/names.h"
#include "sidecar/journey/person_record.h"
#include "sidecar/journey/visibility.h"

namespace waypost::journey {
namespace {

using internal::v1::Entry;
using internal::v1::JourneyState;
using internal::v1::Progress;
using internal::v1::RoleState;
using internal::v1::TicketProgress;

std::string Text(uint32_t number, const JourneyState& journey) {
  return std::string(NameOf(number, journey.names()));
}

void AddTickets(const JourneyState& journey, v1::Journey* view) {
  std::vector<int> order(static_cast<size_t>(journey.tickets_size()));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
    return journey.progress().tickets(a).opened_at() < journey.progress().tickets(b).opened_at();
  });
  for (const int number : order) {
    const TicketProgress& progress = journey.progress().tickets(number);
    v1::JourneyTicket* ticket = view->add_tickets();
    ticket->set_source(journey.tickets(number).source());
    *ticket->mutable_ticket() = journey.tickets(number).ticket();
    ticket->set_reassignments(progress.reassignments());
    ticket->set_bounces(progress.bounces());
    ticket->set_reopens(progress.reopens());
  }
}

const std::string& ProviderOr(const std::string& group, const rules::RuleSet& rules) {
  const rules::Provider* provider = group.empty() ? nullptr : rules.ProviderOfGroup(group);
  return provider == nullptr ? group : provider->id;
}

// Groups of the same provider become one holder.
void AddFacts(const JourneyState& journey, const rules::RuleSet& rules, v1::JourneyFacts* facts) {
  *facts = journey.facts();
  facts->set_holder(ProviderOr(journey.facts().holder(), rules));
  facts->clear_possessions();
  for (const v1::Possession& possession : journey.facts().possessions()) {
    const std::string& holder = ProviderOr(possession.holder(), rules);
    auto& merged = *facts->mutable_possessions();
    const auto same = std::find_if(merged.begin(), merged.end(), [&](const v1::Possession& other) {
      return other.party() == possession.party() && other.holder() == holder;
    });
    if (same != merged.end()) {
      SetDuration(MicrosOf(same->held()) + MicrosOf(possession.held()), same->mutable_held());
      continue;
    }
    v1::Possession* added = merged.Add();
    added->set_party(possession.party());
    added->set_holder(holder);
    SetDuration(MicrosOf(possession.held()), added->mutable_held());
  }
}

std::string OwnerOfStep(const std::string& step, const rules::JourneyDefinition& definition,
                        const rules::RuleSet& rules) {
  for (const rules::Touchpoint& touchpoint : definition.touchpoints) {
    if (touchpoint.id != step) continue;
    return touchpoint.owner < 0 ? "" : rules.owners[static_cast<size_t>(touchpoint.owner)].id;
  }
  return "";
}

void AddAlignment(const JourneyState& journey, const rules::RuleSet& rules,
                  v1::RoleProjection* projection) {
  const rules::JourneyDefinition* definition =
      rules.FindJourney(projection->position().journey_definition_id());
  if (definition == nullptr) return;
  std::vector<std::string> passed;
  ForEachEntry(journey, [&](const Entry& entry) {
    for (int i = 0; i < CountPassed(entry); ++i) {
      const Passed touchpoint = GetPassed(entry, i);
      if (touchpoint.role != projection->position().role()) continue;
      passed.push_back(Text(touchpoint.touchpoint, journey));
    }
  });
  Alignment alignment = Align(passed, *definition);
  if (alignment.alignment.has_value()) projection->set_alignment(*alignment.alignment);
  for (v1::Gap& gap : alignment.gaps) {
    gap.set_owner_id(OwnerOfStep(gap.step(), *definition, rules));
    *projection->add_gaps() = std::move(gap);
  }
}

void AddTouchpoint(const Passed& passed, const JourneyState& journey, v1::TimelineStep* step) {
  v1::TouchpointPassed* touchpoint = step->add_touchpoints();
  touchpoint->set_role(passed.role);
  touchpoint->set_touchpoint_id(Text(passed.touchpoint, journey));
  touchpoint->set_stage(Text(passed.stage, journey));
  touchpoint->set_owner_id(Text(passed.owner, journey));
  touchpoint->set_kind(passed.kind);
  touchpoint->set_emotion(passed.emotion);
  touchpoint->set_emotion_basis(passed.emotion_basis);
  touchpoint->set_visibility(passed.visibility);
}

void AddStep(const Entry& entry, const Extended& extended, const Progress& progress,
             const JourneyState& journey, v1::Journey* view) {
  v1::TimelineStep* step = view->add_timeline();
  SetTime(entry.at(), step->mutable_occurred_at());
  for (v1::DerivedEvent& event : WithTexts(extended.changes, journey.names())) {
    *step->add_events() = std::move(event);
  }
  step->set_signal(Text(entry.signal(), journey));
  step->set_channel(Text(entry.channel(), journey));
  step->set_actor_role(entry.actor_role());
  step->set_visibility(StepVisibility(entry, extended.visible));
  for (int i = 0; i < CountPassed(entry); ++i) AddTouchpoint(GetPassed(entry, i), journey, step);
  step->set_provider_id(Text(entry.provider(), journey));
  step->set_event_id(entry.event_id());
  step->set_late(entry.late());
  if (entry.ticket() == 0) return;
  const int ticket = static_cast<int>(entry.ticket()) - 1;
  step->set_ticket_ref(journey.tickets(ticket).ticket().ref());
  step->set_group(Text(progress.tickets(ticket).group(), journey));
  step->set_status(Text(progress.tickets(ticket).status(), journey));
}

// Walks the entries once more: what each turned out to be is not stored.
void AddTimeline(const JourneyState& journey, v1::Journey* view) {
  Progress progress = journey.base().progress();
  v1::JourneyFacts facts = journey.base().facts();
  while (progress.tickets_size() < journey.tickets_size()) progress.add_tickets();
  ForEachEntry(journey, [&](const Entry& entry) {
    const Extended extended = Extend(entry, journey.names(), &progress, &facts);
    AddStep(entry, extended, progress, journey, view);
  });
}

}  // namespace

std::optional<v1::RoleProjection> ViewRole(const JourneyState& journey, v1::ConsumerRole role,
                                           const rules::RuleSet& rules) {
  const RoleState* const state = FindRole(journey, role);
  if (state == nullptr) return std::nullopt;
  v1::RoleProjection projection;
  FillPosition(journey, *state, projection.mutable_position());
  for (const rules::Owner& owner : rules.owners) {
    if (owner.id == projection.position().owner_id()) {
      projection.mutable_position()->set_owner_name(owner.name);
    }
  }
  for (int i = 0; i < state->stages_size(); ++i) {
    v1::StageVisit* visit = projection.add_stages();
    visit->set_stage(Text(state->stages(i), journey));
    SetTime(state->entered_at(i), visit->mutable_entered_at());
  }
  projection.set_touchpoints(state->touchpoints());
  projection.set_service_interactions(state->service_interactions());
  AddAlignment(journey, rules, &projection);
  return projection;
}

v1::Journey ViewJourney(const JourneyState& journey, const rules::RuleSet& rules,
                        bool with_timeline) {
  v1::Journey view;
  view.set_id(journey.id());
  view.set_tenant(journey.tenant());
  view.set_person_id(journey.person_id());
  SetTime(journey.progress().started_at(), view.mutable_started_at());
  SetTime(journey.progress().newest_at(), view.mutable_newest_at());
  if (journey.progress().ended_at() != 0) {
    SetTime(journey.progress().ended_at(), view.mutable_ended_at());
  }
  AddTickets(journey, &view);
  for (const v1::ConsumerRole role :
       {v1::CONSUMER_ROLE_USER, v1::CONSUMER_ROLE_CUSTOMER, v1::CONSUMER_ROLE_SPONSOR}) {
    if (auto projection = ViewRole(journey, role, rules))
      *view.add_roles() = *std::move(projection);
  }
  AddFacts(journey, rules, view.mutable_facts());
  if (with_timeline) AddTimeline(journey, &view);
  *view.mutable_open_alerts() = journey.open_alerts();
  *view.mutable_surveys() = journey.surveys();
  *view.mutable_promises() = journey.promises();
  return view;
}

}  // namespace waypost::journey
