// SPDX-License-Identifier: Apache-2.0
// What the gates of a survey look at.
#pragma once

#include "sidecar/journey/situation.h"
#include "sidecar/journey/survey_case.h"
#include "waypost/internal/v1/state.pb.h"
#include "waypost/v1/enrichment.pb.h"

namespace waypost::journey {

// Borrows all it holds.
struct SurveyContext {
  const SurveyCase& asked;
  const Situation& situation;
  const v1::Enrichment& decided;  // so far, by the same decision

  [[nodiscard]] const internal::v1::JourneyState& journey() const { return situation.journey(); }
  // Its number; -1: there is none.
  [[nodiscard]] int ticket() const { return situation.folded().ticket; }
  // Of the ticket; there is one.
  [[nodiscard]] const internal::v1::TicketProgress& progress() const {
    return journey().progress().tickets(ticket());
  }
};

}  // namespace waypost::journey
