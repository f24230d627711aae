// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cli/ordered_events.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "sidecar/base/hash.h"
#include "sidecar/base/status_macros.h"

namespace waypost::cli {
namespace {

constexpr int64_t kNanosPerSecond = 1'000'000'000;
// Beyond these a time in nanoseconds does not fit; such events are refused by their bounds anyway.
constexpr int64_t kMaxSeconds = 9'000'000'000;

int64_t Nanos(const google::protobuf::Timestamp& time) {
  return std::clamp(time.seconds(), -kMaxSeconds, kMaxSeconds) * kNanosPerSecond + time.nanos();
}

}  // namespace

absl::StatusOr<std::unique_ptr<EventReader>> OrderedEvents::Load(
    EventReader* reader, const std::function<void(int64_t events)>& on_progress) {
  auto ordered = std::make_unique<OrderedEvents>();
  absl::flat_hash_map<uint64_t, int64_t> newest;  // by ticket
  ReadEvent next;
  while (true) {
    WAYPOST_ASSIGN_OR_RETURN(const bool more, reader->Next(&next));
    if (!more) {
      break;
    }
    if (!next.status.ok()) {
      ordered->failed_.push_back(next);
      continue;
    }
    Entry entry;
    entry.line = next.line;
    entry.time = Nanos(next.event.occurred_at());
    if (next.event.has_ticket()) {
      const uint64_t ticket =
          StableHashCombine(StableHashCombine(StableHash(next.event.tenant()), next.event.source()),
                            next.event.ticket().ref());
      int64_t& ticket_time = newest.try_emplace(ticket, entry.time).first->second;
      entry.clamped = entry.time < ticket_time;
      ticket_time = std::max(ticket_time, entry.time);
      entry.time = ticket_time;
    }
    entry.offset = ordered->bytes_.size();
    next.event.AppendToString(&ordered->bytes_);
    entry.length = static_cast<uint32_t>(ordered->bytes_.size() - entry.offset);
    ordered->entries_.push_back(entry);
    on_progress(static_cast<int64_t>(ordered->entries_.size()));
  }
  std::stable_sort(ordered->entries_.begin(), ordered->entries_.end(),
                   [](const Entry& left, const Entry& right) { return left.time < right.time; });
  return ordered;
}

absl::StatusOr<bool> OrderedEvents::Next(ReadEvent* next) {
  if (!failed_.empty()) {
    *next = std::move(failed_.front());
    failed_.pop_front();
    return true;
  }
  if (next_ == entries_.size()) {
    return false;
  }
  const Entry& entry = entries_[next_++];
  next->line = entry.line;
  next->clamped = entry.clamped;
  next->status = absl::OkStatus();
  if (!next->event.ParseFromArray(bytes_.data() + entry.offset, static_cast<int>(entry.length))) {
    return absl::InternalError("an event kept in memory cannot be read back");
  }
  if (entry.clamped) {
    next->event.mutable_occurred_at()->set_seconds(entry.time / kNanosPerSecond);
    next->event.mutable_occurred_at()->set_nanos(static_cast<int>(entry.time % kNanosPerSecond));
  }
  return true;
}

}  // namespace waypost::cli
