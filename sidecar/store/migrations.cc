// SPDX-License-Identifier: Apache-2.0
#include "sidecar/store/migrations.h"

#include "absl/strings/str_cat.h"
#include "sidecar/base/status_macros.h"

namespace waypost::store {
namespace {

// Persons and journeys are rowid tables because their blobs are large: a WITHOUT ROWID table is an
// index b-tree, which spills rows beyond a quarter of a page. Tickets are all key, and meta is
// tiny.
constexpr char kVersion1[] = R"sql(
CREATE TABLE log (
  position INTEGER PRIMARY KEY,
  tenant TEXT NOT NULL,
  person_id TEXT NOT NULL,
  occurred_at INTEGER NOT NULL,
  unmapped_key TEXT,
  event BLOB NOT NULL,
  decision BLOB NOT NULL
) STRICT;
CREATE INDEX log_unmapped ON log (tenant, unmapped_key, occurred_at)
  WHERE unmapped_key IS NOT NULL;
CREATE TABLE log_ages (
  block INTEGER PRIMARY KEY,
  oldest_at INTEGER NOT NULL
) STRICT;

CREATE TABLE persons (
  tenant TEXT NOT NULL,
  person_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  blob BLOB NOT NULL,
  PRIMARY KEY (tenant, person_id)
) STRICT;

CREATE TABLE journeys (
  tenant TEXT NOT NULL,
  journey_id TEXT NOT NULL,
  person_id TEXT NOT NULL,
  stage TEXT NOT NULL,
  open INTEGER NOT NULL,
  live INTEGER NOT NULL,
  newest_at INTEGER NOT NULL,
  blob BLOB NOT NULL,
  PRIMARY KEY (tenant, journey_id)
) STRICT;
CREATE INDEX journeys_by_person ON journeys (tenant, person_id);
CREATE INDEX journeys_by_activity ON journeys (tenant, newest_at DESC, journey_id, stage, open);
CREATE INDEX journeys_ended ON journeys (newest_at, tenant, journey_id) WHERE open = 0;

CREATE TABLE tickets (
  tenant TEXT NOT NULL,
  source TEXT NOT NULL,
  ref TEXT NOT NULL,
  person_id TEXT NOT NULL,
  journey_id TEXT NOT NULL,
  PRIMARY KEY (tenant, source, ref)
) STRICT, WITHOUT ROWID;
CREATE INDEX tickets_by_journey ON tickets (tenant, journey_id);

CREATE TABLE meta (
  name TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO meta (name, value) VALUES ('materialized_position', 0);
CREATE TABLE probe (padding BLOB NOT NULL) STRICT;
)sql";

// What time brings to persons: nothing to read for the others, and no index entry.
constexpr char kVersion2[] = R"sql(
ALTER TABLE persons ADD COLUMN due_at INTEGER;
CREATE INDEX persons_due ON persons (due_at, tenant, person_id) WHERE due_at IS NOT NULL;
CREATE TABLE due_basis (basis TEXT NOT NULL) STRICT;
INSERT INTO due_basis (basis) VALUES ('');
)sql";

// The outbox. Few rows wait at a time; the others are kept for a while and found by id or by state.
constexpr char kVersion3[] = R"sql(
CREATE TABLE actions (
  tenant TEXT NOT NULL,
  action_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  number INTEGER NOT NULL,
  state INTEGER NOT NULL,
  settled_at INTEGER,
  blob BLOB NOT NULL,
  PRIMARY KEY (tenant, action_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX actions_by_state ON actions (state, position, number);
CREATE INDEX actions_settled ON actions (settled_at) WHERE settled_at IS NOT NULL;
)sql";

// 256 bits that make ids unguessable; SQLite seeds its generator from the system's.
constexpr char kVersion4[] = R"sql(
CREATE TABLE secret (value TEXT NOT NULL) STRICT;
INSERT INTO secret (value) VALUES (lower(hex(randomblob(32))));
)sql";

// How long tickets take. Records that are older than this teach nothing: it is not written in them.
constexpr char kVersion5[] = R"sql(
CREATE TABLE expectations (
  tenant TEXT PRIMARY KEY,
  blob BLOB NOT NULL
) STRICT;
INSERT INTO meta (name, value)
  SELECT 'learned_position', value FROM meta WHERE name = 'materialized_position';
)sql";

constexpr const char* kMigrations[] = {kVersion1, kVersion2, kVersion3, kVersion4, kVersion5};

}  // namespace

absl::Span<const char* const> Migrations() { return kMigrations; }

absl::Status CheckOrigin(SqliteConnection& connection, absl::Span<const char* const> migrations) {
  WAYPOST_ASSIGN_OR_RETURN(const int64_t version, connection.QueryInteger("PRAGMA user_version"));
  WAYPOST_ASSIGN_OR_RETURN(const int64_t origin, connection.QueryInteger("PRAGMA application_id"));
  WAYPOST_ASSIGN_OR_RETURN(const int64_t tables,
                           connection.QueryInteger("SELECT count(*) FROM sqlite_schema"));
  const bool fresh = version == 0 && origin == 0 && tables == 0;
  if (!fresh && origin != kApplicationId) {
    return absl::FailedPreconditionError(absl::StrCat(
        connection.path(), " is a database of another program; name a file of Waypost's own"));
  }
  if (version > static_cast<int64_t>(migrations.size())) {
    return absl::FailedPreconditionError(
        absl::StrCat(connection.path(), " was written by a newer Waypost (version ", version,
                     " of the tables, and this one knows up to ", migrations.size(),
                     "); start that one, or choose another place with --data"));
  }
  return absl::OkStatus();
}

absl::Status Migrate(SqliteConnection& connection, absl::Span<const char* const> migrations) {
  WAYPOST_ASSIGN_OR_RETURN(const int64_t version, connection.QueryInteger("PRAGMA user_version"));
  for (size_t next = static_cast<size_t>(version); next < migrations.size(); ++next) {
    WAYPOST_RETURN_IF_ERROR(connection.Transact([&]() -> absl::Status {
      WAYPOST_RETURN_IF_ERROR(connection.Execute(migrations[next]));
      return connection.Execute(absl::StrCat("PRAGMA application_id = ", kApplicationId,
                                             "; PRAGMA user_version = ", next + 1));
    }));
  }
  return absl::OkStatus();
}

}  // namespace waypost::store
