// SPDX-License-Identifier: Apache-2.0
// How the rows of a table become ticket events: a YAML file whose values are CEL expressions.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "sidecar/text/diagnostic.h"
#include "waypost/v1/ticket.pb.h"

namespace waypost::cli {

// In which order events are played.
enum class EventOrder {
  kFile,  // as they stand in the file
  kTime,  // by their times; see OrderedEvents
};

// A mapping bound to the columns of one file. Not thread-safe.
class BoundMapping {
 public:
  virtual ~BoundMapping() = default;

  // Turns a row into an event. `line` is where the row begins. INVALID_ARGUMENT says what is wrong
  // with the row; `event` is then unspecified.
  virtual absl::Status Map(const std::vector<std::string_view>& fields, int64_t line,
                           v1::TicketEvent* event) = 0;
};

// A mapping file that was read and checked. Immutable; thread-safe; outlives what Bind gives.
//
//   apiVersion: waypost/v1
//   kind: event-mapping
//   delimiter: ","                  # default: a comma
//   order: time                     # or file, the default
//   unknown: ["?"]                  # results that mean "not told"; "" means "was cleared"
//   zone: Europe/London             # of times without one; default: UTC
//   tables:                         # read as tables.NAME["KEY"]; "*" stands for all other keys
//     category: {New: new, "*": open}
//   event:                          # the fields of waypost.v1.TicketEvent; values are CEL over
//     event_id: row.number + "/" + string(line)     # row, line and tables
//     occurred_at: {column: updated, layout: "%d/%m/%Y %H:%M"}   # or a CEL timestamp
//     ticket:
//       ref: row.number
//       status_category: tables.category[row.state]
class EventMapping {
 public:
  virtual ~EventMapping() = default;

  // On failure returns nullptr and adds at least one error to `sink`.
  static std::unique_ptr<const EventMapping> Load(const std::string& path, DiagnosticSink* sink);

  [[nodiscard]] virtual char delimiter() const = 0;
  [[nodiscard]] virtual EventOrder order() const = 0;

  // For a file with these columns. On failure (an expression names a column that is not there)
  // returns nullptr and adds at least one error to `sink`.
  [[nodiscard]] virtual std::unique_ptr<BoundMapping> Bind(
      const std::vector<std::string_view>& columns, DiagnosticSink* sink) const = 0;
};

}  // namespace waypost::cli
