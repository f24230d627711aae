// SPDX-License-Identifier: Apache-2.0
#include "sidecar/store/checks.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "sidecar/base/status_macros.h"

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

namespace {

absl::Status CheckProgress(std::optional<uint64_t> position, uint64_t reached, uint64_t last) {
  if (!position.has_value()) return absl::OkStatus();
  if (*position < reached) {
    return absl::InvalidArgumentError(absl::StrCat("cannot materialize up to position ", *position,
                                                   ": ", reached, " is reached already"));
  }
  if (*position > last) {
    return absl::InvalidArgumentError(
        absl::StrCat("cannot materialize up to position ", *position, ": the log ends at ", last));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckMaterialization(const Materialization& batch, const Positions& positions) {
  WAYPOST_RETURN_IF_ERROR(CheckProgress(batch.position, positions.materialized, positions.last));
  return CheckProgress(batch.learned_position, positions.learned, positions.last);
}

absl::Status CheckQuery(const JourneyQuery& query) {
  if (query.limit == 0) return absl::InvalidArgumentError("the limit of a page must be at least 1");
  return absl::OkStatus();
}

absl::Status NoRecordAt(uint64_t position) {
  return absl::NotFoundError(absl::StrCat("no record at position ", position));
}

}  // namespace waypost::store
