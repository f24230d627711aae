// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/identity.h"

#include "absl/strings/str_cat.h"
#include "sidecar/base/hash.h"
#include "sidecar/base/keyed_hash.h"

namespace waypost::journey {
namespace {

uint64_t HashOf(const v1::TicketEvent& event) {
  std::string_view tenant = event.tenant();
  if (tenant.empty()) {
    tenant = "default";
  }
  const uint64_t hash =
      StableHashCombine(StableHashCombine(StableHash(tenant), event.event_id()), event.source());
  return StableHashCombine(hash, event.has_ticket() ? event.ticket().ref() : event.actor().id());
}

std::string Name(char kind, uint64_t hash) {
  std::string name(1, kind);
  name += '-';
  name += HashToHex(hash);
  return name;
}

}  // namespace

std::string DecisionId(const v1::TicketEvent& event) { return Name('d', HashOf(event)); }

std::string ActionId(char kind, const v1::TicketEvent& event, std::string_view rule_id) {
  return Name(kind, StableHashCombine(HashOf(event), rule_id));
}

std::string SurveyIdOfClosure(const internal::v1::JourneyState& journey, int ticket,
                              std::string_view rule_id, std::string_view secret) {
  const internal::v1::TicketState& state = journey.tickets(ticket);
  const std::string comeback = std::to_string(journey.progress().tickets(ticket).reopens());
  return absl::StrCat("s-",
                      KeyedHash(secret, {"closure", journey.tenant(), journey.id(), state.source(),
                                         state.ticket().ref(), comeback, rule_id}));
}

std::string SurveyIdOfEvent(const v1::TicketEvent& event, std::string_view rule_id,
                            std::string_view secret) {
  return absl::StrCat("s-", KeyedHash(secret, {"event", DecisionId(event), rule_id}));
}

}  // namespace waypost::journey
