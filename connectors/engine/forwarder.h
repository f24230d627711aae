// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "connectors/engine/connector.h"
#include "connectors/engine/document_reader.h"
#include "connectors/engine/event_queues.h"
#include "connectors/engine/event_sink.h"
#include "connectors/engine/spool.h"
#include "sidecar/base/clock.h"

namespace waypost::connectors {

struct ForwarderOptions {
  // What is read ahead of the sidecar, so that memory does not grow with what waits.
  int max_requests = 512;
  int64_t max_bytes = int64_t{16} << 20;
  size_t max_batch = 64;  // events of different tickets that are sent at once
  // Between attempts: doubled after each, up to the longest.
  absl::Duration first_delay = absl::Milliseconds(100);
  absl::Duration longest_delay = absl::Seconds(10);
  // How often the sidecar may fail on an event without saying that it is busy.
  int max_failures = 10;
};

// Maps what the spool holds and records it, on a thread of its own: events of a ticket in the order
// in which they arrived, each until it is recorded or can never be. One that fails for a while
// holds up its ticket alone; one that more must be read about, those of its tool that need it too.
// What can never be recorded becomes a dead letter.
class Forwarder {
 public:
  // By the connectors' names: who reads more about what their tools sent. Each wakes the spool when
  // it has read something.
  using Readers = absl::flat_hash_map<std::string, DocumentReader*>;

  // All outlive it. Starts at once.
  Forwarder(Spool* spool, const std::vector<const Connector*>& connectors, EventSink* sink,
            const Clock& clock, const ForwarderOptions& options, Readers readers = {});
  // As Stop.
  ~Forwarder();

  // Ends soon; what is not recorded stays in the spool.
  void Stop();

  [[nodiscard]] int64_t recorded() const { return recorded_; }
  [[nodiscard]] int64_t buried() const { return buried_; }

 private:
  void Run();
  void ReadAhead();
  void Take(SpooledRequest request);
  void TakeRead(ReadDocument document);
  // Maps the body, which is the request's own or what was read about it.
  void MapAndQueue(const SpooledRequest& request, const Connector& connector);
  void Done(const SpooledRequest& request);
  void TellUnset(const Connector& connector, const std::string& field);
  void Bury(int64_t id, const std::string& connector, std::string reason);
  // Sends what may be sent now; false when there is nothing.
  bool SendBatch();
  void Settle(QueuedEvent* event, const absl::Status& status);
  void FinishEvent(const QueuedEvent* event);
  [[nodiscard]] absl::Duration Delay(int attempts) const;
  void Wait();

  Spool& spool_;
  absl::flat_hash_map<std::string, const Connector*> connectors_;
  const Readers readers_;
  EventSink& sink_;
  const Clock& clock_;
  const ForwarderOptions options_;

  // Of the thread.
  EventQueues queues_;
  absl::flat_hash_set<std::string> told_unset_;
  int64_t last_id_ = 0;
  int requests_ahead_ = 0;
  int64_t bytes_ahead_ = 0;
  int64_t seen_additions_ = 0;
  int failures_ = 0;                              // of whole batches, one after the other
  absl::Time not_before_ = absl::InfinitePast();  // of the next batch

  std::atomic<bool> stopping_ = false;
  std::atomic<int64_t> recorded_ = 0;
  std::atomic<int64_t> buried_ = 0;
  std::thread thread_;
};

}  // namespace waypost::connectors
