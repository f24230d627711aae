// SPDX-License-Identifier: Apache-2.0
// The clock ran far ahead for a while and was set back.
#pragma once

#include "absl/time/time.h"
#include "sidecar/journey/person_record.h"

namespace waypost::journey {

// What the person was told in a future more than a week after `now` counts as told now: it would
// keep Waypost silent until then. A nearer future passes soon enough by itself. Call before an
// event is decided on at `now`; the same live and on replay.
void ForgetFuture(absl::Time now, PersonRecord* record);

}  // namespace waypost::journey
