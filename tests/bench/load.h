// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "tests/bench/event_factory.h"
#include "tests/bench/latency_histogram.h"
#include "waypost/v1/journey_service.grpc.pb.h"

namespace waypost::bench {

using LoadClock = std::chrono::steady_clock;
using Stubs = std::vector<std::unique_ptr<v1::JourneyService::Stub>>;

// How to load the server. Requests are unary calls, or batches on a stream per channel.
struct LoadOptions {
  int in_flight = 64;     // requests that wait for their answer at a time, over all channels
  int batch = 64;         // events per request of a stream
  double rate = 0;        // requests per second at fixed times; 0: the next when one is answered
  uint64_t requests = 0;  // end after so many; 0: at the window's end. Unary only
  int persons = 20'000;   // over all requests in flight
  int open_tickets = 2'000;
  bool only_created = false;
  uint64_t seed = 1;
  absl::Time start;  // of the events' time
};

// Only requests that are answered inside count.
struct Window {
  LoadClock::time_point begin;
  LoadClock::time_point end;
};

// What was seen inside the window; errors and `sent` also outside.
struct Tally {
  LatencyHistogram latency;  // of requests; with a rate, from the time they were due
  uint64_t events = 0;
  uint64_t sent = 0;     // events
  uint64_t errors = 0;   // answers that were not what was asked for
  uint64_t backlog = 0;  // requests that were due and never started
  std::string first_error;

  void Record(const Window& window, LoadClock::time_point since, uint64_t count) {
    const LoadClock::time_point now = LoadClock::now();
    if (now < window.begin || now > window.end) return;
    latency.Add(now - since);
    events += count;
  }
  void Fail(std::string error) {
    if (++errors == 1) first_error = std::move(error);
  }
  void Merge(const Tally& other) {
    latency.Merge(other.latency);
    events += other.events;
    sent += other.sent;
    backlog += other.backlog;
    if (errors == 0) first_error = other.first_error;
    errors += other.errors;
  }
};

// The share of the events that the `slot`th of `slots` senders makes.
inline EventFactoryOptions FactoryOptions(const LoadOptions& options, int slot, int slots) {
  return {.seed = options.seed,
          .slot = slot,
          .persons = std::max(1, options.persons / slots),
          .open_tickets = std::max(1, options.open_tickets / slots),
          .only_created = options.only_created,
          .start = options.start};
}

// Calls `due(i, time)` at its time for i = 0, 1, 2, ... until `end`.
template <typename Due>
void Pace(double rate, LoadClock::time_point end, Due due) {
  const LoadClock::time_point begin = LoadClock::now();
  for (uint64_t i = 0;; ++i) {
    const auto offset = std::chrono::duration<double>(static_cast<double>(i) / rate);
    const LoadClock::time_point time =
        begin + std::chrono::duration_cast<LoadClock::duration>(offset);
    if (time >= end) return;
    std::this_thread::sleep_until(time);
    due(i, time);
  }
}

// Both return when every request that was sent is answered.
Tally RunUnaryLoad(const LoadOptions& options, const Stubs& stubs, const Window& window);
Tally RunStreamLoad(const LoadOptions& options, const Stubs& stubs, const Window& window);

}  // namespace waypost::bench
