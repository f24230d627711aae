// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

namespace waypost::store {

// Text and blobs may hold any bytes. Instants are kept to the microsecond, rounded towards the
// past.

// One recorded event with its decision: the unit of durability. Positions start at 1 and grow by
// one, without holes.
struct LogRecord {
  uint64_t position = 0;
  std::string tenant;
  std::string person_id;  // whose state the record changed
  absl::Time occurred_at;
  std::string event;     // serialized waypost.v1.TicketEvent
  std::string decision;  // serialized waypost.internal.v1.Decision
  // Set when the event passed no touchpoint: what it has in common with others like it (opaque to
  // the store; equal keys are counted together).
  std::string unmapped_key;
};

// A row of the materialised tables. Blobs are opaque to the store.
struct PersonRow {
  std::string tenant;
  std::string person_id;
  uint64_t position = 0;  // of the newest record in the blob
  std::string blob;       // serialized waypost.internal.v1.PersonState
  // When time brings something for the person; the infinite future: nothing waits.
  absl::Time due_at = absl::InfiniteFuture();
};
struct JourneyRow {
  std::string tenant;
  std::string journey_id;
  std::string person_id;
  std::string stage;  // of the user view; empty when none
  bool open = true;   // has not ended
  bool live = true;   // loaded with its person; false once it ended long ago
  absl::Time newest_at;
  std::string blob;  // serialized waypost.internal.v1.JourneyState
};
struct TicketRow {
  std::string tenant;
  std::string source;
  std::string ref;
  std::string person_id;
  std::string journey_id;
};

// How far an action of the outbox is. The numbers are those in the file.
enum class ActionState { kWaiting = 0, kDone = 1, kDead = 2 };
// Actions are in the order of their decisions: by position, then by number.
struct ActionRow {
  std::string tenant;
  std::string action_id;
  uint64_t position = 0;  // of the decision that brought it
  uint32_t number = 0;    // among the actions of that decision
  ActionState state = ActionState::kWaiting;
  // When it was done or died; the infinite future while it waits.
  absl::Time settled_at = absl::InfiniteFuture();
  std::string blob;  // serialized waypost.internal.v1.ActionRecord
};
struct ActionQuery {
  std::string tenant = "";  // empty: everybody's
  ActionState state = ActionState::kWaiting;
  // Only what comes after this place in the order.
  uint64_t after_position = 0;
  uint32_t after_number = 0;
  size_t limit = 100;
};

// What was learned of how long a tenant's tickets take.
struct ExpectationRow {
  std::string tenant;
  std::string blob;  // serialized waypost.internal.v1.ExpectationState
};

// What one materialisation writes, all or nothing.
struct Materialization {
  std::vector<PersonRow> persons = {};
  std::vector<JourneyRow> journeys = {};
  std::vector<TicketRow> tickets = {};
  // When set: every record up to here is in the tables.
  std::optional<uint64_t> position = std::nullopt;
  // When set: by which rules and program the `due_at` of every person was found.
  std::optional<std::string> due_basis = std::nullopt;
  std::vector<ActionRow> actions = {};
  std::vector<ExpectationRow> expectations = {};
  // When set: every record up to here was learned by what is in the expectations.
  std::optional<uint64_t> learned_position = std::nullopt;
};

// A person for whom something is due at a time. Ordered by time, tenant and person_id.
struct DuePerson {
  absl::Time due_at = absl::InfinitePast();
  std::string tenant = "";
  std::string person_id = "";
};
struct PersonName {
  std::string tenant;
  std::string person_id;
};
struct PersonPage {
  std::vector<PersonName> persons;
  std::optional<PersonName> next_after;  // absent at the end
};

struct JourneyQuery {
  std::string tenant;
  std::string person_id;  // empty: everybody's
  std::string stage;      // empty: any
  bool open_only = false;
  size_t limit = 100;      // at least 1
  std::string page_token;  // empty: from the start
};
struct JourneyPage {
  std::vector<JourneyRow> rows;  // newest activity first, equally new ones by journey_id
  std::string next_page_token;   // empty at the end
};

struct UnmappedGroup {
  std::string key;
  int64_t count = 0;
  absl::Time last_at;
};

// Durable state: an append-only log, which is the truth, and tables written behind it.
//
// Threads: Append, Materialize, Prune, PruneActions and Recover are called by one thread at a time
// (the committer); all reads may run on any thread at the same time and see every write that has
// returned, and a write either whole or not at all.
//
// Failures: RESOURCE_EXHAUSTED when the disk is full, UNAVAILABLE when the store cannot be reached
// or written for another passing reason, DATA_LOSS when stored bytes do not make sense,
// INVALID_ARGUMENT when the caller broke this contract, INTERNAL otherwise. A write that failed
// left nothing behind. After a full disk the next write may just be tried. After a failed sync, or
// any other failed input or output, the store answers every write with UNAVAILABLE until Recover()
// succeeds: nobody knows what the disk holds. Reads go on meanwhile.
//
// A process that dies within Append may leave its records behind, all or none of them; they were
// not acknowledged, and the next process finds them by LastPosition(); what it finds is on disk.
class Store {
 public:
  virtual ~Store() = default;

  // Appends the records in one transaction and returns when they are on disk. Their positions are
  // LastPosition() + 1 onwards, in order; the caller has set them so (INVALID_ARGUMENT otherwise).
  [[nodiscard]] virtual absl::Status Append(absl::Span<const LogRecord> records) = 0;

  // The position of the newest record, 0 when there is none; and the position up to which the
  // tables are written.
  [[nodiscard]] virtual absl::StatusOr<uint64_t> LastPosition() const = 0;
  [[nodiscard]] virtual absl::StatusOr<uint64_t> MaterializedPosition() const = 0;

  // The record at `position`; NOT_FOUND when it never was or was pruned.
  [[nodiscard]] virtual absl::StatusOr<LogRecord> ReadRecord(uint64_t position) const = 0;

  // Calls `visit` for every record with position > `after`, in order; stops at its first failure
  // and returns that. `visit` may read from the store. Records appended meanwhile may be visited.
  [[nodiscard]] virtual absl::Status ScanLog(
      uint64_t after, const std::function<absl::Status(const LogRecord&)>& visit) const = 0;

  // Writes rows into the tables, replacing those of the same key (tenant and person_id, tenant and
  // journey_id, tenant and source and ref, tenant and action_id, tenant; the last of equal keys
  // stays), in one transaction.
  // INVALID_ARGUMENT when the position lies before MaterializedPosition() or after LastPosition(),
  // or the learned one before LearnedPosition() or after LastPosition().
  [[nodiscard]] virtual absl::Status Materialize(const Materialization& batch) = 0;

  // Reads of the tables. Absence is an empty optional, not a failure.
  [[nodiscard]] virtual absl::StatusOr<std::optional<PersonRow>> FindPerson(
      std::string_view tenant, std::string_view person_id) const = 0;
  // Journeys of the person that are `live`; oldest activity first, equally old ones by journey_id.
  [[nodiscard]] virtual absl::StatusOr<std::vector<JourneyRow>> LiveJourneys(
      std::string_view tenant, std::string_view person_id) const = 0;
  [[nodiscard]] virtual absl::StatusOr<std::optional<JourneyRow>> FindJourney(
      std::string_view tenant, std::string_view journey_id) const = 0;
  [[nodiscard]] virtual absl::StatusOr<std::optional<TicketRow>> FindTicket(
      std::string_view tenant, std::string_view source, std::string_view ref) const = 0;
  // INVALID_ARGUMENT: the page token was not given for this tenant and these filters, or the limit
  // is 0. A journey that gets news between two pages moves to the front, so later pages lack it.
  [[nodiscard]] virtual absl::StatusOr<JourneyPage> ListJourneys(
      const JourneyQuery& query) const = 0;

  // Persons with a `due_at` that come after `after` and are due at `until` at the latest, in order,
  // at most `limit`; and how many persons have one.
  [[nodiscard]] virtual absl::StatusOr<std::vector<DuePerson>> ListDue(const DuePerson& after,
                                                                       absl::Time until,
                                                                       size_t limit) const = 0;
  [[nodiscard]] virtual absl::StatusOr<int64_t> CountDue() const = 0;
  // What Materialization::due_basis last said; empty at first.
  [[nodiscard]] virtual absl::StatusOr<std::string> DueBasis() const = 0;
  // Looks at up to `limit` persons after `after`, by tenant and person_id; those of them that have
  // an open journey or a `due_at`.
  [[nodiscard]] virtual absl::StatusOr<PersonPage> ListWaiting(const PersonName& after,
                                                               size_t limit) const = 0;

  // Actions of the outbox, in order; and how many are in that state, of all tenants.
  [[nodiscard]] virtual absl::StatusOr<std::optional<ActionRow>> FindAction(
      std::string_view tenant, std::string_view action_id) const = 0;
  [[nodiscard]] virtual absl::StatusOr<std::vector<ActionRow>> ListActions(
      const ActionQuery& query) const = 0;
  [[nodiscard]] virtual absl::StatusOr<int64_t> CountActions(ActionState state) const = 0;

  // What was learned, by tenant; and up to which record. In a file that is older than expectations
  // that is where its tables stood: its records teach nothing.
  [[nodiscard]] virtual absl::StatusOr<std::vector<ExpectationRow>> ListExpectations() const = 0;
  [[nodiscard]] virtual absl::StatusOr<uint64_t> LearnedPosition() const = 0;

  // Unmapped records, grouped by key, most frequent first, equally frequent ones by newest record
  // and then by key, at most `limit` groups. Counts what is in the log still.
  [[nodiscard]] virtual absl::StatusOr<std::vector<UnmappedGroup>> ListUnmapped(
      std::string_view tenant, size_t limit) const = 0;

  // Deletes log records up to MaterializedPosition() that occurred before `before`, lowest
  // positions first, and journeys that are not open with their newest activity before it, oldest
  // first, together with their tickets and with their persons that have no journey left. Journeys
  // of a person that a later log record changes stay: a restart replays that record on them. At
  // most `limit` records and `limit` journeys; returns how many rows went in all, so 0 is the end.
  [[nodiscard]] virtual absl::StatusOr<size_t> Prune(absl::Time before, size_t limit) = 0;

  // Deletes actions that were settled before `before`, longest settled first, at most `limit`, and
  // returns how many went.
  [[nodiscard]] virtual absl::StatusOr<size_t> PruneActions(absl::Time before, size_t limit) = 0;

  // After a failed write: makes the store writable again, or says why it still is not.
  [[nodiscard]] virtual absl::Status Recover() = 0;

  // Random text that was made with the store and never changes: the key of what nobody outside may
  // guess. Lives as long as the store.
  [[nodiscard]] virtual std::string_view secret() const = 0;

  // "sqlite" or "memory".
  [[nodiscard]] virtual std::string_view kind() const = 0;
};

}  // namespace waypost::store
