// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/digest.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "sidecar/journey/attention.h"
#include "sidecar/journey/derive.h"
#include "sidecar/journey/identity.h"
#include "sidecar/journey/possession.h"
#include "sidecar/journey/situation.h"
#include "sidecar/journey/update_gates.h"
#include "sidecar/journey/updates.h"
#include "sidecar/rules/matcher.h"
#include "sidecar/text/duration_text.h"

namespace waypost::journey {
namespace {

using internal::v1::Contact;
using internal::v1::Decision;
using internal::v1::DigestItem;
using internal::v1::JourneyState;

const std::string& RefOf(const DigestItem& item) {
  return item.update().status_update().ticket_ref();
}

// The number of the item's ticket in its journey; -1 when it is not there.
int TicketOf(const DigestItem& item, const JourneyState& journey) {
  return FindTicketIn(journey, RefOf(item));
}

std::string TimeZoneOf(const PersonRecord& record) {
  const JourneyState& journey = record.journeys[DigestJourney(record)];
  const int ticket = TicketOf(*record.person.digest().rbegin(), journey);
  return ticket < 0 ? "" : journey.tickets(ticket).ticket().requester().time_zone();
}

absl::Time InMorning(absl::Time at, const rules::RuleSet& rules, const PersonRecord& record) {
  return AfterQuietHours(at, rules.caps, TimeZoneOf(record),
                         absl::StrCat(record.person.tenant(), "/", record.person.person_id()));
}

bool ToldSince(const DigestItem& item, const PersonRecord& record) {
  return std::any_of(record.person.contacts().begin(), record.person.contacts().end(),
                     [&](const Contact& contact) {
                       return contact.at() > item.update().decided_at() &&
                              contact.kind() == internal::v1::CONTACT_KIND_NOTICE &&
                              contact.journey_id() == item.journey_id() &&
                              contact.ticket_ref() == RefOf(item);
                     });
}

// What became of the item's ticket; empty when the update is still true.
std::string WhatHappened(const DigestItem& item, const rules::UpdateAction& update,
                         const JourneyState& journey, const PersonRecord& record) {
  const int number = TicketOf(item, journey);
  if (number >= 0) {
    const internal::v1::TicketProgress& ticket = journey.progress().tickets(number);
    if (!IsOpen(ticket) && !IsEnded(item.update().category())) return "The ticket has ended.";
    if (std::string why = WhyOutdated(item.update(), update, ticket); !why.empty()) return why;
  }
  return ToldSince(item, record) ? "The person was told about the ticket since." : "";
}

Gate StillNeeded(const DigestItem& item, const rules::Rule* rule, const PersonRecord& record,
                 absl::Duration late) {
  if (late > kLongestDelay) {
    return {kTooLate, false,
            absl::StrCat("It was due ", DurationText(late), " ago, when nobody could look.")};
  }
  const int number = FindJourney(item.journey_id(), record);
  if (number < 0) return {kSuperseded, false, "The journey has ended."};
  if (rule == nullptr || !rule->update.has_value()) {
    return {kSuperseded, false, "The rules file has no such update any more."};
  }
  const JourneyState& journey = record.journeys[static_cast<size_t>(number)];
  std::string why = WhatHappened(item, *rule->update, journey, record);
  return {kSuperseded, why.empty(), std::move(why)};
}

absl::StatusOr<v1::StatusUpdate> Render(const DigestItem& item, const rules::Rule& rule,
                                        const rules::RuleSet& rules, const v1::TicketEvent& event,
                                        const PersonRecord& record, absl::Time now,
                                        const Outlook* outlook, v1::Enrichment* decided) {
  const auto number = static_cast<size_t>(FindJourney(item.journey_id(), record));
  Folded folded;
  folded.journey = number;
  folded.ticket = TicketOf(item, record.journeys[number]);
  folded.at = absl::ToUnixMicros(now);
  folded.events.push_back(item.update().derived());
  Situation situation(rules, event, record, folded, now, outlook);
  situation.bindings().SetDerived(folded.events.front());
  absl::StatusOr<v1::StatusUpdate> update = RenderUpdate(rule, true, &situation);
  situation.TellExpectation(decided);
  return update;
}

void AddText(const v1::StatusUpdate& part, const std::string& id, v1::StatusUpdate* digest) {
  if (digest->text().empty()) {
    digest->set_language(part.language());
    digest->set_rule_id(part.rule_id());
  }
  absl::StrAppend(digest->mutable_text(), digest->text().empty() ? "" : "\n\n", part.text());
  digest->add_digest_of(id);
}

}  // namespace

absl::Time DigestDue(const rules::RuleSet& rules, const PersonRecord& record, absl::Time before) {
  const internal::v1::PersonState& person = record.person;
  if (person.digest().empty() || record.journeys.empty()) return absl::InfiniteFuture();
  absl::Time due = absl::FromUnixMicros(person.digest(0).update().decided_at()) + kDigestWait;
  if (due >= before) return absl::InfiniteFuture();  // what follows only puts it off
  const std::vector<absl::Time> updates = ContactTimes(person, due - kDay, IsUpdate);
  const std::vector<absl::Time> all =
      ContactTimes(person, due - kWeek, [](const Contact&) { return true; });
  due = FreeFrom(due, rules.caps.updates_per_person_per_day, kDay, updates);
  due = FreeFrom(due, rules.caps.messages_per_person_per_week, kWeek, all);
  due = std::max(due, absl::FromUnixMicros(person.digest_not_before()));
  return InMorning(due, rules, record);
}

size_t DigestJourney(const PersonRecord& record) {
  const auto& items = record.person.digest();
  for (auto item = items.rbegin(); item != items.rend(); ++item) {
    if (const int number = FindJourney(item->journey_id(), record); number >= 0) {
      return static_cast<size_t>(number);
    }
  }
  return record.journeys.size() - 1;
}

void DecideDigest(const rules::RuleSet& rules, const v1::TicketEvent& event,
                  const PersonRecord& record, absl::Time due, absl::Time now,
                  const Outlook* outlook, Decision* decision) {
  if (const absl::Time morning = InMorning(now, rules, record); morning > now) {
    decision->set_digest_not_before(absl::ToUnixMicros(morning));
    return;
  }
  v1::Enrichment& decided = *decision->mutable_enrichment();
  v1::StatusUpdate digest;
  for (const DigestItem& item : record.person.digest()) {
    decision->add_settled_digest_ids(item.update().id());
    const rules::Rule* rule = rules.FindRule(item.update().rule_id());
    if (const Gate gate = StillNeeded(item, rule, record, now - due); !gate.passed) {
      SuppressUpdate(item.update().status_update(), gate, &decided);
      continue;
    }
    const auto part = Render(item, *rule, rules, event, record, now, outlook, &decided);
    if (part.ok()) {
      AddText(*part, item.update().id(), &digest);
    } else {
      rules::AddRuleError(rule->id, rule->location, std::string(part.status().message()),
                          decided.mutable_rule_errors());
    }
  }
  if (digest.digest_of().empty()) return;
  digest.set_id(ActionId('u', event, "digest"));
  decided.add_rule_ids(digest.rule_id());
  *decided.add_status_updates() = std::move(digest);
}

void PutIntoDigest(internal::v1::PendingAction update, const Situation& situation,
                   Decision* decision) {
  const auto& waiting = situation.person().digest();
  const int leaving = waiting.size() + decision->digest_size() + 1 - kMaxDigestItems;
  const Gate full{kPersonCap, false,
                  absl::StrCat("The digest holds the newest ", kMaxDigestItems, " updates.")};
  for (int number = 0; number < std::min(leaving, waiting.size()); ++number) {
    const internal::v1::PendingAction& oldest = waiting[number].update();
    const auto& settled = decision->settled_digest_ids();
    if (std::find(settled.begin(), settled.end(), oldest.id()) != settled.end()) continue;
    decision->add_settled_digest_ids(oldest.id());
    SuppressUpdate(oldest.status_update(), full, decision->mutable_enrichment());
  }
  DigestItem* item = decision->add_digest();
  *item->mutable_update() = std::move(update);
  item->set_journey_id(situation.journey().id());
}

void ApplyDigest(const Decision& decision, internal::v1::PersonState* person) {
  auto* items = person->mutable_digest();
  const auto leaves = [&](const DigestItem& item) {
    const auto& settled = decision.settled_digest_ids();
    return std::find(settled.begin(), settled.end(), item.update().id()) != settled.end();
  };
  items->erase(std::remove_if(items->begin(), items->end(), leaves), items->end());
  for (const DigestItem& item : decision.digest()) *items->Add() = item;
  if (decision.digest_not_before() != 0)
    person->set_digest_not_before(decision.digest_not_before());
  if (items->empty()) person->clear_digest_not_before();
}

}  // namespace waypost::journey
