// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "sidecar/base/input_stream.h"

namespace waypost::cli {

// Reads CSV as RFC 4180 has it: quoted fields with doubled quotes, delimiters and line breaks
// inside; CRLF or LF; a byte order mark at the start is skipped; empty lines are skipped; a quote
// within an unquoted field stands for itself. Streams: fields point into the input's buffer. Not
// thread-safe.
class CsvReader {
 public:
  explicit CsvReader(InputStream input, char delimiter = ',')
      : input_(std::move(input)), delimiter_(delimiter) {}

  // Reads the next record. False at the end. The fields are valid until the next call.
  // INVALID_ARGUMENT, with the line: a quote that is never closed or is followed by text, or a
  // record of more than 4 MiB. Reading cannot go on after a failure.
  absl::StatusOr<bool> Next(std::vector<std::string_view>* fields);

  // The line on which the record last read began, from 1.
  [[nodiscard]] int64_t line() const { return line_; }

  [[nodiscard]] const InputStream& input() const { return input_; }

 private:
  // Bytes of the record at the start of what is available, with its line break; 0 when more must
  // be read to know.
  [[nodiscard]] size_t RecordLength(bool at_end);
  // The same, reading on as needed; 0 at the end of the input.
  absl::StatusOr<size_t> ReadRecord();
  absl::Status Split(char* begin, const char* end, std::vector<std::string_view>* fields) const;
  absl::Status SkipByteOrderMark();

  InputStream input_;
  char delimiter_;
  bool started_ = false;
  bool input_ended_ = false;
  size_t pending_ = 0;      // bytes of the record now read, to be consumed by the next call
  size_t scanned_ = 0;      // bytes of the next record already looked at
  bool in_quotes_ = false;  // after `scanned_` bytes
  size_t closed_at_ = 0;    // where the last quoted part ended; 0 when none did
  int64_t breaks_ = 0;      // line breaks in the record now read
  int64_t line_ = 1;
};

}  // namespace waypost::cli
