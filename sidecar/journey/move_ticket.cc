// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/move_ticket.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "sidecar/journey/alerts.h"
#include "sidecar/journey/entries.h"
#include "sidecar/journey/event_memory.h"
#include "sidecar/journey/facts.h"
#include "sidecar/journey/names.h"
#include "sidecar/journey/placement.h"
#include "sidecar/journey/promises.h"
#include "sidecar/journey/roles.h"

namespace waypost::journey {
namespace {

using internal::v1::Entry;
using internal::v1::JourneyState;
using internal::v1::RoleState;
using internal::v1::TicketProgress;
using internal::v1::TicketState;

size_t Insert(JourneyState journey, PersonRecord* record) {
  journey.set_person_id(record->person.person_id());
  const auto place = std::upper_bound(
      record->journeys.begin(), record->journeys.end(), journey,
      [](const JourneyState& a, const JourneyState& b) { return NewestAt(a) < NewestAt(b); });
  return static_cast<size_t>(
      std::distance(record->journeys.begin(), record->journeys.insert(place, std::move(journey))));
}

// Positions as the kept entries tell them; the definitions are those that applied before.
void RebuildRoles(const JourneyState& former, JourneyState* journey) {
  ForEachEntry(*journey, [&](const Entry& entry) {
    for (int i = 0; i < CountPassed(entry); ++i) {
      const Passed passed = GetPassed(entry, i);
      RoleState* role = MutableRole(passed.role, journey);
      role->set_stage(passed.stage);
      role->set_touchpoint(passed.touchpoint);
      role->set_owner(passed.owner);
      role->set_kind(passed.kind);
      role->set_visibility(passed.visibility);
      CountTouchpoint(passed.kind, role);
      EnterStage(passed.stage, entry.at(), role);
    }
  });
  for (RoleState& role : *journey->mutable_roles()) {
    const RoleState* before = FindRole(former, role.role());
    if (before != nullptr) role.set_definition(before->definition());
  }
}

// The ticket's values when entries were dropped still explain what came after.
void SplitBase(int ticket, JourneyState* former, JourneyState* journey) {
  if (!former->has_base()) return;
  auto* tickets = former->mutable_base()->mutable_progress()->mutable_tickets();
  if (ticket >= tickets->size()) return;
  TicketProgress values = std::move(*tickets->Mutable(ticket));
  tickets->DeleteSubrange(ticket, 1);
  if (values.opened_at() == 0) return;
  values.clear_reassignments();
  values.clear_bounces();
  values.clear_reopens();
  auto* base = journey->mutable_base();
  base->mutable_facts()->set_tickets(1);
  base->mutable_progress()->set_started_at(values.opened_at());
  base->mutable_progress()->set_newest_at(former->base().progress().newest_at());
  *base->mutable_progress()->add_tickets() = std::move(values);
}

void SplitEntries(int ticket, JourneyState* former, JourneyState* journey) {
  const uint32_t told = static_cast<uint32_t>(ticket) + 1;
  std::vector<Entry> kept;
  for (Entry& entry : ReadEntries(*former)) {
    if (entry.ticket() == told) {
      entry.set_ticket(1);
      AppendEntry(entry, journey);
    } else {
      if (entry.ticket() > told) entry.set_ticket(entry.ticket() - 1);
      kept.push_back(std::move(entry));
    }
  }
  WriteEntries(kept, former);
}

// Moves what is about the ticket from one list to the other.
template <typename Items>
void SplitItems(const TicketState& ticket, Items* former, Items* moved) {
  const auto about = [&](const auto& item) {
    return item.source() == ticket.source() && item.ticket_ref() == ticket.ticket().ref();
  };
  std::copy_if(former->begin(), former->end(), google::protobuf::RepeatedFieldBackInserter(moved),
               about);
  former->erase(std::remove_if(former->begin(), former->end(), about), former->end());
}

void CountSurveys(const JourneyState& journey, int step, v1::JourneyFacts* facts) {
  for (const v1::SurveyDecision& survey : journey.surveys()) {
    if (survey.shadow() || survey.outcome() == v1::SURVEY_OUTCOME_SCHEDULED) continue;
    if (survey.outcome() == v1::SURVEY_OUTCOME_DO_NOT_SEND) {
      facts->set_surveys_not_sent(facts->surveys_not_sent() + step);
    } else {
      facts->set_surveys_sent(facts->surveys_sent() + step);
    }
    if (survey.has_answer()) {
      facts->set_surveys_answered(facts->surveys_answered() + step);
    }
  }
}

void SplitAlertsTold(const std::string& ref, JourneyState* former, JourneyState* journey) {
  google::protobuf::RepeatedPtrField<internal::v1::AlertTold> kept;
  for (internal::v1::AlertTold& told : *former->mutable_alerts_told()) {
    *(told.ticket_ref() == ref ? journey->add_alerts_told() : kept.Add()) = std::move(told);
  }
  former->mutable_alerts_told()->Swap(&kept);
}

void SplitActions(JourneyState* former, JourneyState* journey) {
  const TicketState& ticket = journey->tickets(0);
  SplitItems(ticket, former->mutable_open_alerts(), journey->mutable_open_alerts());
  SplitItems(ticket, former->mutable_surveys(), journey->mutable_surveys());
  SplitAlertsTold(ticket.ticket().ref(), former, journey);
  CountSurveys(*journey, 1, journey->mutable_facts());
  CountSurveys(*journey, -1, former->mutable_facts());
}

// Actions that wait because of the ticket go with it.
void SplitPending(int ticket, JourneyState* former, JourneyState* journey) {
  const uint32_t told = static_cast<uint32_t>(ticket) + 1;
  auto* pending = former->mutable_pending();
  for (internal::v1::PendingAction& action : *pending) {
    if (action.ticket() == told) {
      *journey->add_pending() = action;
      journey->mutable_pending()->rbegin()->set_ticket(1);
    } else if (action.ticket() > told) {
      action.set_ticket(action.ticket() - 1);
    }
  }
  const auto gone = [&](const internal::v1::PendingAction& action) {
    return std::any_of(journey->pending().begin(), journey->pending().end(),
                       [&](const auto& other) { return other.id() == action.id(); });
  };
  pending->erase(std::remove_if(pending->begin(), pending->end(), gone), pending->end());
}

JourneyState Split(int ticket, JourneyState* former) {
  JourneyState journey;
  journey.set_tenant(former->tenant());
  *journey.mutable_names() = former->names();
  *journey.add_tickets() = std::move(*former->mutable_tickets(ticket));
  former->mutable_tickets()->DeleteSubrange(ticket, 1);
  SplitEntries(ticket, former, &journey);
  SplitBase(ticket, former, &journey);
  SplitActions(former, &journey);
  SplitPending(ticket, former, &journey);
  SplitPromises(former, &journey);
  journey.set_provider(former->provider());
  RebuildRoles(*former, &journey);
  for (JourneyState* state : {former, &journey}) {
    Refold(-1, state, nullptr);
    CompactNames(state);
    CloseAlertsOfEnded(state);
  }
  return journey;
}

}  // namespace

absl::StatusOr<Moved> MoveTicket(std::string_view source, std::string_view ref, PersonRecord* from,
                                 PersonRecord* to) {
  const TicketPlace place = FindTicket(source, ref, *from);
  if (place.ticket < 0) return absl::NotFoundError("the former requester has no such ticket");
  JourneyState& former = from->journeys[place.journey];
  Moved moved;
  moved.from_id = former.id();
  moved.whole = former.tickets_size() == 1;
  if (moved.whole) {
    moved.to_id = former.id();
    moved.journey = Insert(std::move(former), to);
    from->journeys.erase(from->journeys.begin() + static_cast<std::ptrdiff_t>(place.journey));
  } else {
    JourneyState journey = Split(place.ticket, &former);
    const std::vector<Entry> entries = ReadEntries(journey);
    journey.set_id(JourneyId(to->person.tenant(), to->person.person_id(),
                             entries.empty() ? ref : entries.front().event_id()));
    moved.to_id = journey.id();
    moved.journey = Insert(std::move(journey), to);
    std::stable_sort(
        from->journeys.begin(), from->journeys.end(),
        [](const JourneyState& a, const JourneyState& b) { return NewestAt(a) < NewestAt(b); });
  }
  MergeEventMemory(from->person, &to->person);
  return moved;
}

}  // namespace waypost::journey
