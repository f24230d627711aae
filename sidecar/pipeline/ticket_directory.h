// SPDX-License-Identifier: Apache-2.0
// Whose journey a ticket is in.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "sidecar/store/store.h"

namespace waypost::pipeline {

struct TicketName {
  std::string_view tenant;
  std::string_view source;
  std::string_view ref;
};

struct TicketHome {
  std::string person_id;
  std::string journey_id;  // empty while the ticket's first event is being evaluated

  bool operator==(const TicketHome&) const = default;
};

// A bounded cache in front of the store's ticket table, and the truth for tickets whose rows are
// not written yet. Thread-safe; entries change only under the lock of their person's shard.
class TicketDirectory {
 public:
  // `store` outlives the directory. Homes that are written are kept up to about `max_entries`.
  TicketDirectory(const store::Store* store, size_t max_entries)
      : store_(store), max_entries_(max_entries / kStripes / 2 + 1) {}

  // The ticket's home; none when it is unknown.
  [[nodiscard]] absl::StatusOr<std::optional<TicketHome>> Find(const TicketName& ticket);

  // Makes `person_id` the home of a ticket that has none. False: somebody else was faster.
  [[nodiscard]] bool Claim(const TicketName& ticket, std::string_view person_id);

  // Takes back a claim whose event was not evaluated.
  void Unclaim(const TicketName& ticket);

  // Sets the home. It is kept until Written() is told the same. False: it was that already.
  bool Put(const TicketName& ticket, TicketHome home);

  // The home, when it is not written yet.
  [[nodiscard]] std::optional<TicketHome> Unwritten(const TicketName& ticket);

  // The row is in the store: its entry may be dropped, unless it changed since.
  void Written(const store::TicketRow& row);

  // Drops what is written.
  void DropWritten();

  void Clear();

 private:
  static constexpr size_t kStripes = 16;
  using Homes = absl::flat_hash_map<std::string, TicketHome>;

  struct Stripe {
    absl::Mutex mutex;
    Homes unwritten ABSL_GUARDED_BY(mutex);
    // Two generations: a full one pushes the one before out.
    Homes young ABSL_GUARDED_BY(mutex);
    Homes old ABSL_GUARDED_BY(mutex);

    const TicketHome* Find(const std::string& key) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);
    void Remember(const std::string& key, TicketHome home, size_t max_entries)
        ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);
  };

  Stripe& StripeOf(const std::string& key);

  const store::Store* const store_;
  const size_t max_entries_;  // of one generation of one stripe
  std::array<Stripe, kStripes> stripes_;
};

}  // namespace waypost::pipeline
