// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "waypost/v1/ticket.pb.h"

namespace waypost::bench {

// What an EventFactory makes. Factories that differ in `seed` or `slot` never share a person, a
// ticket or an event id.
struct EventFactoryOptions {
  uint64_t seed = 1;
  int slot = 0;
  int persons = 100;          // who take turns to report a ticket; at least 1
  int open_tickets = 16;      // how many are under way at a time; at least 1
  bool only_created = false;  // every event opens a ticket of a person of its own, none goes on
  absl::Time start;           // of the first event; each event is 15 s after the one before
};

// An endless series of realistic ticket events of about 600 bytes: tickets are reported, assigned,
// commented, wait for the customer, move between groups, are resolved, sometimes reopened, and
// closed; then the next ticket takes their place. Snapshots without types, as connectors send them.
// The same options give the same series. Not for several threads at once.
class EventFactory {
 public:
  explicit EventFactory(const EventFactoryOptions& options);

  // The next event; valid until the next call.
  const v1::TicketEvent& Next();

 private:
  struct OpenTicket {
    v1::TicketEvent event;
    size_t step = 0;
    bool reopened = false;
  };

  void Report(OpenTicket& open);
  void Advance(OpenTicket& open);
  void Stamp(v1::TicketEvent& event);
  uint64_t Random(uint64_t bound);

  EventFactoryOptions options_;
  std::mt19937_64 random_;
  std::string prefix_;
  uint64_t events_ = 0;
  uint64_t tickets_ = 0;
  std::vector<OpenTicket> open_;
};

}  // namespace waypost::bench
