// SPDX-License-Identifier: Apache-2.0
#include "sidecar/expectation/observation.h"

#include <algorithm>

#include "sidecar/base/hash.h"

namespace waypost::expectation {

using internal::v1::ExpectationObservation;

uint64_t TicketKey(std::string_view source, std::string_view ref) {
  return StableHashCombine(StableHash(source), ref);
}

int64_t ToSeconds(absl::Time time) {
  return std::clamp<int64_t>(absl::ToUnixSeconds(time), 0, kLastSecond);
}

ExpectationObservation Observe(uint64_t ticket, absl::Time opened_at,
                               const TicketFeatures& features, absl::Time at) {
  if (features.status == v1::STATUS_CATEGORY_CANCELED) return ObserveWithdrawal(ticket, at);
  ExpectationObservation observation;
  observation.set_key(ticket);
  observation.set_at(ToSeconds(at));
  if (IsEnded(features.status)) {
    observation.set_outcome(internal::v1::EXPECTATION_OUTCOME_RESOLVED);
    return observation;
  }
  const TicketTraits traits = TraitsOf(features);
  observation.set_opened_at(ToSeconds(opened_at));
  observation.set_group(traits.group);
  observation.set_service(traits.service);
  observation.set_progress(traits.progress);
  return observation;
}

ExpectationObservation ObserveWithdrawal(uint64_t ticket, absl::Time at) {
  ExpectationObservation observation;
  observation.set_key(ticket);
  observation.set_at(ToSeconds(at));
  observation.set_outcome(internal::v1::EXPECTATION_OUTCOME_WITHDRAWN);
  return observation;
}

}  // namespace waypost::expectation
