// SPDX-License-Identifier: Apache-2.0
// How long a ticket will still take, learned from the desk's own tickets as they come.
//
// The method in short:
// - Whenever an open ticket reaches one of the ages (`ages`), it is noted in its cells: with the
//   tickets of the same group and progress, of the same group, and so on to all tickets
//   (CellKind). When it is resolved, the note says how long that took. A landmark analysis: van
//   Houwelingen 2007, "Dynamic prediction by landmarking in event history analysis".
// - A prediction takes the narrowest cell of the age reached that has enough resolved tickets which
//   took longer than this one has taken so far. Tickets still open count as "longer than so far"
//   (SurvivalCurve), or else what takes long would be missing until it is over.
// - Of that distribution it quotes not simply the 50 % and 80 % quantile, but those that would have
//   kept 50 % and 80 % of the newest windows at that age (AgeBand).
// - It refuses where it knows too little, and where the measured share of windows kept is too low.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "sidecar/expectation/age_band.h"
#include "sidecar/expectation/features.h"
#include "sidecar/expectation/sample_history.h"
#include "waypost/internal/v1/expectation.pb.h"

namespace waypost::expectation {

// The defaults are those whose coverage is measured on the public log; with them the model stays
// below 16 MiB. Counts are at least 1.
struct ExpectationOptions {
  // Rising; the first is 0. At most 100. Beyond the last one predictions go on from it.
  std::vector<absl::Duration> ages = {absl::ZeroDuration(), absl::Hours(1),   absl::Hours(4),
                                      absl::Hours(8),       absl::Hours(24),  absl::Hours(48),
                                      absl::Hours(72),      absl::Hours(120), absl::Hours(168),
                                      absl::Hours(336),     absl::Hours(720)};
  // Resolved tickets that a cell needs to speak.
  size_t minimum_samples = 30;
  // Newest tickets that a cell keeps.
  size_t cell_size = 256;
  // Newest windows per age by which it recalibrates and measures coverage.
  size_t band_size = 2'000;
  // Share of P80 windows kept below which an age is refused.
  double minimum_coverage = 0.7;
  // Tickets open at the same time; of more, those opened first are no longer watched.
  size_t maximum_open_tickets = 20'000;
  // Tickets that it starts to watch in an hour, the first ones: more teach nothing new, and an
  // import or a flood costs next to nothing beyond them.
  uint32_t maximum_watched_per_hour = 2'000;
  // Entries in all cells; of more, those of the cells least recently added to are dropped.
  size_t maximum_names = 600'000;
  // The longest time that may pass between two calls. See Record().
  absl::Duration maximum_gap = absl::Hours(24) * 90;
};

// Why there is no window. The names (RefusalCode) are stable.
enum class Refusal : uint8_t {
  kNone,             // there is one
  kEnded,            // the ticket is resolved, closed or canceled
  kTooFewTickets,    // no cell has enough resolved tickets that took this long
  kCoverageUnknown,  // too few windows at that age have come true or not yet
  kCoverageTooLow,   // too few of them were kept
};

// "", "ENDED", "TOO_FEW_TICKETS", "COVERAGE_UNKNOWN", "COVERAGE_TOO_LOW".
[[nodiscard]] std::string_view RefusalCode(Refusal refusal);

// What to expect of a ticket, as of now.
struct Expectation {
  Refusal refusal = Refusal::kNone;
  // Half of such tickets are resolved within p50 from now, eight of ten within p80. Whole seconds,
  // never negative, p50 <= p80. Zero when refused.
  absl::Duration p50;
  absl::Duration p80;
  // Where it comes from. Set unless refused for kEnded or kTooFewTickets.
  CellKind cell = CellKind::kAll;
  size_t sample_size = 0;  // resolved tickets of the cell that took longer than this one so far
  absl::Duration age;      // the age at which they were noted, at most that of the ticket
  std::optional<Coverage> coverage;  // measured at that age
};

// How the windows of an age did.
struct AgeCoverage {
  absl::Duration age;
  size_t windows = 0;   // kept for the measurement
  size_t resolved = 0;  // of these, resolved when it was made
  std::optional<Coverage> coverage;
  double p50_level = kP50;  // the quantiles that are quoted
  double p80_level = kP80;
  bool refused = false;         // for its coverage
  absl::Duration median_width;  // of the windows up to P80
};

// Not thread-safe; const calls may run beside each other. Deterministic: the same calls give the
// same answers, also when it is written and read back in between.
class ExpectationModel {
 public:
  explicit ExpectationModel(ExpectationOptions options = {});

  // Takes note of a ticket as it stands after an event; to be called for every event. The opening
  // counts with the first observation only, and not beyond that. A ticket first seen when older
  // than the second age is watched from its next age on. Resolved tickets are learned from,
  // withdrawn ones are not watched any longer; one that is reopened is watched anew, and what was
  // learned stays.
  //
  // Calls should come in the order of time; an earlier one counts for its ticket and turns no clock
  // back. When `at` is more than `maximum_gap` from the newest instant, in either direction, a
  // clock was wrong or the sidecar away: nothing is learned from the tickets that were open, and
  // the clock starts anew. Instants outside of the years 1970 to 9999 count as these.
  void Record(const internal::v1::ExpectationObservation& observation);

  // Lets the open tickets grow older. Record() does so, too; without events it sharpens what is
  // known of those still open.
  void AdvanceTo(absl::Time now);

  // What to expect of a ticket that stands like this, known to the model or not. An opening in the
  // future counts as now. Costs some microseconds.
  [[nodiscard]] Expectation Predict(const TicketFeatures& features, absl::Time opened_at,
                                    absl::Time now) const;

  // Per age, in order.
  [[nodiscard]] std::vector<AgeCoverage> Coverages() const;

  [[nodiscard]] size_t open_tickets() const { return tickets_.size(); }
  // Memory used, about.
  [[nodiscard]] size_t bytes() const;

  // All it knows. The same model gives the same bytes when serialised in the usual way.
  [[nodiscard]] internal::v1::ExpectationState ToState() const;

  // A model that goes on from there. DataLoss when the state is damaged; FailedPrecondition when it
  // was learned with other ages. Start a new one then.
  [[nodiscard]] static absl::StatusOr<ExpectationModel> FromState(
      const internal::v1::ExpectationState& state, ExpectationOptions options = {});

 private:
  struct OpenTicket {
    int64_t opened_at = 0;
    TicketTraits traits;
    uint32_t next_age = 0;
    std::vector<SampleId> samples;
  };
  // Instant and ticket; the earliest first.
  using Due = std::pair<int64_t, uint64_t>;

  struct Found {
    SurvivalCurve curve;
    CellKind cell;
    size_t sample_size;
  };

  // The number of the newest age that was reached.
  [[nodiscard]] size_t AgeReached(int64_t seconds) const;
  // What a cell says if it knows enough; and the narrowest that does.
  [[nodiscard]] std::optional<Found> FindIn(CellKind cell, const CellKeys& keys, int32_t elapsed,
                                            int64_t now) const;
  [[nodiscard]] std::optional<Found> Find(const CellKeys& keys, int32_t elapsed, int64_t now) const;
  void MoveClock(int64_t now);
  void Watch(uint64_t key, int64_t opened_at, const TicketTraits& traits, int64_t at);
  void Reach(OpenTicket* ticket, int64_t now);
  void Schedule(uint64_t key, const OpenTicket& ticket);
  void End(uint64_t key, int64_t at, Outcome outcome);
  void Leave(OpenTicket* ticket, int64_t at, Outcome outcome);
  void LeaveOldest();
  [[nodiscard]] bool TakePlaceInHour(int64_t at);
  [[nodiscard]] bool ReadTicket(const internal::v1::ExpectationTicket& state);

  ExpectationOptions options_;
  std::vector<int64_t> ages_;  // in seconds
  SampleHistory history_;
  std::vector<AgeBand> bands_;
  absl::flat_hash_map<uint64_t, OpenTicket> tickets_;
  std::vector<Due> due_;  // a heap; entries of tickets that ended are passed over
  int64_t newest_at_ = 0;
  int64_t watching_hour_ = 0;  // since 1970
  uint32_t watched_in_hour_ = 0;
};

}  // namespace waypost::expectation
