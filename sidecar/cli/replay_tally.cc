// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cli/replay_tally.h"

#include <algorithm>

#include "sidecar/journey/survey_requests.h"
#include "sidecar/rules/vocabulary.h"

namespace waypost::cli {
namespace {

constexpr size_t kRejectionsShown = 10;

}  // namespace

size_t ReplayTally::TicketOf(const std::string& tenant, const std::string& source,
                             const std::string& ref) {
  key_.assign(tenant).append(1, '\0').append(source);
  key_.append(1, '\0').append(ref);
  const auto [place, is_new] = ticket_numbers_.try_emplace(key_, tickets_.size());
  if (is_new) {
    tickets_.emplace_back();
    tickets_.back().source = source;
    tickets_.back().ref = ref;
  }
  return place->second;
}

void ReplayTally::Add(const v1::TicketEvent& event, const v1::Enrichment& enrichment) {
  ++events_;
  late_ += enrichment.late() ? 1 : 0;
  rule_errors_ += enrichment.rule_errors_size();
  const size_t ticket = event.has_ticket()
                            ? TicketOf(event.tenant(), event.source(), event.ticket().ref())
                            : kNoTicket;
  for (const v1::DerivedEvent& derived : enrichment.events()) {
    ++derived_[derived.type()];
    if (ticket != kNoTicket) {
      ++tickets_[ticket].derived[derived.type()];
    }
  }
  if (ticket != kNoTicket) {
    ++tickets_[ticket].events;
  }
  CountActions(enrichment, false);
  CountRules(enrichment, ticket);
  if (enrichment.unmapped()) {
    CountUnmapped(event, enrichment);
  }
}

void ReplayTally::AddDue(const internal::v1::Decision& decision,
                         const journey::PersonRecord& person) {
  ++due_;
  const v1::Enrichment& enrichment = decision.enrichment();
  rule_errors_ += enrichment.rule_errors_size();
  size_t ticket = kNoTicket;
  const int journey = journey::FindJourney(decision.placement().journey_id(), person);
  if (journey >= 0 && decision.ticket() > 0) {
    const internal::v1::JourneyState& state = person.journeys[static_cast<size_t>(journey)];
    const int number = static_cast<int>(decision.ticket()) - 1;
    if (number < state.tickets_size()) {
      const internal::v1::TicketState& named = state.tickets(number);
      ticket = TicketOf(state.tenant(), named.source(), named.ticket().ref());
    }
  }
  CountActions(enrichment, true);
  CountRules(enrichment, ticket);
}

void ReplayTally::CountActions(const v1::Enrichment& enrichment, bool by_time) {
  for (const v1::ExperienceAlert& alert : enrichment.alerts()) {
    RuleTally& rule = rules_[alert.rule_id()];
    ++rule.alerts;
    rule.shadow += alert.shadow() ? 1 : 0;
    rule.by_time += by_time ? 1 : 0;
  }
  for (const v1::StatusUpdate& update : enrichment.status_updates()) {
    RuleTally& rule = rules_[update.rule_id()];
    ++rule.updates;
    rule.shadow += update.shadow() ? 1 : 0;
    rule.by_time += by_time ? 1 : 0;
  }
  for (const v1::SurveyDecision& survey : enrichment.surveys()) {
    const bool sent = survey.outcome() == v1::SURVEY_OUTCOME_SEND;
    const bool not_sent = survey.outcome() == v1::SURVEY_OUTCOME_DO_NOT_SEND &&
                          survey.reason_code() != journey::kHandedOver;
    if (!sent && !not_sent) continue;  // not decided yet, or before
    RuleTally& rule = rules_[survey.rule_id()];
    rule.surveys_sent += sent ? 1 : 0;
    rule.surveys_not_sent += not_sent ? 1 : 0;
    rule.shadow += survey.shadow() ? 1 : 0;
    rule.by_time += by_time ? 1 : 0;
  }
}

void ReplayTally::CountRules(const v1::Enrichment& enrichment, size_t ticket) {
  for (const std::string& id : enrichment.rule_ids()) {
    if (ticket == kNoTicket) {
      continue;
    }
    std::vector<bool>& touched = rule_tickets_[id];
    if (touched.size() <= ticket) {
      touched.resize(std::max(ticket + 1, touched.size() * 2));
    }
    if (!touched[ticket]) {
      touched[ticket] = true;
      ++rules_[id].tickets;
    }
  }
}

void ReplayTally::CountUnmapped(const v1::TicketEvent& event, const v1::Enrichment& enrichment) {
  ++unmapped_;
  const v1::EventType type =
      enrichment.events_size() == 0 ? v1::EVENT_TYPE_UNSPECIFIED : enrichment.events(0).type();
  const std::string& channel =
      event.has_signal() ? event.signal().channel() : event.ticket().channel();
  ++groups_[{event.source(), rules::EventTypeName(type), event.signal().name(), channel}];
}

void ReplayTally::Reject(int64_t line, std::string_view reason) {
  if (++rejected_ <= static_cast<int64_t>(kRejectionsShown)) {
    rejections_.push_back({line, std::string(reason)});
  }
}

int64_t ReplayTally::TicketsWith(v1::EventType type) const {
  return std::count_if(tickets_.begin(), tickets_.end(),
                       [type](const TicketTally& ticket) { return ticket.derived[type] > 0; });
}

std::vector<ReplayTally::UnmappedGroup> ReplayTally::TopUnmapped(size_t limit) const {
  std::vector<UnmappedGroup> groups;
  for (const auto& [key, count] : groups_) {
    const auto& [source, type, signal, channel] = key;
    groups.push_back({source, type, signal, channel, count});
  }
  std::stable_sort(groups.begin(), groups.end(),
                   [](const UnmappedGroup& left, const UnmappedGroup& right) {
                     return left.count > right.count;
                   });
  groups.resize(std::min(limit, groups.size()));
  return groups;
}

}  // namespace waypost::cli
