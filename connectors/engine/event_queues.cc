// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/event_queues.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace waypost::connectors {

void EventQueues::Add(QueuedEvent event) {
  std::string key = OrderingKey(event.event);
  auto found = by_key_.find(key);
  if (found == by_key_.end()) {
    queues_.push_back({key, {}});
    found = by_key_.emplace(std::move(key), std::prev(queues_.end())).first;
  }
  found->second->events.push_back(std::move(event));
}

std::vector<QueuedEvent*> EventQueues::Next(absl::Time now, size_t max) {
  std::vector<QueuedEvent*> next;
  const auto end = queues_.end();
  for (auto queue = queues_.begin(); queue != end && next.size() < max; ++queue) {
    if (queue->events.front().not_before <= now) next.push_back(&queue->events.front());
  }
  return next;
}

void EventQueues::Remove(const QueuedEvent* event) {
  const auto found = by_key_.find(OrderingKey(event->event));
  const auto queue = found->second;
  queue->events.pop_front();
  if (queue->events.empty()) {
    by_key_.erase(found);
    queues_.erase(queue);
  } else {
    queues_.splice(queues_.end(), queues_, queue);
  }
}

absl::Time EventQueues::NextTime() const {
  absl::Time time = absl::InfiniteFuture();
  for (const Queue& queue : queues_) time = std::min(time, queue.events.front().not_before);
  return time;
}

std::string OrderingKey(const v1::TicketEvent& event) {
  const bool has_ticket = !event.ticket().ref().empty();
  return absl::StrCat(event.tenant(), "\n", event.source(), "\n", has_ticket ? "t" : "p",
                      has_ticket ? event.ticket().ref() : event.actor().id());
}

}  // namespace waypost::connectors
