// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cli/csv_event_reader.h"

#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/cel/absl_view.h"
#include "sidecar/text/utf8.h"

namespace waypost::cli {
namespace {

// The first field that is not UTF-8. `names` are those of the columns; without them they are
// numbered.
absl::Status CheckUtf8(const std::vector<std::string_view>& fields,
                       const std::vector<std::string>& names) {
  for (size_t at = 0; at < fields.size(); ++at) {
    const std::optional<size_t> offset = FindInvalidUtf8(fields[at]);
    if (!offset.has_value()) {
      continue;
    }
    const auto byte = static_cast<unsigned char>(fields[at][*offset]);
    const bool utf16 = *offset == 0 && byte >= 0xfe;  // its byte order mark; UTF-8 has no such byte
    return absl::InvalidArgumentError(absl::StrCat(
        "column ", at < names.size() ? names[at] : std::to_string(at + 1),
        absl::StrFormat(": byte 0x%02x is not UTF-8 (convert the file: iconv -f %s -t utf-8)", byte,
                        utf16 ? "utf-16" : "windows-1252")));
  }
  return absl::OkStatus();
}

// Two columns of one name would leave it open which one is meant. Columns without a name cannot be
// meant.
absl::Status CheckColumns(const std::vector<std::string_view>& columns) {
  WAYPOST_RETURN_IF_ERROR(CheckUtf8(columns, {}));
  absl::flat_hash_map<std::string_view, size_t> places;
  for (size_t at = 0; at < columns.size(); ++at) {
    const auto [first, is_new] = places.try_emplace(columns[at], at);
    if (!is_new && !columns[at].empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("the columns ", first->second + 1, " and ", at + 1, " are both named \"",
                       cel::AbslView(columns[at]), "\"; each column needs a name of its own"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<EventReader>> CsvEventReader::Open(InputStream input,
                                                                  const EventMapping& mapping,
                                                                  DiagnosticSink* sink) {
  CsvReader rows(std::move(input), mapping.delimiter());
  std::vector<std::string_view> columns;
  WAYPOST_ASSIGN_OR_RETURN(const bool more, rows.Next(&columns));
  if (!more) {
    return absl::InvalidArgumentError("the file is empty; its first line must name the columns");
  }
  if (const absl::Status status = CheckColumns(columns); !status.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("line ", rows.line(), ": ", status.message()));
  }
  std::vector<std::string> names(columns.begin(), columns.end());
  std::unique_ptr<BoundMapping> bound = mapping.Bind(columns, sink);
  if (bound == nullptr) {
    return absl::InvalidArgumentError("the mapping does not fit the columns of the file");
  }
  return std::make_unique<CsvEventReader>(std::move(rows), std::move(names), std::move(bound));
}

absl::StatusOr<bool> CsvEventReader::Next(ReadEvent* next) {
  WAYPOST_ASSIGN_OR_RETURN(const bool more, rows_.Next(&fields_));
  if (!more) {
    return false;
  }
  next->line = rows_.line();
  next->clamped = false;
  next->status = CheckUtf8(fields_, names_);
  if (next->status.ok()) {
    next->status = mapping_->Map(fields_, next->line, &next->event);
  }
  return true;
}

}  // namespace waypost::cli
