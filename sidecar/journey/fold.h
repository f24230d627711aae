// SPDX-License-Identifier: Apache-2.0
// Puts an event into its journey: facts only, no rules.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "sidecar/journey/event_memory.h"
#include "sidecar/journey/facts.h"
#include "sidecar/journey/person_record.h"
#include "sidecar/rules/rule_set.h"
#include "waypost/internal/v1/state.pb.h"
#include "waypost/v1/enrichment.pb.h"
#include "waypost/v1/ticket.pb.h"

namespace waypost::journey {

// Entries kept per journey. Older ones live on in facts alone.
inline constexpr int kMaxEntries = 1000;

// What Fold did.
struct Folded {
  size_t journey = 0;  // number in PersonRecord::journeys, after Fold
  int ticket = -1;     // number in that journey's tickets; -1 for a lone signal
  int entry = -1;      // number of its entry in that journey
  int64_t at = 0;      // when it happened, in microseconds since 1970-01-01 UTC
  // What the event turned out to be, in the order of Enrichment.events; never empty.
  std::vector<v1::DerivedEvent> events;
  // Older than the newest event known of its journey.
  bool late = false;
  // Older than the newest event known of its ticket; for a lone signal, of its journey. What it
  // tells is of the past.
  bool overtaken = false;
  // The person who waits could see it (IsVisible in visibility.h).
  bool visible = false;
  // What was known when a late event happened, with it counted; nothing for an event in order.
  std::optional<AtTheTime> then;
  internal::v1::Placement placement;
};

// Adds the event to the journey it belongs to, which may be new, and brings facts, snapshot and
// duplicate memory up to date. Pure: no clock, no rules but the stitching windows.
//
// The event was validated (it has a ticket with a ref, or a signal), concerns this person and is no
// duplicate. `position` is its place in the log and grows from event to event. On replay
// `placement` is what was logged and overrides the choice of journey; otherwise nullptr.
//
// A late event is inserted at its place in time and everything is folded anew, so that facts and
// timeline are those of arrival in order (events of the same time stay in the order of arrival).
// Exception: an event older than entries that were dropped is folded right after those.
//
// Costs: constant for events in order, linear in the journey's entries for late ones.
// DATA_LOSS: the placement names a journey that is not there or does not hold the ticket; nothing
// has changed then.
[[nodiscard]] absl::StatusOr<Folded> Fold(const v1::TicketEvent& event, uint64_t position,
                                          const rules::Stitching& stitching,
                                          const internal::v1::Placement* placement,
                                          PersonRecord* record);

}  // namespace waypost::journey
