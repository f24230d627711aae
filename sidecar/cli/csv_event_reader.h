// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sidecar/cli/csv_reader.h"
#include "sidecar/cli/event_mapping.h"
#include "sidecar/cli/event_reader.h"

namespace waypost::cli {

// Reads events from the rows of a CSV file through a mapping. A row that is not UTF-8 gives an
// event whose status says so.
class CsvEventReader final : public EventReader {
 public:
  // Reads the first line, which names the columns. INVALID_ARGUMENT: there is none, it is not
  // UTF-8, two columns have one name, or it does not fit the mapping; then the findings are in
  // `sink`. `mapping` outlives the reader.
  static absl::StatusOr<std::unique_ptr<EventReader>> Open(InputStream input,
                                                           const EventMapping& mapping,
                                                           DiagnosticSink* sink);

  // `names` are those of the columns.
  CsvEventReader(CsvReader rows, std::vector<std::string> names,
                 std::unique_ptr<BoundMapping> mapping)
      : rows_(std::move(rows)), names_(std::move(names)), mapping_(std::move(mapping)) {}

  absl::StatusOr<bool> Next(ReadEvent* next) override;
  [[nodiscard]] int64_t done() const override { return rows_.input().consumed(); }
  [[nodiscard]] int64_t size() const override { return rows_.input().size(); }

 private:
  CsvReader rows_;
  std::vector<std::string> names_;
  std::unique_ptr<BoundMapping> mapping_;
  std::vector<std::string_view> fields_;
};

}  // namespace waypost::cli
