// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/spool_tables.h"

#include "absl/strings/str_cat.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/store/migrations.h"

namespace waypost::connectors {
namespace {

constexpr absl::Duration kBusyTimeout = absl::Seconds(10);

// Ids are never used again, so that whoever reads on behind the last id misses nothing.
constexpr char kVersion1[] = R"sql(
CREATE TABLE requests (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  connector TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  request BLOB NOT NULL,
  reason TEXT
) STRICT;
CREATE INDEX requests_dead ON requests (id) WHERE reason IS NOT NULL;
)sql";

// What was written back to the tools.
constexpr char kVersion2[] = R"sql(
CREATE TABLE writes (
  action_id TEXT PRIMARY KEY,
  started_at INTEGER NOT NULL,
  done INTEGER NOT NULL DEFAULT 0,
  reference TEXT
) STRICT, WITHOUT ROWID;
)sql";

// How far each tool was asked for what changed, and what it told of the time that is asked for
// again.
constexpr char kVersion3[] = R"sql(
CREATE TABLE polls (
  connector TEXT PRIMARY KEY,
  cursor INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE polled_items (
  connector TEXT NOT NULL,
  item TEXT NOT NULL,
  time INTEGER NOT NULL,
  PRIMARY KEY (connector, item)
) STRICT, WITHOUT ROWID;
)sql";

constexpr const char* kMigrations[] = {kVersion1, kVersion2, kVersion3};

}  // namespace

absl::StatusOr<std::unique_ptr<store::SqliteConnection>> OpenSpoolTables(const std::string& path,
                                                                         const std::string& vfs) {
  WAYPOST_ASSIGN_OR_RETURN(auto connection, store::SqliteConnection::Open(path, vfs, kBusyTimeout));
  WAYPOST_RETURN_IF_ERROR(store::CheckOrigin(*connection, kMigrations));
  WAYPOST_RETURN_IF_ERROR(connection->Execute(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;"
      "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY;"
      "PRAGMA journal_size_limit = 16777216; PRAGMA cache_size = -4096"));
  WAYPOST_RETURN_IF_ERROR(store::Migrate(*connection, kMigrations));
  return connection;
}

std::string RequestText(const Request& request) {
  std::string text;
  for (const auto& [name, value] : request.headers) {
    // Such a header could not be read again.
    if (name.empty() || name.find_first_of(":\n") != std::string::npos ||
        value.find('\n') != std::string::npos) {
      continue;
    }
    absl::StrAppend(&text, name, ": ", value, "\n");
  }
  absl::StrAppend(&text, "\n", request.body);
  return text;
}

}  // namespace waypost::connectors
