// SPDX-License-Identifier: Apache-2.0
// Brings the working set from what the tables hold to the end of the log.
#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sidecar/pipeline/expectations.h"
#include "sidecar/pipeline/outbox.h"
#include "sidecar/pipeline/table_writer.h"
#include "sidecar/pipeline/working_set.h"
#include "sidecar/rules/rule_set.h"
#include "sidecar/store/store.h"

namespace waypost::pipeline {

// Replays the log's records after the store's materialized position, each unless its person's row
// knows it already; those before it that the expectations do not know teach these. Returns the
// position of the newest record. The tables are written on the way whenever `write_at_persons` have
// news, so that a long tail needs no more memory than a short one. Due times are found by `rules`,
// for which nothing else is asked. The caller holds the barrier of the working set, which is empty,
// exclusively, and nobody else writes to the store.
//
// DATA_LOSS: a record or row that cannot be read or does not fit what came before. Otherwise what
// the store answers.
[[nodiscard]] absl::StatusOr<uint64_t> ReplayTail(const store::Store& store,
                                                  const rules::RuleSet& rules,
                                                  size_t write_at_persons, TableWriter* writer,
                                                  WorkingSet* set, Outbox* outbox,
                                                  Expectations* expectations);

}  // namespace waypost::pipeline
