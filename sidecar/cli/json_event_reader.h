// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "sidecar/base/input_stream.h"
#include "sidecar/cli/event_reader.h"

namespace waypost::cli {

// Reads TicketEvents as protobuf's JSON: one object a line (NDJSON), objects over several lines, or
// a JSON array of objects. After a broken object it goes on at the next line that begins with "{".
class JsonEventReader final : public EventReader {
 public:
  explicit JsonEventReader(InputStream input) : input_(std::move(input)) {}

  absl::StatusOr<bool> Next(ReadEvent* next) override;
  [[nodiscard]] int64_t done() const override { return input_.consumed(); }
  [[nodiscard]] int64_t size() const override { return input_.size(); }

 private:
  // Takes white space and the array's own signs; false at the end of the input.
  absl::StatusOr<bool> SkipToValue();
  // The bytes of the value at the start of what is available, reading on as needed.
  absl::StatusOr<size_t> ValueLength();

  InputStream input_;
  size_t pending_ = 0;  // bytes of the value now given out
  int64_t line_ = 1;
};

// Reads one TicketEvent from protobuf's JSON. INVALID_ARGUMENT says what is wrong.
[[nodiscard]] absl::Status ParseEventJson(std::string_view json, v1::TicketEvent* event);

}  // namespace waypost::cli
