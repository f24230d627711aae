// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/apply.h"

#include <algorithm>
#include <string>

#include "sidecar/journey/alerts.h"
#include "sidecar/journey/digest.h"
#include "sidecar/journey/entries.h"
#include "sidecar/journey/facts.h"
#include "sidecar/journey/feedback.h"
#include "sidecar/journey/letters.h"
#include "sidecar/journey/micros.h"
#include "sidecar/journey/names.h"
#include "sidecar/journey/promises.h"
#include "sidecar/journey/roles.h"
#include "sidecar/journey/survey_requests.h"

namespace waypost::journey {
namespace {

using internal::v1::Decision;
using internal::v1::Entry;
using internal::v1::JourneyState;
using internal::v1::RoleState;

constexpr int kMaxSurveys = 100;

void PassTouchpoint(const v1::TouchpointPassed& touchpoint, JourneyState* journey, Entry* entry) {
  RoleState* role = MutableRole(touchpoint.role(), journey);
  CountTouchpoint(touchpoint.kind(), role);
  std::string* names = journey->mutable_names();
  Passed passed;
  passed.role = touchpoint.role();
  passed.touchpoint = Intern(touchpoint.touchpoint_id(), role->touchpoint(), names);
  passed.stage = Intern(touchpoint.stage(), role->stage(), names);
  passed.owner = Intern(touchpoint.owner_id(), role->owner(), names);
  passed.kind = touchpoint.kind();
  passed.emotion = touchpoint.emotion();
  passed.emotion_basis = touchpoint.emotion_basis();
  passed.visibility = touchpoint.visibility();
  AddPassed(passed, entry);
}

// The touchpoint that the role just passed has most of the position's names already.
Passed PassedBy(v1::ConsumerRole role, const Entry& decided) {
  for (int i = 0; i < CountPassed(decided); ++i) {
    const Passed passed = GetPassed(decided, i);
    if (passed.role == role) return passed;
  }
  return {};
}

void TakePosition(const v1::JourneyPosition& position, int64_t at, const Entry& decided,
                  JourneyState* journey) {
  RoleState* role = MutableRole(position.role(), journey);
  std::string* names = journey->mutable_names();
  const Passed passed = position.moved() ? PassedBy(position.role(), decided)
                                         : Passed{.touchpoint = role->touchpoint(),
                                                  .stage = role->stage(),
                                                  .owner = role->owner()};
  role->set_definition(Intern(position.journey_definition_id(), role->definition(), names));
  role->set_stage(Intern(position.stage(), passed.stage, names));
  role->set_touchpoint(Intern(position.touchpoint_id(), passed.touchpoint, names));
  role->set_owner(Intern(position.owner_id(), passed.owner, names));
  role->set_kind(position.touchpoint_kind());
  role->set_visibility(position.visibility());
  EnterStage(role->stage(), at, role);
}

bool HasEmotion(const Entry& entry) {
  if (entry.said() != 0) return true;
  for (int i = 0; i < CountPassed(entry); ++i) {
    if (GetPassed(entry, i).emotion_basis != v1::EMOTION_BASIS_UNSPECIFIED) return true;
  }
  return false;
}

// The emotion of entry `number` counts unless a later entry has one.
void TakeEmotionAt(int number, const Entry& decided, JourneyState* journey) {
  if (!HasEmotion(decided)) return;
  bool later = false;
  if (number + 1 < static_cast<int>(journey->entry_count())) {
    int i = 0;
    ForEachEntry(*journey,
                 [&](const Entry& entry) { later = later || (i++ > number && HasEmotion(entry)); });
  }
  if (!later) TakeEmotion(decided, journey->mutable_facts());
}

// Replaces the item for which `same` holds, or adds it.
template <typename Items, typename Item, typename Same>
void Put(const Item& item, const Same& same, Items* items) {
  const auto found = std::find_if(items->begin(), items->end(), same);
  *(found == items->end() ? items->Add() : &*found) = item;
}

// Drops the first items over `limit`, those that are less worth keeping before the others.
template <typename Items, typename Less>
void DropFirst(int limit, const Less& less, Items* items) {
  while (items->size() > limit) {
    const auto first = std::find_if(items->begin(), items->end(), less);
    items->erase(first == items->end() ? items->begin() : first);
  }
}

bool IsRefused(const v1::SurveyDecision& survey) {
  return !survey.shadow() && survey.outcome() == v1::SURVEY_OUTCOME_DO_NOT_SEND &&
         survey.reason_code() != kHandedOver;
}

// A closure counts once, also when it is decided on anew; an answer once, also when it is changed.
void CountSurvey(const v1::SurveyDecision& survey, JourneyState* journey) {
  const v1::SurveyDecision* before = FindSurvey(survey.id(), *journey);
  v1::JourneyFacts* facts = journey->mutable_facts();
  const int refused =
      (IsRefused(survey) ? 1 : 0) - (before != nullptr && IsRefused(*before) ? 1 : 0);
  facts->set_surveys_not_sent(facts->surveys_not_sent() + refused);
  if (!survey.shadow() && survey.outcome() == v1::SURVEY_OUTCOME_SEND) {
    facts->set_surveys_sent(facts->surveys_sent() + 1);
  }
  if (survey.has_answer() && (before == nullptr || !before->has_answer())) {
    facts->set_surveys_answered(facts->surveys_answered() + 1);
  }
}

void RecordSurveys(const Decision& decision, JourneyState* journey) {
  for (const v1::SurveyDecision& survey : decision.enrichment().surveys()) {
    CountSurvey(survey, journey);
    Put(
        survey, [&](const auto& other) { return other.id() == survey.id(); },
        journey->mutable_surveys());
  }
  const auto not_sent = [](const v1::SurveyDecision& survey) {
    return survey.outcome() == v1::SURVEY_OUTCOME_DO_NOT_SEND;
  };
  DropFirst(kMaxSurveys, not_sent, journey->mutable_surveys());
}

// What was asked about a ticket that came back is about the past.
void SupersedeSurveys(const Decision& decision, JourneyState* journey) {
  const auto& events = decision.enrichment().events();
  const bool reopened = std::any_of(
      events.begin(), events.end(),
      [](const v1::DerivedEvent& event) { return event.type() == v1::EVENT_TYPE_REOPENED; });
  if (!reopened) return;
  for (v1::SurveyDecision& survey : *journey->mutable_surveys()) {
    if (survey.has_expires_at()) survey.set_superseded(true);
  }
}

constexpr int kMaxContacts = 256;
constexpr int kMaxDuePositions = 1000;

std::string TicketRef(int ticket, const JourneyState& journey) {
  return ticket < 0 || ticket >= journey.tickets_size() ? ""
                                                        : journey.tickets(ticket).ticket().ref();
}

void AddContact(int64_t at, internal::v1::ContactKind kind, const std::string& rule_id,
                const std::string& action_id, const JourneyState& journey,
                internal::v1::PersonState* person) {
  internal::v1::Contact* contact = person->add_contacts();
  contact->set_at(at);
  contact->set_kind(kind);
  contact->set_rule_id(rule_id);
  contact->set_action_id(action_id);
  contact->set_journey_id(journey.id());
}

// Counted from when it was decided: the event may be old.
void NoteSurvey(const v1::SurveyDecision& survey, const JourneyState& journey,
                internal::v1::PersonState* person) {
  const bool invites = survey.outcome() == v1::SURVEY_OUTCOME_SEND;
  if (survey.shadow() || (!invites && survey.outcome() != v1::SURVEY_OUTCOME_REMIND)) return;
  const auto kind =
      invites ? internal::v1::CONTACT_KIND_SURVEY : internal::v1::CONTACT_KIND_REMINDER;
  AddContact(MicrosOf(survey.decided_at()), kind, survey.rule_id(), survey.id(), journey, person);
  internal::v1::Contact* contact = person->mutable_contacts()->Mutable(person->contacts_size() - 1);
  contact->set_survey_kind(survey.kind());
  contact->set_ticket_ref(survey.ticket_ref());
}

void NoteDigest(const v1::StatusUpdate& digest, internal::v1::PersonState* person) {
  internal::v1::Contact* contact = &*person->mutable_contacts()->rbegin();
  for (const internal::v1::DigestItem& item : person->digest()) {
    const auto& ids = digest.digest_of();
    if (std::find(ids.begin(), ids.end(), item.update().id()) == ids.end()) continue;
    contact->add_digest_ticket_refs(item.update().status_update().ticket_ref());
  }
}

// What the person gets to read, for cool-downs, caps and the clock of silence.
void NoteContacts(const Decision& decision, int64_t at, const std::string& ticket_ref,
                  JourneyState* journey, internal::v1::PersonState* person) {
  for (const v1::StatusUpdate& update : decision.enrichment().status_updates()) {
    if (update.shadow() || update.draft()) continue;
    const auto kind = update.digest_of().empty() ? internal::v1::CONTACT_KIND_NOTICE
                                                 : internal::v1::CONTACT_KIND_DIGEST;
    AddContact(at, kind, update.rule_id(), update.id(), *journey, person);
    person->mutable_contacts()->rbegin()->set_ticket_ref(ticket_ref);
    NoteDigest(update, person);
    journey->set_told_at(std::max(journey->told_at(), at));
  }
  for (const v1::SurveyDecision& survey : decision.enrichment().surveys()) {
    NoteSurvey(survey, *journey, person);
  }
  const auto no_survey = [](const internal::v1::Contact& contact) {
    return contact.kind() != internal::v1::CONTACT_KIND_SURVEY;
  };
  DropFirst(kMaxContacts, no_survey, person->mutable_contacts());
}

void SettleWaiting(const Decision& decision, JourneyState* journey) {
  auto* waiting = journey->mutable_pending();
  const auto& settled = decision.settled_action_ids();
  waiting->erase(std::remove_if(waiting->begin(), waiting->end(),
                                [&](const internal::v1::PendingAction& action) {
                                  return std::find(settled.begin(), settled.end(), action.id()) !=
                                         settled.end();
                                }),
                 waiting->end());
  for (const internal::v1::PendingAction& action : decision.pending()) {
    Put(
        action, [&](const auto& other) { return other.id() == action.id(); }, waiting);
  }
  for (const internal::v1::SilenceMark& mark : decision.silence_marks()) {
    Put(
        mark,
        [&](const auto& other) {
          return other.rule_id() == mark.rule_id() && other.acted() == mark.acted();
        },
        journey->mutable_silence_marks());
  }
}

// What decisions on events and decisions of time have in common.
void ApplyActions(const Decision& decision, int64_t at, int ticket, JourneyState* journey,
                  internal::v1::PersonState* person) {
  // A message leaves when it is decided on, however old the event is that it tells of.
  const int64_t sent_at = decision.decided_at() != 0 ? decision.decided_at() : at;
  ApplyAlerts(decision, at, sent_at, ticket, journey);
  SupersedeSurveys(decision, journey);
  RecordSurveys(decision, journey);
  SettleWaiting(decision, journey);
  ApplyPromises(decision, journey);
  ApplyLetters(decision, journey);
  // Contacts before the digest: it tells about what waited for it until now.
  NoteContacts(decision, sent_at, TicketRef(ticket, *journey), journey, person);
  ApplyDigest(decision, person);
}

}  // namespace

void Apply(const Decision& decision, const Folded& folded, PersonRecord* record) {
  JourneyState* journey = &record->journeys[folded.journey];
  Entry decided;
  for (const v1::TouchpointPassed& touchpoint : decision.touchpoints()) {
    PassTouchpoint(touchpoint, journey, &decided);
  }
  decided.set_provider(
      Intern(decision.provider_id(), journey->provider(), journey->mutable_names()));
  if (!folded.late) journey->set_provider(decided.provider());
  for (const v1::JourneyPosition& position : decision.enrichment().positions()) {
    TakePosition(position, folded.at, decided, journey);
  }
  AddToEntry(folded.entry, decided, journey);
  TakeEmotionAt(folded.entry, decided, journey);
  ApplyActions(decision, folded.at, folded.ticket, journey, &record->person);
}

void ApplyDue(const Decision& decision, uint64_t position, size_t journey, PersonRecord* record) {
  JourneyState* state = &record->journeys[journey];
  auto* positions = state->mutable_due_positions();
  if (positions->size() == kMaxDuePositions) positions->erase(positions->begin());
  positions->Add(position);
  const int ticket = static_cast<int>(decision.ticket()) - 1;
  ApplyActions(decision, decision.decided_at(), ticket, state, &record->person);
}

}  // namespace waypost::journey
