// SPDX-License-Identifier: Apache-2.0
// From a rule that wants the person told to the message that is sent, waits or is dropped.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "sidecar/journey/gates.h"
#include "sidecar/journey/situation.h"
#include "sidecar/rules/rule_set.h"
#include "waypost/internal/v1/state.pb.h"
#include "waypost/v1/enrichment.pb.h"

namespace waypost::journey {

// The requester's language, or else the rule set's first.
[[nodiscard]] const std::string& PreferredLanguage(const Situation& situation);

// The message of a rule that has an update, without id, in the requester's language. Its promise is
// counted from the time of the decision. In a digest it makes none, and its part about the next
// news is left out.
[[nodiscard]] absl::StatusOr<v1::StatusUpdate> RenderUpdate(const rules::Rule& rule, bool in_digest,
                                                            Situation* situation);

// Takes the rendered update to its gates (update_gates.h): adds it to the answer, or to what waits
// and to the suppressed actions. An update about the same ticket that waited before is superseded
// unless this one is dropped or a draft. `derived` is what the rule fired on. Returns whether the
// update is in the answer. In shadow mode nothing waits.
bool OfferUpdate(const rules::Rule& rule, const v1::DerivedEvent& derived, v1::StatusUpdate update,
                 const Situation& situation, internal::v1::Decision* decision);

// The same for an update that waited and is due now: its gates are asked again and its text is
// rendered anew. It keeps its id.
void OfferAgain(const internal::v1::PendingAction& waited, Situation* situation,
                internal::v1::Decision* decision);

// Tells of an update that is not sent, or not now.
void SuppressUpdate(const v1::StatusUpdate& update, const Gate& gate, v1::Enrichment* decided);

}  // namespace waypost::journey
