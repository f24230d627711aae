// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sidecar/store/page_token.h"
#include "sidecar/store/sqlite.h"
#include "sidecar/store/store.h"

namespace waypost::store {

// The reads of Store on one connection, each one statement, so that it sees one committed state.
//
// Threads: one at a time.
class SqliteReader {
 public:
  // Prepares every statement on `connection`, which must have the newest tables.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<SqliteReader>> Make(
      std::unique_ptr<SqliteConnection> connection);

  [[nodiscard]] absl::StatusOr<LogRecord> ReadRecord(uint64_t position);

  // Up to `limit` records with position > `after`, in order.
  [[nodiscard]] absl::StatusOr<std::vector<LogRecord>> ReadLog(uint64_t after, size_t limit);

  [[nodiscard]] absl::StatusOr<std::optional<PersonRow>> FindPerson(std::string_view tenant,
                                                                    std::string_view person_id);
  [[nodiscard]] absl::StatusOr<std::vector<JourneyRow>> LiveJourneys(std::string_view tenant,
                                                                     std::string_view person_id);
  [[nodiscard]] absl::StatusOr<std::optional<JourneyRow>> FindJourney(std::string_view tenant,
                                                                      std::string_view journey_id);
  [[nodiscard]] absl::StatusOr<std::optional<TicketRow>> FindTicket(std::string_view tenant,
                                                                    std::string_view source,
                                                                    std::string_view ref);
  [[nodiscard]] absl::StatusOr<JourneyPage> ListJourneys(const JourneyQuery& query);
  [[nodiscard]] absl::StatusOr<std::vector<DuePerson>> ListDue(const DuePerson& after,
                                                               absl::Time until, size_t limit);
  [[nodiscard]] absl::StatusOr<int64_t> CountDue();
  [[nodiscard]] absl::StatusOr<std::string> DueBasis();
  [[nodiscard]] absl::StatusOr<PersonPage> ListWaiting(const PersonName& after, size_t limit);
  [[nodiscard]] absl::StatusOr<std::optional<ActionRow>> FindAction(std::string_view tenant,
                                                                    std::string_view action_id);
  [[nodiscard]] absl::StatusOr<std::vector<ActionRow>> ListActions(const ActionQuery& query);
  [[nodiscard]] absl::StatusOr<int64_t> CountActions(ActionState state);
  [[nodiscard]] absl::StatusOr<std::vector<ExpectationRow>> ListExpectations();
  [[nodiscard]] absl::StatusOr<std::vector<UnmappedGroup>> ListUnmapped(std::string_view tenant,
                                                                        size_t limit);

 private:
  explicit SqliteReader(std::unique_ptr<SqliteConnection> connection)
      : connection_(std::move(connection)) {}

  [[nodiscard]] absl::Status PrepareAll();

  const std::unique_ptr<SqliteConnection> connection_;
  // Declared after the connection, so that they go first.
  std::optional<SqliteStatement> read_log_;
  std::optional<SqliteStatement> find_person_;
  std::optional<SqliteStatement> live_journeys_;
  std::optional<SqliteStatement> find_journey_;
  std::optional<SqliteStatement> find_ticket_;
  std::optional<SqliteStatement> list_journeys_;
  std::optional<SqliteStatement> list_journeys_of_person_;
  std::optional<SqliteStatement> list_due_;
  std::optional<SqliteStatement> count_due_;
  std::optional<SqliteStatement> due_basis_;
  std::optional<SqliteStatement> list_waiting_;
  std::optional<SqliteStatement> find_action_;
  std::optional<SqliteStatement> list_actions_;
  std::optional<SqliteStatement> count_actions_;
  std::optional<SqliteStatement> list_expectations_;
  std::optional<SqliteStatement> list_unmapped_;
};

}  // namespace waypost::store
