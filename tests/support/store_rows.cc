// SPDX-License-Identifier: Apache-2.0
#include "tests/support/store_rows.h"

#include <ostream>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace waypost::store {

absl::Time At(int64_t minutes) {
  return absl::FromUnixSeconds(1767603600) + absl::Minutes(minutes);
}

LogRecord Record(uint64_t position) {
  LogRecord record;
  record.position = position;
  record.tenant = "acme";
  record.person_id = "ann";
  record.occurred_at = At(static_cast<int64_t>(position));
  record.event = absl::StrCat("event ", position);
  record.decision = absl::StrCat("decision ", position);
  return record;
}

std::vector<LogRecord> Records(uint64_t first, uint64_t last) {
  std::vector<LogRecord> records;
  for (uint64_t position = first; position <= last; ++position) {
    records.push_back(Record(position));
  }
  return records;
}

PersonRow Person(const std::string& person_id, uint64_t position) {
  return {"acme", person_id, position, absl::StrCat("person ", person_id, " at ", position),
          absl::InfiniteFuture()};
}

JourneyRow Journey(const std::string& journey_id, const std::string& person_id,
                   int64_t newest_minutes) {
  JourneyRow row;
  row.tenant = "acme";
  row.journey_id = journey_id;
  row.person_id = person_id;
  row.stage = "engage";
  row.newest_at = At(newest_minutes);
  row.blob = absl::StrCat("journey ", journey_id, " at ", newest_minutes);
  return row;
}

TicketRow Ticket(const std::string& ref, const std::string& person_id,
                 const std::string& journey_id) {
  return {"acme", "snow", ref, person_id, journey_id};
}

ActionRow Action(const std::string& action_id, uint64_t position, uint32_t number) {
  ActionRow row;
  row.tenant = "acme";
  row.action_id = action_id;
  row.position = position;
  row.number = number;
  row.blob = absl::StrCat("action ", action_id);
  return row;
}

bool operator==(const LogRecord& a, const LogRecord& b) {
  return std::tie(a.position, a.tenant, a.person_id, a.occurred_at, a.event, a.decision,
                  a.unmapped_key) == std::tie(b.position, b.tenant, b.person_id, b.occurred_at,
                                              b.event, b.decision, b.unmapped_key);
}

bool operator==(const PersonRow& a, const PersonRow& b) {
  return std::tie(a.tenant, a.person_id, a.position, a.blob, a.due_at) ==
         std::tie(b.tenant, b.person_id, b.position, b.blob, b.due_at);
}

bool operator==(const JourneyRow& a, const JourneyRow& b) {
  return std::tie(a.tenant, a.journey_id, a.person_id, a.stage, a.open, a.live, a.newest_at,
                  a.blob) == std::tie(b.tenant, b.journey_id, b.person_id, b.stage, b.open, b.live,
                                      b.newest_at, b.blob);
}

bool operator==(const TicketRow& a, const TicketRow& b) {
  return std::tie(a.tenant, a.source, a.ref, a.person_id, a.journey_id) ==
         std::tie(b.tenant, b.source, b.ref, b.person_id, b.journey_id);
}

bool operator==(const ActionRow& a, const ActionRow& b) {
  return std::tie(a.tenant, a.action_id, a.position, a.number, a.state, a.settled_at, a.blob) ==
         std::tie(b.tenant, b.action_id, b.position, b.number, b.state, b.settled_at, b.blob);
}

void PrintTo(const LogRecord& record, std::ostream* out) {
  *out << "record " << record.position << " of " << record.tenant << "/" << record.person_id
       << " with '" << record.event << "'";
}

void PrintTo(const JourneyRow& row, std::ostream* out) {
  *out << "journey " << row.tenant << "/" << row.journey_id << " of " << row.person_id << " with '"
       << row.blob << "'";
}

std::vector<LogRecord> WholeLog(const Store& store) {
  std::vector<LogRecord> records;
  const absl::Status status = store.ScanLog(0, [&](const LogRecord& record) {
    records.push_back(record);
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status.ToString();
  return records;
}

}  // namespace waypost::store
