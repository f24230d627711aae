// SPDX-License-Identifier: Apache-2.0
// The events that are on their way, in a queue per ticket. Internal to Forwarder.
#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "waypost/v1/ticket.pb.h"

namespace waypost::connectors {

// A request whose events are under way.
struct Delivery {
  int64_t id = 0;     // in the spool
  int64_t bytes = 0;  // in the spool
  std::string connector;
  int events_left = 0;
  std::string refused;  // why events of it can never be recorded; empty while all may
};

struct QueuedEvent {
  v1::TicketEvent event;
  std::shared_ptr<Delivery> delivery;
  int attempts = 0;
  int failures = 0;  // attempts that failed without the sidecar being busy
  absl::Time not_before = absl::InfinitePast();
};

// Gives the events of each ticket one after the other, and those of many tickets at once. Not
// thread-safe.
class EventQueues {
 public:
  void Add(QueuedEvent event);

  // The first event of up to `max` tickets that may be sent at `now`, the longest waiting tickets
  // first. They stay until they are removed.
  [[nodiscard]] std::vector<QueuedEvent*> Next(absl::Time now, size_t max);

  // Removes an event that Next gave.
  void Remove(const QueuedEvent* event);

  // When Next gives something that it does not give now; InfiniteFuture when never.
  [[nodiscard]] absl::Time NextTime() const;

  [[nodiscard]] bool empty() const { return queues_.empty(); }

 private:
  struct Queue {
    std::string key;
    std::deque<QueuedEvent> events;  // never empty
  };

  std::list<Queue> queues_;  // in the order in which they are asked
  absl::flat_hash_map<std::string, std::list<Queue>::iterator> by_key_;
};

// What the order of an event is kept with: its ticket's, or, without a ticket, its person's.
[[nodiscard]] std::string OrderingKey(const v1::TicketEvent& event);

}  // namespace waypost::connectors
