// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/digest.h"

#include <algorithm>
#include <optional>
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

namespace waypost::journey {
namespace {

using internal::v1::Contact;
using internal::v1::Decision;
using internal::v1::DigestItem;
using internal::v1::JourneyState;

// Updates that wait for one digest at most; the oldest go.
constexpr int kMaxItems = 50;

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

// Why the update is not needed any more; nothing when it is.
std::optional<std::string> WhyNot(const DigestItem& item, const rules::Rule* rule,
                                  const PersonRecord& record) {
  const int number = FindJourney(item.journey_id(), record);
  if (number < 0) return "The journey has ended.";
  if (rule == nullptr || !rule->update.has_value()) {
    return "The rules file has no such update any more.";
  }
  const JourneyState& journey = record.journeys[static_cast<size_t>(number)];
  const int ticket = TicketOf(item, journey);
  if (ticket >= 0 && !IsOpen(journey.progress().tickets(ticket)) &&
      !IsEnded(item.update().category())) {
    return "The ticket has ended.";
  }
  if (ToldSince(item, record)) return "The person was told about the ticket since.";
  return std::nullopt;
}

absl::StatusOr<v1::StatusUpdate> Render(const DigestItem& item, const rules::Rule& rule,
                                        const rules::RuleSet& rules, const v1::TicketEvent& event,
                                        const PersonRecord& record, absl::Time now) {
  const auto number = static_cast<size_t>(FindJourney(item.journey_id(), record));
  Folded folded;
  folded.journey = number;
  folded.ticket = TicketOf(item, record.journeys[number]);
  folded.at = absl::ToUnixMicros(now);
  folded.events.push_back(item.update().derived());
  Situation situation(rules, event, record, folded, now);
  situation.bindings().SetDerived(folded.events.front());
  return RenderUpdate(rule, true, &situation);
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

absl::Time DigestDue(const rules::RuleSet& rules, const PersonRecord& record) {
  const internal::v1::PersonState& person = record.person;
  if (person.digest().empty() || record.journeys.empty()) return absl::InfiniteFuture();
  const std::vector<absl::Time> all = ContactTimes(person, [](const Contact&) { return true; });
  const std::vector<absl::Time> updates = ContactTimes(person, IsUpdate);
  absl::Time due = absl::FromUnixMicros(person.digest(0).update().decided_at()) + kDigestWait;
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
                  const PersonRecord& record, absl::Time now, Decision* decision) {
  if (const absl::Time morning = InMorning(now, rules, record); morning > now) {
    decision->set_digest_not_before(absl::ToUnixMicros(morning));
    return;
  }
  v1::Enrichment& decided = *decision->mutable_enrichment();
  v1::StatusUpdate digest;
  for (const DigestItem& item : record.person.digest()) {
    decision->add_settled_digest_ids(item.update().id());
    const rules::Rule* rule = rules.FindRule(item.update().rule_id());
    if (const auto reason = WhyNot(item, rule, record); reason.has_value()) {
      SuppressUpdate(item.update().status_update(), {kSuperseded, false, *reason}, &decided);
      continue;
    }
    const auto part = Render(item, *rule, rules, event, record, now);
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
  if (const int excess = items->size() - kMaxItems; excess > 0) items->DeleteSubrange(0, excess);
}

}  // namespace waypost::journey
