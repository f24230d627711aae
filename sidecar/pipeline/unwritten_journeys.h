// SPDX-License-Identifier: Apache-2.0
// Lists of journeys while the tables cannot be written.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "sidecar/pipeline/working_set.h"
#include "sidecar/store/store.h"

namespace waypost::pipeline {

// What memory knows better than the tables: the journeys of one tenant's persons with news that are
// not written yet. Default-constructed, there are none.
class UnwrittenJourneys {
 public:
  UnwrittenJourneys() = default;

  // Copies them, and raises `position` to the newest log record in them. The caller holds the
  // barrier of `set`, shared is enough.
  UnwrittenJourneys(std::string_view tenant, WorkingSet* set, uint64_t* position);

  // nullptr: the tables know it as well as memory does, or nobody knows it.
  [[nodiscard]] const store::JourneyRow* Find(std::string_view journey_id) const;

  // As store::Store::ListJourneys, with these in the place of their older rows.
  [[nodiscard]] absl::StatusOr<store::JourneyPage> List(const store::Store& store,
                                                        const store::JourneyQuery& query) const;

 private:
  absl::flat_hash_map<std::string, store::JourneyRow> rows_;  // by journey id
};

}  // namespace waypost::pipeline
