// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/letters.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sidecar/base/hash.h"
#include "sidecar/journey/apply.h"
#include "sidecar/journey/due.h"
#include "sidecar/journey/facts.h"
#include "sidecar/journey/identity.h"
#include "sidecar/journey/micros.h"
#include "sidecar/journey/promises.h"

namespace waypost::journey {
namespace {

using internal::v1::Decision;
using internal::v1::JourneyState;
using internal::v1::Letter;
using internal::v1::TicketState;

// When a letter that was given up and stays is to be delivered.
constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

// A parent's letter wakes the rules of the child, a child's only makes it known.
v1::ActorRole SenderOf(v1::EventType type) {
  return type == v1::EVENT_TYPE_CHILD_LINKED ? v1::ACTOR_ROLE_WAYPOST : v1::ACTOR_ROLE_SYSTEM;
}

void Write(v1::EventType type, const std::string& to, const Situation& situation,
           Decision* decision) {
  const v1::TicketEvent& cause = situation.event();
  const int64_t now = absl::ToUnixMicros(situation.now());
  Letter* letter = decision->add_letters();
  letter->set_written_at(now);
  letter->set_not_before(now);
  v1::TicketEvent* event = letter->mutable_event();
  // The same whenever the same cause is evaluated, and another for every other letter.
  event->set_event_id(absl::StrCat(
      "letter-", HashToHex(StableHash(absl::StrCat(DecisionId(cause), "/", type, "/", to))), "-",
      HashToHex(StableHash(absl::StrCat(to, "/", cause.event_id())))));
  event->set_tenant(cause.tenant());
  event->set_source(cause.source());
  SetTime(now, event->mutable_occurred_at());
  event->set_type(type);
  event->mutable_ticket()->set_ref(to);
  event->mutable_actor()->set_role(SenderOf(type));
  event->set_relative_ref(situation.ticket().ref());
}

bool IsLinkedNow(const Situation& situation) {
  const auto& events = situation.folded().events;
  return std::any_of(events.begin(), events.end(), [](const v1::DerivedEvent& event) {
    return event.type() == v1::EVENT_TYPE_LINKED;
  });
}

Letter* Find(std::string_view event_id, JourneyState* journey) {
  for (Letter& letter : *journey->mutable_letters()) {
    if (letter.event().event_id() == event_id) return &letter;
  }
  return nullptr;
}

}  // namespace

void WriteLetters(const Situation& situation, Decision* decision) {
  const Folded& folded = situation.folded();
  if (folded.ticket < 0 || folded.overtaken) return;
  const TicketState& ticket = situation.journey().tickets(folded.ticket);
  const std::string& parent = ticket.ticket().parent_ref();
  if (IsLinkedNow(situation) && !parent.empty() && parent != kUnknownGroup &&
      parent != ticket.ticket().ref()) {
    Write(v1::EVENT_TYPE_CHILD_LINKED, parent, situation, decision);
  }
  if (ticket.children().empty() || !TellsNews(situation)) return;
  for (const std::string& child : ticket.children()) {
    Write(v1::EVENT_TYPE_PARENT_NEWS, child, situation, decision);
  }
}

ParentLetter FindParentLetter(const Situation& situation) {
  if (IsLinkedNow(situation)) return ParentLetter::kWritten;
  const std::string& child = situation.ticket().ref();
  const std::string& parent = situation.ticket().parent_ref();
  for (const Letter& letter : situation.journey().letters()) {
    if (letter.event().type() != v1::EVENT_TYPE_CHILD_LINKED ||
        letter.event().relative_ref() != child || letter.event().ticket().ref() != parent) {
      continue;
    }
    return letter.not_before() > letter.written_at() ? ParentLetter::kReturned
                                                     : ParentLetter::kWritten;
  }
  return ParentLetter::kDelivered;
}

void TakeChild(const v1::TicketEvent& event, TicketState* ticket) {
  if (event.type() != v1::EVENT_TYPE_CHILD_LINKED || event.relative_ref().empty()) return;
  auto* children = ticket->mutable_children();
  const bool known =
      std::find(children->begin(), children->end(), event.relative_ref()) != children->end();
  if (!known && children->size() < kMaxChildren) *children->Add() = event.relative_ref();
}

absl::Time NextLetter(const PersonRecord& record) {
  absl::Time next = absl::InfiniteFuture();
  for (const JourneyState& journey : record.journeys) {
    for (const Letter& letter : journey.letters()) {
      if (letter.not_before() == kNever) continue;
      next = std::min(next, absl::FromUnixMicros(letter.not_before()));
    }
  }
  return next;
}

absl::Time NextWork(const rules::RuleSet& rules, const PersonRecord& record) {
  return std::min(NextDue(rules, record), NextLetter(record));
}

std::vector<Letter> LettersDue(const PersonRecord& record, absl::Time now) {
  std::vector<Letter> due;
  for (const JourneyState& journey : record.journeys) {
    for (const Letter& letter : journey.letters()) {
      if (absl::FromUnixMicros(letter.not_before()) <= now) due.push_back(letter);
    }
  }
  return due;
}

Decision SettleLetter(const Letter& letter, LetterOutcome outcome, absl::Time now,
                      uint64_t position, PersonRecord* record) {
  Decision decision;
  decision.set_due_at(letter.not_before());
  decision.set_decided_at(absl::ToUnixMicros(now));
  const std::string& id = letter.event().event_id();
  const auto holder =
      std::find_if(record->journeys.begin(), record->journeys.end(),
                   [&](JourneyState& journey) { return Find(id, &journey) != nullptr; });
  if (holder == record->journeys.end()) return decision;
  decision.mutable_placement()->set_journey_id(holder->id());
  v1::Enrichment* enrichment = decision.mutable_enrichment();
  enrichment->set_journey_id(holder->id());
  enrichment->set_decision_id(
      absl::StrCat("d-", HashToHex(StableHash(absl::StrCat(id, "/", letter.not_before())))));
  const absl::Time given_up = absl::FromUnixMicros(letter.written_at()) + kLetterLife;
  const bool to_parent = letter.event().type() == v1::EVENT_TYPE_CHILD_LINKED;
  if (outcome == LetterOutcome::kRecorded || (now >= given_up && !to_parent)) {
    decision.add_settled_letter_ids(id);
  } else {
    Letter* put_off = decision.add_letters();
    *put_off = letter;
    put_off->set_not_before(now >= given_up ? kNever : absl::ToUnixMicros(now + kLetterRetry));
  }
  ApplyDue(decision, position, static_cast<size_t>(holder - record->journeys.begin()), record);
  return decision;
}

void ApplyLetters(const Decision& decision, JourneyState* journey) {
  auto* letters = journey->mutable_letters();
  const auto& settled = decision.settled_letter_ids();
  letters->erase(std::remove_if(letters->begin(), letters->end(),
                                [&](const Letter& letter) {
                                  return std::find(settled.begin(), settled.end(),
                                                   letter.event().event_id()) != settled.end();
                                }),
                 letters->end());
  for (const Letter& letter : decision.letters()) {
    Letter* known = Find(letter.event().event_id(), journey);
    *(known == nullptr ? letters->Add() : known) = letter;
  }
}

}  // namespace waypost::journey
