// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/clock_setback.h"

#include "sidecar/journey/attention.h"

namespace waypost::journey {

void ForgetFuture(absl::Time now, PersonRecord* record) {
  const int64_t present = absl::ToUnixMicros(now);
  const int64_t limit = absl::ToUnixMicros(now + kWeek);
  const auto known = [&](int64_t at) { return at > limit ? present : at; };
  internal::v1::PersonState& person = record->person;
  for (internal::v1::Contact& contact : *person.mutable_contacts()) {
    contact.set_at(known(contact.at()));
  }
  person.set_digest_not_before(known(person.digest_not_before()));
  for (internal::v1::JourneyState& journey : record->journeys) {
    journey.set_told_at(known(journey.told_at()));
    for (internal::v1::SilenceMark& mark : *journey.mutable_silence_marks()) {
      mark.set_at(known(mark.at()));
    }
  }
}

}  // namespace waypost::journey
