// SPDX-License-Identifier: Apache-2.0
#include "sidecar/store/sqlite_reader.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/store/checks.h"

namespace waypost::store {
namespace {

constexpr uint64_t kLargestInteger = std::numeric_limits<int64_t>::max();

constexpr char kReadLog[] =
    "SELECT position, tenant, person_id, occurred_at, unmapped_key, event, decision FROM log"
    " WHERE position > ?1 ORDER BY position LIMIT ?2";
constexpr char kFindPerson[] =
    "SELECT position, blob, due_at, due_at IS NULL FROM persons"
    " WHERE tenant = ?1 AND person_id = ?2";
constexpr char kJourney[] =
    "SELECT journey_id, person_id, stage, open, live, newest_at, blob FROM journeys ";
constexpr char kFindTicket[] =
    "SELECT person_id, journey_id FROM tickets WHERE tenant = ?1 AND source = ?2 AND ref = ?3";
constexpr char kListDue[] =
    "SELECT due_at, tenant, person_id FROM persons INDEXED BY persons_due WHERE due_at IS NOT NULL"
    " AND (due_at, tenant, person_id) > (?1, ?2, ?3) AND due_at <= ?4"
    " ORDER BY due_at, tenant, person_id LIMIT ?5";
constexpr char kCountDue[] =
    "SELECT count(*) FROM persons INDEXED BY persons_due WHERE due_at IS NOT NULL";
constexpr char kDueBasis[] = "SELECT basis FROM due_basis";
constexpr char kListWaiting[] =
    "SELECT tenant, person_id, EXISTS ("
    "SELECT 1 FROM journeys INDEXED BY journeys_by_person WHERE journeys.tenant = persons.tenant"
    " AND journeys.person_id = persons.person_id AND open = 1) OR due_at IS NOT NULL FROM persons"
    " WHERE (tenant, person_id) > (?1, ?2) ORDER BY tenant, person_id LIMIT ?3";
constexpr char kFindAction[] =
    "SELECT tenant, action_id, position, number, state, settled_at, settled_at IS NULL, blob"
    " FROM actions WHERE tenant = ?1 AND action_id = ?2";
constexpr char kListActions[] =
    "SELECT tenant, action_id, position, number, state, settled_at, settled_at IS NULL, blob"
    " FROM actions INDEXED BY actions_by_state WHERE state = ?1 AND (position, number) > (?2, ?3)"
    " AND (?4 = '' OR tenant = ?4) ORDER BY position, number LIMIT ?5";
constexpr char kCountActions[] =
    "SELECT count(*) FROM actions INDEXED BY actions_by_state WHERE state = ?1";
constexpr char kListExpectations[] = "SELECT tenant, blob FROM expectations ORDER BY tenant";
constexpr char kListUnmapped[] =
    "SELECT unmapped_key, count(*) AS records, max(occurred_at) AS last_at FROM log"
    " WHERE tenant = ?1 AND unmapped_key IS NOT NULL GROUP BY unmapped_key"
    " ORDER BY records DESC, last_at DESC, unmapped_key LIMIT ?2";

// What follows kJourney. The index is named, so that no statistics can make a page a full scan.
constexpr char kFindJourney[] = "WHERE tenant = ?1 AND journey_id = ?2";
constexpr char kLiveJourneys[] =
    "INDEXED BY journeys_by_person WHERE tenant = ?1 AND person_id = ?2 AND live = 1"
    " ORDER BY newest_at, journey_id";
constexpr char kListJourneys[] = "INDEXED BY journeys_by_activity WHERE tenant = ?1";
constexpr char kListJourneysOfPerson[] =
    "INDEXED BY journeys_by_person WHERE tenant = ?1 AND person_id = ?7";
constexpr char kPage[] =
    " AND newest_at <= ?2 AND (newest_at < ?2 OR journey_id > ?3)"
    " AND (?4 = '' OR stage = ?4) AND (?5 = 0 OR open = 1)"
    " ORDER BY newest_at DESC, journey_id LIMIT ?6";

LogRecord RecordOf(const SqliteRows& rows) {
  LogRecord record;
  record.position = static_cast<uint64_t>(rows.Integer(0));
  record.tenant = rows.Bytes(1);
  record.person_id = rows.Bytes(2);
  record.occurred_at = absl::FromUnixMicros(rows.Integer(3));
  record.unmapped_key = rows.Bytes(4);
  record.event = rows.Bytes(5);
  record.decision = rows.Bytes(6);
  return record;
}

JourneyRow JourneyOf(std::string_view tenant, const SqliteRows& rows) {
  JourneyRow row;
  row.tenant = std::string(tenant);
  row.journey_id = rows.Bytes(0);
  row.person_id = rows.Bytes(1);
  row.stage = rows.Bytes(2);
  row.open = rows.Integer(3) != 0;
  row.live = rows.Integer(4) != 0;
  row.newest_at = absl::FromUnixMicros(rows.Integer(5));
  row.blob = rows.Bytes(6);
  return row;
}

ActionRow ActionOf(const SqliteRows& rows) {
  ActionRow row;
  row.tenant = rows.Bytes(0);
  row.action_id = rows.Bytes(1);
  row.position = static_cast<uint64_t>(rows.Integer(2));
  row.number = static_cast<uint32_t>(rows.Integer(3));
  row.state = static_cast<ActionState>(rows.Integer(4));
  if (rows.Integer(6) == 0) row.settled_at = absl::FromUnixMicros(rows.Integer(5));
  row.blob = rows.Bytes(7);
  return row;
}

int64_t ToLimit(uint64_t limit) { return static_cast<int64_t>(std::min(limit, kLargestInteger)); }

absl::StatusOr<std::vector<JourneyRow>> AllJourneys(std::string_view tenant, SqliteRows rows) {
  std::vector<JourneyRow> journeys;
  while (true) {
    WAYPOST_ASSIGN_OR_RETURN(const bool found, rows.Next());
    if (!found) return journeys;
    journeys.push_back(JourneyOf(tenant, rows));
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteReader>> SqliteReader::Make(
    std::unique_ptr<SqliteConnection> connection) {
  std::unique_ptr<SqliteReader> reader(new SqliteReader(std::move(connection)));
  WAYPOST_RETURN_IF_ERROR(reader->PrepareAll());
  return reader;
}

absl::Status SqliteReader::PrepareAll() {
  WAYPOST_RETURN_IF_ERROR(connection_->PrepareInto(kReadLog, read_log_));
  WAYPOST_RETURN_IF_ERROR(connection_->PrepareInto(kFindPerson, find_person_));
  WAYPOST_RETURN_IF_ERROR(
      connection_->PrepareInto(absl::StrCat(kJourney, kLiveJourneys), live_journeys_));
  WAYPOST_RETURN_IF_ERROR(
      connection_->PrepareInto(absl::StrCat(kJourney, kFindJourney), find_journey_));
  WAYPOST_RETURN_IF_ERROR(connection_->PrepareInto(kFindTicket, find_ticket_));
  WAYPOST_RETURN_IF_ERROR(
      connection_->PrepareInto(absl::StrCat(kJourney, kListJourneys, kPage), list_journeys_));
  WAYPOST_RETURN_IF_ERROR(connection_->PrepareInto(
      absl::StrCat(kJourney, kListJourneysOfPerson, kPage), list_journeys_of_person_));
  WAYPOST_RETURN_IF_ERROR(connection_->PrepareInto(kListDue, list_due_));
  WAYPOST_RETURN_IF_ERROR(connection_->PrepareInto(kCountDue, count_due_));
  WAYPOST_RETURN_IF_ERROR(connection_->PrepareInto(kDueBasis, due_basis_));
  WAYPOST_RETURN_IF_ERROR(connection_->PrepareInto(kListWaiting, list_waiting_));
  WAYPOST_RETURN_IF_ERROR(connection_->PrepareInto(kFindAction, find_action_));
  WAYPOST_RETURN_IF_ERROR(connection_->PrepareInto(kListActions, list_actions_));
  WAYPOST_RETURN_IF_ERROR(connection_->PrepareInto(kCountActions, count_actions_));
  WAYPOST_RETURN_IF_ERROR(connection_->PrepareInto(kListExpectations, list_expectations_));
  return connection_->PrepareInto(kListUnmapped, list_unmapped_);
}

absl::StatusOr<LogRecord> SqliteReader::ReadRecord(uint64_t position) {
  if (position == 0 || position > kLargestInteger) return NoRecordAt(position);
  WAYPOST_ASSIGN_OR_RETURN(std::vector<LogRecord> records, ReadLog(position - 1, 1));
  if (records.empty() || records.front().position != position) return NoRecordAt(position);
  return std::move(records.front());
}

absl::StatusOr<std::vector<LogRecord>> SqliteReader::ReadLog(uint64_t after, size_t limit) {
  std::vector<LogRecord> records;
  if (after >= kLargestInteger) return records;
  SqliteRows rows = read_log_->Start(static_cast<int64_t>(after), ToLimit(limit));
  while (true) {
    WAYPOST_ASSIGN_OR_RETURN(const bool found, rows.Next());
    if (!found) return records;
    records.push_back(RecordOf(rows));
  }
}

absl::StatusOr<std::optional<PersonRow>> SqliteReader::FindPerson(std::string_view tenant,
                                                                  std::string_view person_id) {
  SqliteRows rows = find_person_->Start(tenant, person_id);
  WAYPOST_ASSIGN_OR_RETURN(const bool found, rows.Next());
  if (!found) return std::nullopt;
  PersonRow row;
  row.tenant = std::string(tenant);
  row.person_id = std::string(person_id);
  row.position = static_cast<uint64_t>(rows.Integer(0));
  row.blob = rows.Bytes(1);
  if (rows.Integer(3) == 0) row.due_at = absl::FromUnixMicros(rows.Integer(2));
  return row;
}

absl::StatusOr<std::vector<JourneyRow>> SqliteReader::LiveJourneys(std::string_view tenant,
                                                                   std::string_view person_id) {
  return AllJourneys(tenant, live_journeys_->Start(tenant, person_id));
}

absl::StatusOr<std::optional<JourneyRow>> SqliteReader::FindJourney(std::string_view tenant,
                                                                    std::string_view journey_id) {
  SqliteRows rows = find_journey_->Start(tenant, journey_id);
  WAYPOST_ASSIGN_OR_RETURN(const bool found, rows.Next());
  if (!found) return std::nullopt;
  return JourneyOf(tenant, rows);
}

absl::StatusOr<std::optional<TicketRow>> SqliteReader::FindTicket(std::string_view tenant,
                                                                  std::string_view source,
                                                                  std::string_view ref) {
  SqliteRows rows = find_ticket_->Start(tenant, source, ref);
  WAYPOST_ASSIGN_OR_RETURN(const bool found, rows.Next());
  if (!found) return std::nullopt;
  return TicketRow{std::string(tenant), std::string(source), std::string(ref), rows.Bytes(0),
                   rows.Bytes(1)};
}

absl::StatusOr<JourneyPage> SqliteReader::ListJourneys(const JourneyQuery& query) {
  WAYPOST_RETURN_IF_ERROR(CheckQuery(query));
  PagePosition start{std::numeric_limits<int64_t>::max(), ""};
  if (!query.page_token.empty()) {
    WAYPOST_ASSIGN_OR_RETURN(start, ReadPageToken(query));
  }
  const int64_t open_only = query.open_only ? 1 : 0;
  // One row more than the page tells whether another page follows.
  const int64_t limit = ToLimit(std::min<uint64_t>(query.limit, kLargestInteger - 1) + 1);
  JourneyPage page;
  WAYPOST_ASSIGN_OR_RETURN(
      page.rows,
      AllJourneys(
          query.tenant,
          query.person_id.empty()
              ? list_journeys_->Start(query.tenant, start.newest_micros, start.journey_id,
                                      query.stage, open_only, limit)
              : list_journeys_of_person_->Start(query.tenant, start.newest_micros, start.journey_id,
                                                query.stage, open_only, limit, query.person_id)));
  if (page.rows.size() > query.limit) {
    page.rows.pop_back();
    page.next_page_token = PageTokenAfter(query, page.rows.back());
  }
  return page;
}

absl::StatusOr<std::vector<DuePerson>> SqliteReader::ListDue(const DuePerson& after,
                                                             absl::Time until, size_t limit) {
  std::vector<DuePerson> persons;
  SqliteRows rows = list_due_->Start(absl::ToUnixMicros(after.due_at), after.tenant,
                                     after.person_id, absl::ToUnixMicros(until), ToLimit(limit));
  while (true) {
    WAYPOST_ASSIGN_OR_RETURN(const bool found, rows.Next());
    if (!found) return persons;
    persons.push_back({absl::FromUnixMicros(rows.Integer(0)), rows.Bytes(1), rows.Bytes(2)});
  }
}

absl::StatusOr<int64_t> SqliteReader::CountDue() {
  SqliteRows rows = count_due_->Start();
  WAYPOST_RETURN_IF_ERROR(rows.Next().status());
  return rows.Integer(0);
}

absl::StatusOr<std::string> SqliteReader::DueBasis() {
  SqliteRows rows = due_basis_->Start();
  WAYPOST_RETURN_IF_ERROR(rows.Next().status());
  return rows.Bytes(0);
}

absl::StatusOr<PersonPage> SqliteReader::ListWaiting(const PersonName& after, size_t limit) {
  PersonPage page;
  PersonName last;
  size_t looked_at = 0;
  SqliteRows rows = list_waiting_->Start(after.tenant, after.person_id, ToLimit(limit));
  while (true) {
    WAYPOST_ASSIGN_OR_RETURN(const bool found, rows.Next());
    if (!found) break;
    last = {rows.Bytes(0), rows.Bytes(1)};
    ++looked_at;
    if (rows.Integer(2) != 0) page.persons.push_back(last);
  }
  if (looked_at == limit) page.next_after = std::move(last);
  return page;
}

absl::StatusOr<std::optional<ActionRow>> SqliteReader::FindAction(std::string_view tenant,
                                                                  std::string_view action_id) {
  SqliteRows rows = find_action_->Start(tenant, action_id);
  WAYPOST_ASSIGN_OR_RETURN(const bool found, rows.Next());
  if (!found) return std::nullopt;
  return ActionOf(rows);
}

absl::StatusOr<std::vector<ActionRow>> SqliteReader::ListActions(const ActionQuery& query) {
  std::vector<ActionRow> actions;
  SqliteRows rows =
      list_actions_->Start(static_cast<int64_t>(query.state), ToLimit(query.after_position),
                           int64_t{query.after_number}, query.tenant, ToLimit(query.limit));
  while (true) {
    WAYPOST_ASSIGN_OR_RETURN(const bool found, rows.Next());
    if (!found) return actions;
    actions.push_back(ActionOf(rows));
  }
}

absl::StatusOr<int64_t> SqliteReader::CountActions(ActionState state) {
  SqliteRows rows = count_actions_->Start(static_cast<int64_t>(state));
  WAYPOST_RETURN_IF_ERROR(rows.Next().status());
  return rows.Integer(0);
}

absl::StatusOr<std::vector<ExpectationRow>> SqliteReader::ListExpectations() {
  std::vector<ExpectationRow> expectations;
  SqliteRows rows = list_expectations_->Start();
  while (true) {
    WAYPOST_ASSIGN_OR_RETURN(const bool found, rows.Next());
    if (!found) return expectations;
    expectations.push_back({rows.Bytes(0), rows.Bytes(1)});
  }
}

absl::StatusOr<std::vector<UnmappedGroup>> SqliteReader::ListUnmapped(std::string_view tenant,
                                                                      size_t limit) {
  std::vector<UnmappedGroup> groups;
  SqliteRows rows = list_unmapped_->Start(tenant, ToLimit(limit));
  while (true) {
    WAYPOST_ASSIGN_OR_RETURN(const bool found, rows.Next());
    if (!found) return groups;
    groups.push_back({rows.Bytes(0), rows.Integer(1), absl::FromUnixMicros(rows.Integer(2))});
  }
}

}  // namespace waypost::store
