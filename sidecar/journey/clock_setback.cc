// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/clock_setback.h"

#include "sidecar/journey/attention.h"

namespace waypost::journey {

void ForgetFuture(absl::Time now, PersonRecord* record) {
  const int64_t present = absl::ToUnixMicros(now);
  const int64_t limit = absl::ToUnixMicros(now + kWeek);
  internal::v1::PersonState& person = record->person;
  for (internal::v1::Contact& contact : *person.mutable_contacts()) {
    if (contact.at() > limit) contact.set_at(present);
  }
  if (person.digest_not_before() > limit) person.set_digest_not_before(present);
  for (internal::v1::JourneyState& journey : record->journeys) {
    if (journey.told_at() > limit) journey.set_told_at(present);
    for (internal::v1::SilenceMark& mark : *journey.mutable_silence_marks()) {
      if (mark.at() > limit) mark.set_at(present);
    }
  }
}

}  // namespace waypost::journey
