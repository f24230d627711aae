// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "connectors/engine/spool.h"
#include "connectors/engine/spool_tables.h"
#include "sidecar/base/status_macros.h"

namespace waypost::connectors {
namespace {

constexpr char kList[] =
    "SELECT id, connector, received_at, reason, length(request) FROM requests"
    " WHERE reason IS NOT NULL ORDER BY id";
constexpr char kRead[] = "SELECT request FROM requests WHERE id = ?1 AND reason IS NOT NULL";
// Under a new id: whoever reads on behind the last id finds it.
constexpr char kAgain[] =
    "INSERT INTO requests (connector, received_at, request)"
    " SELECT connector, received_at, request FROM requests"
    " WHERE reason IS NOT NULL AND (?1 = 0 OR id = ?1) ORDER BY id";
constexpr char kForget[] = "DELETE FROM requests WHERE reason IS NOT NULL AND (?1 = 0 OR id = ?1)";

absl::StatusOr<std::unique_ptr<store::SqliteConnection>> OpenExisting(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return absl::NotFoundError(absl::StrCat("there is no spool at ", path));
  }
  return OpenSpoolTables(path, "");
}

absl::Status NoSuchLetter(int64_t id) {
  return absl::NotFoundError(absl::StrCat("there is no dead letter ", id));
}

}  // namespace

absl::StatusOr<std::vector<DeadLetter>> ListDeadLetters(const std::string& path) {
  WAYPOST_ASSIGN_OR_RETURN(const auto connection, OpenExisting(path));
  WAYPOST_ASSIGN_OR_RETURN(store::SqliteStatement statement, connection->Prepare(kList));
  store::SqliteRows rows = statement.Start();
  std::vector<DeadLetter> letters;
  while (true) {
    WAYPOST_ASSIGN_OR_RETURN(const bool found, rows.Next());
    if (!found) return letters;
    letters.push_back({rows.Integer(0), rows.Bytes(1), absl::FromUnixMicros(rows.Integer(2)),
                       rows.Bytes(3), rows.Integer(4)});
  }
}

absl::StatusOr<std::string> ReadDeadLetter(const std::string& path, int64_t id) {
  WAYPOST_ASSIGN_OR_RETURN(const auto connection, OpenExisting(path));
  WAYPOST_ASSIGN_OR_RETURN(store::SqliteStatement statement, connection->Prepare(kRead));
  store::SqliteRows rows = statement.Start(id);
  WAYPOST_ASSIGN_OR_RETURN(const bool found, rows.Next());
  if (!found) return NoSuchLetter(id);
  return rows.Bytes(0);
}

absl::StatusOr<int64_t> ReplayDeadLetters(const std::string& path, std::optional<int64_t> id) {
  WAYPOST_ASSIGN_OR_RETURN(const auto connection, OpenExisting(path));
  WAYPOST_ASSIGN_OR_RETURN(store::SqliteStatement again, connection->Prepare(kAgain));
  WAYPOST_ASSIGN_OR_RETURN(store::SqliteStatement forget, connection->Prepare(kForget));
  int64_t count = 0;
  WAYPOST_RETURN_IF_ERROR(connection->Transact([&]() -> absl::Status {
    WAYPOST_RETURN_IF_ERROR(again.Run(id.value_or(0)));
    count = connection->changes();
    // The copies have no reason, so they stay.
    return forget.Run(id.value_or(0));
  }));
  if (id.has_value() && count == 0) return NoSuchLetter(*id);
  return count;
}

}  // namespace waypost::connectors
