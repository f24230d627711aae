// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "sidecar/cli/output.h"
#include "sidecar/cli/replay.h"
#include "waypost/v1/insight_service.pb.h"

namespace waypost::cli {

// Sums of what the journeys know at the end of a replay.
struct JourneyTotals {
  int64_t journeys = 0;
  int64_t open = 0;
  int64_t reassignments = 0;
  int64_t bounces = 0;
  int64_t reopens = 0;
  int64_t waits_on_customer = 0;
  int64_t waits_on_provider = 0;
  int64_t status_changes = 0;
  int64_t priority_changes = 0;
  int64_t resolutions = 0;
  int64_t closings = 0;
  int64_t repeats = 0;
  std::vector<std::pair<std::string, int64_t>> by_stage;  // of the user, in the rules' order
  std::vector<v1::MapGap> gaps;                           // of the user, most frequent first
};

// Persons by how many notices they were sent: 0, 1, 2, 3, 4 to 5, 6 to 10, more.
using NoticeCounts = std::array<int64_t, 7>;

struct ReplayReport {
  const Replay* replay = nullptr;
  JourneyTotals totals;
  NoticeCounts notices = {};
  absl::Duration run_time;
  int64_t peak_memory_bytes = 0;  // of the process
};

// `replay` outlives the report.
[[nodiscard]] ReplayReport MakeReport(const Replay& replay, absl::Duration run_time);

void PrintReport(const ReplayReport& report, const Output& output);
[[nodiscard]] std::string ReportJson(const ReplayReport& report);

// One line per ticket, as CSV: what was derived, and the ticket's own counters.
void WriteTicketCsv(const Replay& replay, std::ostream& csv);

}  // namespace waypost::cli
