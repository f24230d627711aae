// SPDX-License-Identifier: Apache-2.0
#include "sidecar/store/checks.h"

#include "absl/strings/str_cat.h"

namespace waypost::store {

absl::Status CheckPositions(absl::Span<const LogRecord> records, uint64_t last_position) {
  for (const LogRecord& record : records) {
    if (record.position != ++last_position) {
      return absl::InvalidArgumentError(absl::StrCat("a record has position ", record.position,
                                                     " where ", last_position, " is next"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckMaterialization(const Materialization& batch, uint64_t materialized,
                                  uint64_t last_position) {
  if (!batch.position.has_value()) return absl::OkStatus();
  if (*batch.position < materialized) {
    return absl::InvalidArgumentError(absl::StrCat("cannot materialize up to position ",
                                                   *batch.position, ": ", materialized,
                                                   " is reached already"));
  }
  if (*batch.position > last_position) {
    return absl::InvalidArgumentError(absl::StrCat("cannot materialize up to position ",
                                                   *batch.position, ": the log ends at ",
                                                   last_position));
  }
  return absl::OkStatus();
}

absl::Status CheckQuery(const JourneyQuery& query) {
  if (query.limit == 0) return absl::InvalidArgumentError("the limit of a page must be at least 1");
  return absl::OkStatus();
}

absl::Status NoRecordAt(uint64_t position) {
  return absl::NotFoundError(absl::StrCat("no record at position ", position));
}

}  // namespace waypost::store
