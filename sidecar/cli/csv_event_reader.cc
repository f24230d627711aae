// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cli/csv_event_reader.h"

#include <utility>

#include "absl/status/status.h"
#include "sidecar/base/status_macros.h"

namespace waypost::cli {

absl::StatusOr<std::unique_ptr<EventReader>> CsvEventReader::Open(InputStream input,
                                                                  const EventMapping& mapping,
                                                                  DiagnosticSink* sink) {
  CsvReader rows(std::move(input), mapping.delimiter());
  std::vector<std::string_view> columns;
  WAYPOST_ASSIGN_OR_RETURN(const bool more, rows.Next(&columns));
  if (!more) {
    return absl::InvalidArgumentError("the file is empty; its first line must name the columns");
  }
  std::unique_ptr<BoundMapping> bound = mapping.Bind(columns, sink);
  if (bound == nullptr) {
    return absl::InvalidArgumentError("the mapping does not fit the columns of the file");
  }
  return std::make_unique<CsvEventReader>(std::move(rows), std::move(bound));
}

absl::StatusOr<bool> CsvEventReader::Next(ReadEvent* next) {
  WAYPOST_ASSIGN_OR_RETURN(const bool more, rows_.Next(&fields_));
  if (!more) {
    return false;
  }
  next->line = rows_.line();
  next->clamped = false;
  next->status = mapping_->Map(fields_, next->line, &next->event);
  return true;
}

}  // namespace waypost::cli
