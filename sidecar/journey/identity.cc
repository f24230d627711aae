// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/identity.h"

#include "sidecar/base/hash.h"

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

}  // namespace waypost::journey
