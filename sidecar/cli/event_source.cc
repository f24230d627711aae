// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cli/event_source.h"

#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sidecar/base/clock.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/cli/csv_event_reader.h"
#include "sidecar/cli/diagnostic_text.h"
#include "sidecar/cli/json_event_reader.h"
#include "sidecar/cli/options.h"
#include "sidecar/cli/ordered_events.h"
#include "sidecar/cli/progress_bar.h"
#include "sidecar/cli/read_ahead.h"

namespace waypost::cli {
namespace {

absl::Status OpenTable(const EventFile& file, InputStream input, const Output& output,
                       EventSource* source) {
  DiagnosticSink sink;
  source->mapping = EventMapping::Load(file.mapping, &sink);
  if (source->mapping == nullptr) {
    PrintDiagnostics(sink.Take(), output);
    return absl::InvalidArgumentError(absl::StrCat("the mapping ", file.mapping, " has errors"));
  }
  absl::StatusOr<std::unique_ptr<EventReader>> reader =
      CsvEventReader::Open(std::move(input), *source->mapping, &sink);
  PrintDiagnostics(sink.Take(), output);
  if (!reader.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(file.path, ": ", reader.status().message()));
  }
  source->reader = *std::move(reader);
  return absl::OkStatus();
}

}  // namespace

void AddEventFileOptions(CLI::App& command, EventFile& file) {
  command.add_option("--mapping", file.mapping, "How the rows of a CSV file become events")
      ->type_name("FILE");
  CLI::Option* order =
      command
          .add_option("--order", file.order,
                      "file: as it stands; time: by time, within a ticket as it stands. "
                      "Default: the mapping's, else file")
          ->type_name("ORDER");
  SetChoices(order, {{"file", static_cast<int>(EventOrder::kFile)},
                     {"time", static_cast<int>(EventOrder::kTime)}});
}

absl::StatusOr<EventSource> OpenEvents(const EventFile& file, const Output& output) {
  EventSource source;
  WAYPOST_ASSIGN_OR_RETURN(InputStream input, InputStream::Open(file.path));
  if (file.mapping.empty() && absl::EndsWithIgnoreCase(file.path, ".csv")) {
    return absl::InvalidArgumentError(
        absl::StrCat(file.path, " is a table: name with --mapping how its rows become events"));
  }
  if (file.mapping.empty()) {
    source.reader = std::make_unique<JsonEventReader>(std::move(input));
  } else {
    WAYPOST_RETURN_IF_ERROR(OpenTable(file, std::move(input), output, &source));
  }
  source.reader = std::make_unique<ReadAhead>(std::move(source.reader));
  const EventOrder usual = source.mapping == nullptr ? EventOrder::kFile : source.mapping->order();
  if (file.order.value_or(usual) == EventOrder::kTime) {
    ProgressBar progress(output.err(), output.err_is_terminal(), source.reader->size(), "rows read",
                         SystemClock());
    EventReader* const inner = source.reader.get();
    WAYPOST_ASSIGN_OR_RETURN(auto ordered, OrderedEvents::Load(inner, [&](int64_t events) {
                               progress.Update(inner->done(), events);
                             }));
    progress.Finish();
    source.reader = std::make_unique<ReadAhead>(std::move(ordered));
  }
  return source;
}

}  // namespace waypost::cli
