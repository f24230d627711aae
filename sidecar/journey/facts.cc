// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/facts.h"

#include <algorithm>
#include <string>
#include <vector>

#include "sidecar/journey/entries.h"
#include "sidecar/journey/micros.h"
#include "sidecar/journey/possession.h"
#include "sidecar/journey/visibility.h"

namespace waypost::journey {
namespace {

using internal::v1::Entry;
using internal::v1::JourneyState;
using internal::v1::Progress;
using internal::v1::TicketProgress;

using Texts = google::protobuf::RepeatedPtrField<std::string>;

bool Has(const Changes& changes, v1::EventType type) {
  return std::any_of(changes.begin(), changes.end(),
                     [type](const Change& change) { return change.type == type; });
}

void AddDistinct(std::string_view text, int limit, Texts* texts) {
  if (texts->size() >= limit) return;
  if (std::find(texts->begin(), texts->end(), text) == texts->end()) texts->Add()->assign(text);
}

void PassTimeUntil(int64_t at, Progress* progress, v1::JourneyFacts* facts) {
  if (progress->newest_at() == 0) {
    progress->set_started_at(at);
    progress->set_newest_at(at);
    return;
  }
  progress->set_started_at(std::min(progress->started_at(), at));
  const int64_t elapsed = at - progress->newest_at();
  if (elapsed <= 0) return;
  PassTime(elapsed, *progress, facts);
  PassTimeInTheDark(elapsed, progress, facts);
  progress->set_newest_at(at);
}

void CountChanges(const Changes& changes, TicketProgress* ticket, v1::JourneyFacts* facts) {
  for (const Change& change : changes) {
    switch (change.type) {
      case v1::EVENT_TYPE_PRIORITY_CHANGED:
        facts->set_priority_changes(facts->priority_changes() + 1);
        break;
      case v1::EVENT_TYPE_STATUS_CHANGED:
        facts->set_status_changes(facts->status_changes() + 1);
        break;
      case v1::EVENT_TYPE_REOPENED:
        facts->set_reopens(facts->reopens() + 1);
        ticket->set_reopens(ticket->reopens() + 1);
        break;
      case v1::EVENT_TYPE_RESOLVED:
        facts->set_resolutions(facts->resolutions() + 1);
        break;
      case v1::EVENT_TYPE_CLOSED:
        facts->set_closings(facts->closings() + 1);
        break;
      default:
        break;
    }
  }
}

void CountWaits(v1::StatusCategory before, v1::StatusCategory after, v1::JourneyFacts* facts) {
  if (before == after) return;
  if (after == v1::STATUS_CATEGORY_WAITING_ON_CUSTOMER) {
    facts->set_waits_on_customer(facts->waits_on_customer() + 1);
  } else if (after == v1::STATUS_CATEGORY_WAITING_ON_PROVIDER) {
    facts->set_waits_on_provider(facts->waits_on_provider() + 1);
  }
}

// Whoever is unknown may be the same as before, so only known groups can be returned to.
void CountReturn(uint32_t group, TicketProgress* ticket, v1::JourneyFacts* facts) {
  if (group == ticket->known_group()) return;
  if (group == ticket->known_group_before()) {
    ticket->set_bounces(ticket->bounces() + 1);
    facts->set_bounces(facts->bounces() + 1);
  }
  ticket->set_known_group_before(ticket->known_group());
  ticket->set_known_group(group);
}

void CountGroup(uint32_t group, std::string_view names, TicketProgress* ticket,
                v1::JourneyFacts* facts) {
  if (group <= kEmpty || group == ticket->last_group()) return;
  if (ticket->last_group() != kUntold) {
    ticket->set_reassignments(ticket->reassignments() + 1);
    facts->set_reassignments(facts->reassignments() + 1);
  }
  ticket->set_last_group(group);
  const std::string_view name = NameOf(group, names);
  if (name == kUnknownGroup) return;
  CountReturn(group, ticket, facts);
  AddDistinct(name, kMaxGroups, facts->mutable_groups());
}

void CountTicket(int64_t at, const Progress& progress, v1::JourneyFacts* facts) {
  facts->set_tickets(facts->tickets() + 1);
  const bool repeat = std::any_of(
      progress.tickets().begin(), progress.tickets().end(), [at](const TicketProgress& other) {
        return other.ended_at() != 0 && at - other.ended_at() <= kRepeatMicros;
      });
  if (repeat) facts->set_repeats(facts->repeats() + 1);
}

// Called before the ticket takes the category.
void EnterCategory(v1::StatusCategory category, bool reopened, int64_t at, TicketProgress* ticket) {
  if (ticket->opened_at() != 0 && category == ticket->category()) return;
  if (reopened) ticket->set_entered_categories(0);
  const uint32_t bit = uint32_t{1} << static_cast<uint32_t>(category);
  ticket->set_entered_again((ticket->entered_categories() & bit) != 0);
  ticket->set_entered_categories(ticket->entered_categories() | bit);
  ticket->set_category_since(at);
}

void TakeValues(const Entry& entry, bool deleted, TicketProgress* ticket) {
  if (ticket->opened_at() == 0) ticket->set_opened_at(entry.at());
  if (entry.category() != v1::STATUS_CATEGORY_UNSPECIFIED) {
    const bool thanks = OpensByThanks(entry, *ticket);
    ticket->set_thanked_category(thanks ? entry.category() : v1::STATUS_CATEGORY_UNSPECIFIED);
  }
  if (entry.status() != kUntold) ticket->set_status(entry.status());
  ticket->set_category(CategoryAfter(entry, *ticket));
  if (entry.group() != kUntold) ticket->set_group(entry.group());
  if (entry.assignee() != kUntold) ticket->set_assignee(entry.assignee());
  if (entry.priority() != kUntold) ticket->set_priority(entry.priority());
  if (entry.parent() != kUntold) ticket->set_parent(entry.parent());
  if (entry.merged_into() != kUntold) ticket->set_merged_into(entry.merged_into());
  if (deleted) ticket->set_deleted(true);
  const bool ended =
      IsEnded(ticket->category()) || ticket->merged_into() > kEmpty || ticket->deleted();
  if (!ended) {
    ticket->set_ended_at(0);
  } else if (ticket->ended_at() == 0) {
    ticket->set_ended_at(entry.at());
  }
}

void UseChannel(const Entry& entry, std::string_view names, TicketProgress* ticket,
                Progress* progress, v1::JourneyFacts* facts) {
  if (entry.channel() <= kEmpty || entry.actor_role() == v1::ACTOR_ROLE_WAYPOST) return;
  const bool signal = entry.signal() != kUntold;
  // A ticket's channel is how it was reported: used once, however often snapshots repeat it.
  if (!signal) {
    const bool known = ticket->channel() != kUntold;
    ticket->set_channel(entry.channel());
    if (known) return;
  }
  const std::string_view channel = NameOf(entry.channel(), names);
  if (!IsPersonal(channel)) return;
  AddDistinct(channel, kMaxChannels, facts->mutable_channels());
  if (progress->channel() != kUntold && progress->channel() != entry.channel()) {
    facts->set_channel_hops(facts->channel_hops() + 1);
  }
  progress->set_channel(entry.channel());
}

void CountComment(const Entry& entry, TicketProgress* ticket, v1::JourneyFacts* facts) {
  if (entry.comment() == v1::VISIBILITY_UNSPECIFIED ||
      entry.actor_role() == v1::ACTOR_ROLE_WAYPOST) {
    return;
  }
  if (!IsPublic(entry.comment())) {
    facts->set_internal_notes(facts->internal_notes() + 1);
  } else if (entry.actor_role() != v1::ACTOR_ROLE_CUSTOMER) {
    facts->set_public_updates(facts->public_updates() + 1);
    SetTime(entry.at(), facts->mutable_last_public_update_at());
    if (ticket != nullptr) ticket->set_provider_wrote_at(entry.at());
  }
}

// The desk has the next move, in the ticket concerned or, for a lone signal, anywhere.
bool DeskHasTheBall(const TicketProgress* ticket, const v1::JourneyFacts& facts) {
  if (ticket != nullptr) {
    return IsOpen(*ticket) && ticket->category() != v1::STATUS_CATEGORY_WAITING_ON_CUSTOMER;
  }
  return facts.waiting_on() == v1::PARTY_PROVIDER || facts.waiting_on() == v1::PARTY_THIRD_PARTY;
}

void CountContact(const Entry& entry, bool chaser, Progress* progress, v1::JourneyFacts* facts) {
  facts->set_contacts(facts->contacts() + 1);
  if (chaser) facts->set_chasers(facts->chasers() + 1);
  if (entry.signal() != kUntold) progress->set_contact_signals(progress->contact_signals() + 1);
}

void EndOrContinue(int64_t at, const v1::JourneyFacts& facts, Progress* progress) {
  if (facts.open_tickets() > 0 || facts.tickets() == 0) {
    progress->set_ended_at(0);
  } else if (progress->ended_at() == 0) {
    progress->set_ended_at(at);
  }
}

void CoverTickets(int count, Progress* progress) {
  while (progress->tickets_size() < count) progress->add_tickets();
}

}  // namespace

Extended Extend(const Entry& entry, std::string_view names, Progress* progress,
                v1::JourneyFacts* facts) {
  PassTimeUntil(entry.at(), progress, facts);
  TicketProgress* ticket = entry.ticket() == 0
                               ? nullptr
                               : progress->mutable_tickets(static_cast<int>(entry.ticket()) - 1);
  Extended done;
  done.changes = Derive(entry, ticket);
  const bool created = ticket != nullptr && ticket->opened_at() == 0;
  const bool contact = IsContact(entry, created, names);
  if (contact) {
    CountContact(entry, !created && DeskHasTheBall(ticket, *facts), progress, facts);
  }
  if (entry.signal() != kUntold) facts->set_signals(facts->signals() + 1);
  UseChannel(entry, names, ticket, progress, facts);
  CountComment(entry, ticket, facts);
  v1::StatusCategory after = v1::STATUS_CATEGORY_UNSPECIFIED;
  if (ticket != nullptr) {
    if (created) CountTicket(entry.at(), *progress, facts);
    after = CategoryAfter(entry, *ticket);
    CountChanges(done.changes, ticket, facts);
    CountWaits(ticket->category(), after, facts);
    CountGroup(entry.group(), names, ticket, facts);
    EnterCategory(after, Has(done.changes, v1::EVENT_TYPE_REOPENED), entry.at(), ticket);
    TakeValues(entry, Has(done.changes, v1::EVENT_TYPE_DELETED), ticket);
    PassBall(entry.at(), names, progress, facts);
    EndOrContinue(entry.at(), *facts, progress);
  }
  done.visible = IsVisible(entry, done.changes, after, contact);
  if (done.visible) SeeSomething(entry.at(), progress, facts);
  facts->set_effort(facts->contacts() + facts->signals() - progress->contact_signals() +
                    facts->channel_hops() + facts->waits_on_customer());
  TakeEmotion(entry, facts);
  return done;
}

namespace {

// Takes over where the user stands after the entry.
void StandAt(const Entry& entry, Passed* stands) {
  for (int i = 0; i < CountPassed(entry); ++i) {
    const Passed passed = GetPassed(entry, i);
    if (passed.role == v1::CONSUMER_ROLE_USER) *stands = passed;
  }
}

}  // namespace

Extended Refold(int wanted, JourneyState* journey, AtTheTime* then) {
  v1::JourneyFacts facts;
  Progress progress;
  if (journey->has_base()) {
    facts = journey->base().facts();
    progress = journey->base().progress();
  }
  CoverTickets(journey->tickets_size(), &progress);
  facts.set_surveys_sent(journey->facts().surveys_sent());
  facts.set_surveys_not_sent(journey->facts().surveys_not_sent());
  facts.set_surveys_answered(journey->facts().surveys_answered());
  facts.set_promises_open(journey->facts().promises_open());
  facts.set_promises_kept(journey->facts().promises_kept());
  facts.set_promises_broken(journey->facts().promises_broken());
  facts.set_promise_renewals(journey->facts().promise_renewals());
  Extended done;
  Passed stands;
  int number = 0;
  ForEachEntry(*journey, [&](const Entry& entry) {
    Extended extended = Extend(entry, journey->names(), &progress, &facts);
    if (number++ == wanted) {
      done = std::move(extended);
      if (then != nullptr)
        *then = {facts, std::string(NameOf(stands.stage, journey->names())),
                 std::string(NameOf(stands.touchpoint, journey->names()))};
    }
    StandAt(entry, &stands);
  });
  journey->mutable_facts()->Swap(&facts);
  journey->mutable_progress()->Swap(&progress);
  return done;
}

void TakeEmotion(const Entry& entry, v1::JourneyFacts* facts) {
  if (entry.said() != 0) {
    facts->set_emotion(static_cast<int>(entry.said()) - kSaidOffset);
    facts->set_emotion_basis(v1::EMOTION_BASIS_SAID);
    return;
  }
  Passed chosen;
  for (int i = 0; i < CountPassed(entry); ++i) {
    const Passed passed = GetPassed(entry, i);
    if (passed.emotion_basis == v1::EMOTION_BASIS_UNSPECIFIED) continue;
    const bool known = chosen.emotion_basis != v1::EMOTION_BASIS_UNSPECIFIED;
    if (!known || passed.role == v1::CONSUMER_ROLE_USER) chosen = passed;
  }
  if (chosen.emotion_basis == v1::EMOTION_BASIS_UNSPECIFIED) return;
  facts->set_emotion(chosen.emotion);
  facts->set_emotion_basis(chosen.emotion_basis);
}

void DropEntries(int count, JourneyState* journey) {
  internal::v1::Base* base = journey->mutable_base();
  CoverTickets(journey->tickets_size(), base->mutable_progress());
  std::vector<Entry> entries = ReadEntries(*journey);
  for (int i = 0; i < count; ++i) {
    Extend(entries[static_cast<size_t>(i)], journey->names(), base->mutable_progress(),
           base->mutable_facts());
  }
  base->set_entries(base->entries() + static_cast<uint64_t>(count));
  entries.erase(entries.begin(), entries.begin() + count);
  WriteEntries(entries, journey);
  CompactNames(journey);
}

}  // namespace waypost::journey
