// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "sidecar/cli/event_reader.h"

namespace waypost::cli {

// The events of another reader in the order of their times; those of the same time stay in the
// order of the file. Within a ticket the file's order is the truth: an event that is earlier than
// the one before it of its ticket is moved to that one's time (ReadEvent::clamped). Places of the
// file that give no event come first. Keeps all events, serialised, in memory.
class OrderedEvents final : public EventReader {
 public:
  // Reads everything. `on_progress` is called after each event.
  static absl::StatusOr<std::unique_ptr<EventReader>> Load(
      EventReader* reader, const std::function<void(int64_t events)>& on_progress);

  absl::StatusOr<bool> Next(ReadEvent* next) override;
  [[nodiscard]] int64_t done() const override { return static_cast<int64_t>(next_); }
  [[nodiscard]] int64_t size() const override { return static_cast<int64_t>(entries_.size()); }

 private:
  struct Entry {
    int64_t time = 0;   // nanoseconds since the epoch
    size_t offset = 0;  // into bytes_
    uint32_t length = 0;
    bool clamped = false;
    int64_t line = 0;
  };

  std::deque<ReadEvent> failed_;
  std::string bytes_;
  std::vector<Entry> entries_;
  size_t next_ = 0;
};

}  // namespace waypost::cli
