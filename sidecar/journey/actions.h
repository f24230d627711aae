// SPDX-License-Identifier: Apache-2.0
// What the rules that matched want done, through the gates.
#pragma once

#include "sidecar/journey/positions.h"
#include "sidecar/journey/situation.h"
#include "sidecar/rules/matcher.h"
#include "waypost/internal/v1/state.pb.h"
#include "waypost/v1/enrichment.pb.h"

namespace waypost::journey {

// Adds the annotations that every answer carries when the user moved: journey.id, journey.stage,
// journey.touchpoint and journey.owner (empty where nobody answers for the touchpoint). None when
// the ticket had the same before. `decided` has its positions.
void AnnotateMove(const Situation& situation, v1::Enrichment* decided);

// Adds what one rule wants: alert, status update, survey decision and annotations. `decision` has
// its positions and what the rules before it decided. A text that cannot be rendered keeps the
// whole rule from acting and is recorded among the rule errors.
void ActOnRule(const rules::Rule& rule, const rules::Match& match, Situation* situation,
               internal::v1::Decision* decision);

}  // namespace waypost::journey
