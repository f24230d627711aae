// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/fold.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/journey/derive.h"
#include "sidecar/journey/entries.h"
#include "sidecar/journey/event_memory.h"
#include "sidecar/journey/facts.h"
#include "sidecar/journey/feedback.h"
#include "sidecar/journey/letters.h"
#include "sidecar/journey/micros.h"
#include "sidecar/journey/names.h"
#include "sidecar/journey/placement.h"
#include "sidecar/journey/scores.h"
#include "sidecar/journey/snapshot.h"
#include "sidecar/journey/thanks.h"
#include "sidecar/journey/visibility.h"

namespace waypost::journey {
namespace {

using internal::v1::Entry;
using internal::v1::JourneyState;
using internal::v1::Placement;
using internal::v1::TicketProgress;
using internal::v1::TicketState;

// How many entries go at once, so that the cost of dropping is spread.
constexpr int kDroppedEntries = 250;

absl::StatusOr<size_t> JourneyOf(const Placement& placement, const TicketPlace& ticket,
                                 PersonRecord* record) {
  const int known = FindJourney(placement.journey_id(), *record);
  if (ticket.ticket >= 0 && known != static_cast<int>(ticket.journey)) {
    return absl::DataLossError(absl::StrCat("the event was placed in the journey ",
                                            placement.journey_id(),
                                            ", which its ticket is not part of"));
  }
  if (known >= 0) return static_cast<size_t>(known);
  if (!placement.created()) {
    return absl::DataLossError(absl::StrCat("the event was placed in the journey ",
                                            placement.journey_id(), ", which is not there"));
  }
  JourneyState& journey = record->journeys.emplace_back();
  journey.set_id(placement.journey_id());
  journey.set_tenant(record->person.tenant());
  journey.set_person_id(record->person.person_id());
  return record->journeys.size() - 1;
}

// The requester logs it themself, as an agent.
bool IsSelfLogged(const v1::TicketEvent& event) {
  return event.actor().role() == v1::ACTOR_ROLE_AGENT && !event.actor().id().empty() &&
         event.actor().id() == event.ticket().requester().id();
}

int TicketOf(const v1::TicketEvent& event, const TicketPlace& known, JourneyState* journey) {
  if (!event.has_ticket()) return -1;
  if (known.ticket >= 0) return known.ticket;
  TicketState* ticket = journey->add_tickets();
  ticket->set_source(event.source());
  ticket->set_self_logged(IsSelfLogged(event));
  journey->mutable_progress()->add_tickets();
  return journey->tickets_size() - 1;
}

v1::ActorRole RoleOf(const v1::TicketEvent& event, const std::string& requester_id) {
  if (event.actor().role() != v1::ACTOR_ROLE_UNSPECIFIED) return event.actor().role();
  if (!event.has_ticket()) return v1::ACTOR_ROLE_CUSTOMER;
  const bool is_requester = !event.actor().id().empty() && event.actor().id() == requester_id;
  return is_requester ? v1::ACTOR_ROLE_CUSTOMER : v1::ACTOR_ROLE_AGENT;
}

// What is not told about a comment's readers: a customer wrote it for the desk, the desk for
// itself.
v1::Visibility CommentOf(const v1::TicketEvent& event, v1::ActorRole role) {
  if (!event.has_comment() && event.type() != v1::EVENT_TYPE_COMMENTED) {
    return v1::VISIBILITY_UNSPECIFIED;
  }
  if (event.comment().visibility() != v1::VISIBILITY_UNSPECIFIED) {
    return event.comment().visibility();
  }
  return role == v1::ACTOR_ROLE_CUSTOMER ? v1::VISIBILITY_BOTH : v1::VISIBILITY_PROVIDER;
}

void TellTicket(const v1::Ticket& told, v1::EventType type, const TicketProgress& before,
                std::string* names, Entry* entry) {
  if (told.has_status()) entry->set_status(Intern(told.status(), before.status(), names));
  entry->set_category(told.status_category() != v1::STATUS_CATEGORY_UNSPECIFIED
                          ? told.status_category()
                          : ImpliedCategory(type));
  if (told.has_group()) entry->set_group(Intern(told.group(), before.group(), names));
  if (told.has_assignee()) {
    entry->set_assignee(Intern(told.assignee().id(), before.assignee(), names));
  }
  if (told.has_priority()) entry->set_priority(Intern(told.priority(), before.priority(), names));
  if (told.has_parent_ref()) entry->set_parent(Intern(told.parent_ref(), before.parent(), names));
  if (told.has_merged_into_ref()) {
    entry->set_merged_into(Intern(told.merged_into_ref(), before.merged_into(), names));
  }
  if (told.has_channel()) entry->set_channel(Intern(told.channel(), before.channel(), names));
}

void TellSignal(const v1::Signal& signal, JourneyState* journey, Entry* entry) {
  std::string* names = journey->mutable_names();
  entry->set_signal(Intern(signal.name(), kUntold, names));
  if (!signal.channel().empty()) entry->set_channel(Intern(signal.channel(), kUntold, names));
  if (journey->signal_service() == kUntold && !signal.service().empty()) {
    journey->set_signal_service(Intern(signal.service(), kUntold, names));
  }
}

void TellFeedback(const v1::TicketEvent& event, const JourneyState& journey, Entry* entry) {
  entry->set_type(v1::EVENT_TYPE_FEEDBACK);
  const v1::SurveyDecision* survey = AnsweredSurvey(event, journey);
  if (survey == nullptr) return;
  const int emotion = EmotionOf(survey->kind(), event.feedback().rating());
  entry->set_said(static_cast<uint32_t>(emotion + kSaidOffset));
}

// The customer's comment does nothing but thank: the desk, the assignee or nobody by name.
bool IsThanks(const v1::TicketEvent& event, int ticket, const Entry& entry,
              const JourneyState& journey) {
  if (entry.actor_role() != v1::ACTOR_ROLE_CUSTOMER || !IsPublic(entry.comment())) return false;
  const v1::Ticket& known =
      ticket < 0 ? v1::Ticket::default_instance() : journey.tickets(ticket).ticket();
  return IsBareThanks(
      event.comment().body(),
      {event.actor().name(), event.ticket().requester().name(), event.ticket().assignee().name(),
       known.requester().name(), known.assignee().name()});
}

// News of a ticket that is no longer the parent is none.
v1::EventType TypeOf(const v1::TicketEvent& event, const v1::Ticket& known) {
  const bool is_strange = event.type() == v1::EVENT_TYPE_PARENT_NEWS &&
                          !event.relative_ref().empty() &&
                          event.relative_ref() != known.parent_ref();
  return is_strange ? v1::EVENT_TYPE_UNSPECIFIED : event.type();
}

void FillEntry(const v1::TicketEvent& event, uint64_t position, int64_t at, int ticket,
               JourneyState* journey, Entry* entry) {
  entry->set_at(at);
  entry->set_position(position);
  entry->set_event_id(event.event_id());
  entry->set_ticket(static_cast<uint32_t>(ticket + 1));
  entry->set_type(event.type());
  if (ticket >= 0) {
    const v1::Ticket& known = journey->tickets(ticket).ticket();
    entry->set_type(TypeOf(event, known));
    entry->set_actor_role(RoleOf(event, event.ticket().requester().id().empty()
                                            ? known.requester().id()
                                            : event.ticket().requester().id()));
    TellTicket(event.ticket(), event.type(), journey->progress().tickets(ticket),
               journey->mutable_names(), entry);
  } else {
    // What somebody is asked about is open again.
    if (event.survey_request().withdrawn()) entry->set_type(v1::EVENT_TYPE_REOPENED);
    entry->set_actor_role(RoleOf(event, std::string()));
  }
  entry->set_comment(CommentOf(event, entry->actor_role()));
  entry->set_thanks(IsThanks(event, ticket, *entry, *journey));
  if (event.has_feedback()) TellFeedback(event, *journey, entry);
  if (event.has_signal()) TellSignal(event.signal(), journey, entry);
}

// Inserts the entry at its place in time, behind those of the same time; returns that place.
int Insert(const Entry& entry, JourneyState* journey) {
  std::vector<Entry> entries = ReadEntries(*journey);
  const auto place =
      std::upper_bound(entries.begin(), entries.end(), entry,
                       [](const Entry& a, const Entry& b) { return a.at() < b.at(); });
  const auto number = static_cast<int>(place - entries.begin());
  entries.insert(place, entry);
  WriteEntries(entries, journey);
  return number;
}

// Keeps the journeys in the order of their newest activity; returns the journey's new number.
size_t Reorder(size_t journey, std::vector<JourneyState>* journeys) {
  const auto newest_at = [&](size_t j) { return (*journeys)[j].progress().newest_at(); };
  for (; journey + 1 < journeys->size() && newest_at(journey) >= newest_at(journey + 1);
       ++journey) {
    (*journeys)[journey].Swap(&(*journeys)[journey + 1]);
  }
  for (; journey > 0 && newest_at(journey) < newest_at(journey - 1); --journey) {
    (*journeys)[journey].Swap(&(*journeys)[journey - 1]);
  }
  return journey;
}

// Entries that are no longer kept may have been of any ticket.
bool IsOvertaken(const Entry& entry, int number, const JourneyState& journey) {
  bool overtaken = entry.ticket() == 0 || entry.at() < journey.base().progress().newest_at();
  int i = 0;
  ForEachEntry(journey, [&](const Entry& other) {
    overtaken = overtaken || (i++ > number && other.ticket() == entry.ticket());
  });
  return overtaken;
}

Extended AddEntry(const Entry& entry, JourneyState* journey, Folded* folded) {
  if (folded->late) {
    folded->entry = Insert(entry, journey);
    folded->overtaken = IsOvertaken(entry, folded->entry, *journey);
    return Refold(folded->entry, journey, &folded->then.emplace());
  }
  folded->entry = static_cast<int>(journey->entry_count());
  AppendEntry(entry, journey);
  return Extend(entry, journey->names(), journey->mutable_progress(), journey->mutable_facts());
}

}  // namespace

absl::StatusOr<Folded> Fold(const v1::TicketEvent& event, uint64_t position,
                            const rules::Stitching& stitching, const Placement* placement,
                            PersonRecord* record) {
  const int64_t at = MicrosOf(event.occurred_at());
  TicketPlace place;
  if (event.has_ticket()) place = FindTicket(event.source(), event.ticket().ref(), *record);
  Folded folded;
  folded.at = at;
  if (placement != nullptr) {
    folded.placement = *placement;
  } else {
    folded.placement = PlaceEvent(event, at, stitching, place, *record);
  }
  WAYPOST_ASSIGN_OR_RETURN(const size_t number, JourneyOf(folded.placement, place, record));
  JourneyState& journey = record->journeys[number];
  folded.ticket = TicketOf(event, place, &journey);
  if (journey.entry_count() >= kMaxEntries) DropEntries(kDroppedEntries, &journey);
  folded.late = at < journey.progress().newest_at();
  Entry entry;
  FillEntry(event, position, at, folded.ticket, &journey, &entry);
  entry.set_late(folded.late);
  const Extended extended = AddEntry(entry, &journey, &folded);
  folded.events = WithTexts(extended.changes, journey.names());
  folded.visible = extended.visible;
  if (folded.ticket >= 0) {
    TicketState* ticket = journey.mutable_tickets(folded.ticket);
    MergeTicket(event.ticket(), entry.category(), at, ticket);
    TakeChild(event, ticket);
    DefaultOpenedAt(journey.progress().tickets(folded.ticket).opened_at(), ticket);
  }
  RememberEvent(event.event_id(), position, &record->person);
  folded.journey = Reorder(number, &record->journeys);
  return folded;
}

}  // namespace waypost::journey
