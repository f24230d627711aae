// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "waypost/v1/ticket.pb.h"

namespace waypost::cli {

// One event of a file, or why there is none at that place.
struct ReadEvent {
  int64_t line = 0;     // on which it begins, from 1
  absl::Status status;  // not OK: this place of the file does not give an event
  v1::TicketEvent event;
  bool clamped =
      false;  // its time was earlier than the one before of its ticket and was moved there
};

// Reads events from a file, front to back. Not thread-safe.
class EventReader {
 public:
  virtual ~EventReader() = default;

  // Reads into `next`, reusing its memory. False at the end. A failure ends the reading: the file
  // cannot be read on or is not of its format; a single bad event is told in `next->status`.
  virtual absl::StatusOr<bool> Next(ReadEvent* next) = 0;

  // For progress: how much of the file is done, and its size (0 when not known), in one unit.
  [[nodiscard]] virtual int64_t done() const = 0;
  [[nodiscard]] virtual int64_t size() const = 0;
};

}  // namespace waypost::cli
