// SPDX-License-Identifier: Apache-2.0
#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "sidecar/cli/replay_report.h"
#include "sidecar/journey/view.h"
#include "sidecar/rules/vocabulary.h"

namespace waypost::cli {
namespace {

std::string CsvField(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) {
    return text;
  }
  std::string quoted = "\"";
  for (const char character : text) {
    quoted += character;
    quoted += character == '"' ? "\"" : "";
  }
  return quoted + '"';
}

struct TicketCounters {
  int32_t reassignments = 0;
  int32_t bounces = 0;
  int32_t reopens = 0;
};

}  // namespace

void WriteTicketCsv(const Replay& replay, std::ostream& csv) {
  absl::flat_hash_map<std::string, TicketCounters> counters;
  replay.desk().ForEachJourney([&](const internal::v1::JourneyState& state) {
    const v1::Journey journey = journey::ViewJourney(state, replay.desk().rules(), false);
    for (const v1::JourneyTicket& ticket : journey.tickets()) {
      counters[absl::StrCat(ticket.source(), "\n", ticket.ticket().ref())] = {
          ticket.reassignments(), ticket.bounces(), ticket.reopens()};
    }
  });
  csv << "source,ref,events";
  for (size_t type = 1; type < kEventTypes; ++type) {
    csv << ",derived_" << rules::EventTypeName(static_cast<v1::EventType>(type));
  }
  csv << ",reassignments,bounces,reopens\n";
  for (const TicketTally& ticket : replay.tally().tickets()) {
    csv << CsvField(ticket.source) << ',' << CsvField(ticket.ref) << ',' << ticket.events;
    for (size_t type = 1; type < kEventTypes; ++type) {
      csv << ',' << ticket.derived[type];
    }
    const TicketCounters& own = counters[absl::StrCat(ticket.source, "\n", ticket.ref)];
    csv << ',' << own.reassignments << ',' << own.bounces << ',' << own.reopens << '\n';
  }
}

}  // namespace waypost::cli
