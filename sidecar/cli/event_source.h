// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "sidecar/cli/event_mapping.h"
#include "sidecar/cli/event_reader.h"
#include "sidecar/cli/output.h"

namespace CLI {
class App;
}

namespace waypost::cli {

// A file of past events as the options of replay, map and explain name it.
struct EventFile {
  std::string path;     // NDJSON of TicketEvents, or CSV; "-" is standard input
  std::string mapping;  // for CSV
  std::optional<EventOrder> order;
};

// --mapping and --order.
void AddEventFileOptions(CLI::App& command, EventFile& file);

// A reader with the mapping it needs.
struct EventSource {
  std::unique_ptr<const EventMapping> mapping;
  std::unique_ptr<EventReader> reader;
};

// Opens the file; where the events are to be ordered, reads all of it first, with a progress bar.
// Findings about the mapping are printed. INVALID_ARGUMENT: the mapping does not load or fit.
[[nodiscard]] absl::StatusOr<EventSource> OpenEvents(const EventFile& file, const Output& output);

}  // namespace waypost::cli
