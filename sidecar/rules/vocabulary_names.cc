// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string>

#include "sidecar/rules/vocabulary.h"

namespace waypost::rules {
namespace {

// The values of a proto enum without gaps, by number; unknown numbers have the name of 0.
template <size_t Size>
const std::string& NameOf(const std::array<std::string, Size>& names, int number) {
  return names[number >= 0 && static_cast<size_t>(number) < Size ? static_cast<size_t>(number) : 0];
}

const std::array<std::string, v1::EventType_ARRAYSIZE>& EventTypeNames() {
  static const auto* const kNames =
      new std::array<std::string, v1::EventType_ARRAYSIZE>{"",
                                                           "created",
                                                           "updated",
                                                           "assigned",
                                                           "status_changed",
                                                           "waiting",
                                                           "resumed",
                                                           "commented",
                                                           "priority_changed",
                                                           "approval_requested",
                                                           "approval_granted",
                                                           "approval_denied",
                                                           "resolved",
                                                           "closed",
                                                           "canceled",
                                                           "reopened",
                                                           "merged",
                                                           "linked",
                                                           "deleted",
                                                           "feedback",
                                                           "signal",
                                                           "silence",
                                                           "promise_due",
                                                           "promise_broken",
                                                           "parent_news",
                                                           "child_linked",
                                                           "survey_requested"};
  return *kNames;
}

}  // namespace

const std::string& EventTypeName(v1::EventType type) { return NameOf(EventTypeNames(), type); }

v1::EventType EventTypeByName(std::string_view name) {
  const auto& names = EventTypeNames();
  for (size_t number = 1; number < names.size(); ++number) {
    if (names[number] == name) {
      return static_cast<v1::EventType>(number);
    }
  }
  return v1::EVENT_TYPE_UNSPECIFIED;
}

const std::string& StatusCategoryName(v1::StatusCategory category) {
  static const auto* const kNames = new std::array<std::string, v1::StatusCategory_ARRAYSIZE>{
      "",         "new",    "open",    "waiting_on_customer", "waiting_on_provider",
      "resolved", "closed", "canceled"};
  return NameOf(*kNames, category);
}

const std::string& ConsumerRoleName(v1::ConsumerRole role) {
  static const auto* const kNames =
      new std::array<std::string, v1::ConsumerRole_ARRAYSIZE>{"", "user", "customer", "sponsor"};
  return NameOf(*kNames, role);
}

const std::string& SeverityName(v1::Severity severity) {
  static const auto* const kNames =
      new std::array<std::string, v1::Severity_ARRAYSIZE>{"", "info", "warning", "critical"};
  return NameOf(*kNames, severity);
}

const std::string& ActorRoleName(v1::ActorRole role) {
  static const auto* const kNames = new std::array<std::string, v1::ActorRole_ARRAYSIZE>{
      "", "customer", "agent", "system", "waypost"};
  return NameOf(*kNames, role);
}

v1::ActorRole ResolveActorRole(const v1::TicketEvent& event, std::string_view requester_id) {
  if (event.actor().role() != v1::ACTOR_ROLE_UNSPECIFIED) {
    return event.actor().role();
  }
  return !requester_id.empty() && event.actor().id() == requester_id ? v1::ACTOR_ROLE_CUSTOMER
                                                                     : v1::ACTOR_ROLE_AGENT;
}

}  // namespace waypost::rules
