// SPDX-License-Identifier: Apache-2.0
// Every sentence of sidecar/store/store.h that holds for every store, run against each of them.
#include <atomic>
#include <functional>
#include <limits>
#include <memory>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sidecar/store/memory_store.h"
#include "sidecar/store/sqlite_store.h"
#include "sidecar/store/store.h"
#include "tests/support/store_rows.h"
#include "tests/support/temporary_folder.h"

namespace waypost::store {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;

struct StoreKind {
  std::string name;
  std::function<absl::StatusOr<std::unique_ptr<Store>>(const TemporaryFolder&)> make;
};

void PrintTo(const StoreKind& kind, std::ostream* out) { *out << kind.name; }

class StoreContractTest : public testing::TestWithParam<StoreKind> {
 protected:
  void SetUp() override {
    auto made = GetParam().make(folder_);
    ASSERT_TRUE(made.ok()) << made.status();
    store_ = *std::move(made);
  }

  void Append(const std::vector<LogRecord>& records) {
    const absl::Status status = store_->Append(records);
    ASSERT_TRUE(status.ok()) << status;
  }

  void Materialize(const Materialization& batch) {
    const absl::Status status = store_->Materialize(batch);
    ASSERT_TRUE(status.ok()) << status;
  }

  std::vector<std::string> ListAll(JourneyQuery query) {
    std::vector<std::string> ids;
    do {
      auto page = store_->ListJourneys(query);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) return ids;
      EXPECT_LE(page->rows.size(), query.limit);
      for (const JourneyRow& row : page->rows) ids.push_back(row.journey_id);
      query.page_token = page->next_page_token;
    } while (!query.page_token.empty());
    return ids;
  }

  std::vector<std::string> DueNames(const DuePerson& after, absl::Time until, size_t limit) {
    const auto due = store_->ListDue(after, until, limit);
    EXPECT_TRUE(due.ok()) << due.status();
    std::vector<std::string> names;
    for (const DuePerson& person : *due) {
      names.push_back(person.tenant + "/" + person.person_id + " " +
                      std::to_string(absl::ToInt64Minutes(person.due_at - At(0))));
    }
    return names;
  }

  std::vector<std::string> WaitingNames(size_t limit) {
    std::vector<std::string> names;
    PersonName after;
    while (true) {
      const auto page = store_->ListWaiting(after, limit);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) return names;
      EXPECT_LE(page->persons.size(), limit);
      for (const PersonName& name : page->persons)
        names.push_back(name.tenant + "/" + name.person_id);
      if (!page->next_after.has_value()) return names;
      after = *page->next_after;
    }
  }

  TemporaryFolder folder_;
  std::unique_ptr<Store> store_;
};

PersonRow DueAt(int64_t minutes, const std::string& person_id, const std::string& tenant = "acme") {
  PersonRow row = Person(person_id);
  row.tenant = tenant;
  row.due_at = At(minutes);
  return row;
}

INSTANTIATE_TEST_SUITE_P(
    Stores, StoreContractTest,
    testing::Values(StoreKind{"memory", [](const TemporaryFolder&) { return MakeMemoryStore(); }},
                    StoreKind{"sqlite",
                              [](const TemporaryFolder& folder) {
                                SqliteOptions options;
                                options.path = folder.File("waypost.db");
                                return OpenSqliteStore(options);
                              }}),
    [](const testing::TestParamInfo<StoreKind>& info) { return info.param.name; });

TEST_P(StoreContractTest, SaysItsKind) { EXPECT_EQ(store_->kind(), GetParam().name); }

TEST_P(StoreContractTest, IsEmptyAtFirst) {
  EXPECT_EQ(store_->LastPosition().value(), 0);
  EXPECT_EQ(store_->MaterializedPosition().value(), 0);
  EXPECT_THAT(WholeLog(*store_), IsEmpty());
  EXPECT_EQ(store_->ReadRecord(0).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(store_->ReadRecord(1).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(store_->FindPerson("acme", "ann").value(), std::nullopt);
  EXPECT_EQ(store_->FindJourney("acme", "j1").value(), std::nullopt);
  EXPECT_EQ(store_->FindTicket("acme", "snow", "INC1").value(), std::nullopt);
  EXPECT_THAT(store_->LiveJourneys("acme", "ann").value(), IsEmpty());
  EXPECT_THAT(ListAll({.tenant = "acme"}), IsEmpty());
  EXPECT_THAT(store_->ListUnmapped("acme", 10).value(), IsEmpty());
  EXPECT_THAT(DueNames({}, absl::InfiniteFuture(), 10), IsEmpty());
  EXPECT_EQ(store_->CountDue().value(), 0);
  EXPECT_EQ(store_->DueBasis().value(), "");
  EXPECT_EQ(store_->LearnedPosition().value(), 0);
  EXPECT_THAT(store_->ListExpectations().value(), IsEmpty());
  EXPECT_THAT(WaitingNames(10), IsEmpty());
  EXPECT_EQ(store_->Prune(absl::InfiniteFuture(), 10).value(), 0);
}

TEST_P(StoreContractTest, ExpectationsAreReplacedByTenant) {
  Append({Record(1), Record(2)});
  const std::string blob("\0\xff", 2);
  Materialize({.expectations = {{"acme", "old"}, {"zeta", blob}}, .learned_position = 1});
  Materialize({.expectations = {{"acme", "new"}}, .learned_position = 2});
  Materialize({.position = 1});
  const std::vector<ExpectationRow> rows = store_->ListExpectations().value();
  ASSERT_EQ(rows.size(), 2);
  EXPECT_EQ(rows[0].tenant + " " + rows[0].blob, "acme new");
  EXPECT_EQ(rows[1].tenant + " " + rows[1].blob, "zeta " + blob);
  EXPECT_EQ(store_->LearnedPosition().value(), 2);
  EXPECT_EQ(store_->MaterializedPosition().value(), 1);
  for (const uint64_t position : {1, 3}) {
    EXPECT_EQ(store_->Materialize({.learned_position = position}).code(),
              absl::StatusCode::kInvalidArgument)
        << position;
  }
}

TEST_P(StoreContractTest, AppendsRecordsThatReadBackAsTheyWere) {
  std::vector<LogRecord> records = Records(1, 3);
  records[1].tenant = std::string("t\0\xff", 3);
  records[1].person_id = "Zoë O'Brien; DROP TABLE log";
  records[1].event = std::string("\0\x01\xfe", 3);
  records[1].decision = "";
  records[1].unmapped_key = std::string("k\0k", 3);
  Append(records);
  EXPECT_EQ(store_->LastPosition().value(), 3);
  EXPECT_EQ(store_->ReadRecord(2).value(), records[1]);
  EXPECT_THAT(WholeLog(*store_), ElementsAreArray(records));
  Append({});
  Append(Records(4, 4));
  EXPECT_EQ(store_->LastPosition().value(), 4);
  EXPECT_EQ(store_->ReadRecord(4).value(), Record(4));
}

TEST_P(StoreContractTest, ListsWhoIsDueInOrder) {
  Append(Records(1, 1));
  Materialize({.persons = {DueAt(30, "bob"), DueAt(10, "cid"), DueAt(10, "bob", "zeta"),
                           DueAt(10, "ann"), Person("dan"), DueAt(-5, "eve")}});
  EXPECT_EQ(store_->CountDue().value(), 5);
  EXPECT_EQ(store_->FindPerson("acme", "ann").value(), DueAt(10, "ann"));
  EXPECT_EQ(store_->FindPerson("acme", "dan").value(), Person("dan"));
  EXPECT_THAT(
      DueNames({}, absl::InfiniteFuture(), 10),
      ElementsAre("acme/eve -5", "acme/ann 10", "acme/cid 10", "zeta/bob 10", "acme/bob 30"));
  EXPECT_THAT(DueNames({}, At(10), 10),
              ElementsAre("acme/eve -5", "acme/ann 10", "acme/cid 10", "zeta/bob 10"));
  EXPECT_THAT(DueNames({}, At(10), 2), ElementsAre("acme/eve -5", "acme/ann 10"));
  EXPECT_THAT(DueNames({At(10), "acme", "ann"}, At(30), 10),
              ElementsAre("acme/cid 10", "zeta/bob 10", "acme/bob 30"));
  EXPECT_THAT(DueNames({}, At(-6), 10), IsEmpty());

  Materialize({.persons = {Person("ann", 1), DueAt(40, "cid")}});
  EXPECT_EQ(store_->CountDue().value(), 4);
  EXPECT_THAT(DueNames({}, absl::InfiniteFuture(), 10),
              ElementsAre("acme/eve -5", "zeta/bob 10", "acme/bob 30", "acme/cid 40"));
}

TEST_P(StoreContractTest, KeepsTheDueTimeToTheMicrosecond) {
  PersonRow row = DueAt(0, "ann");
  row.due_at += absl::Nanoseconds(1999);
  Materialize({.persons = {row}});
  EXPECT_EQ(store_->FindPerson("acme", "ann").value()->due_at, At(0) + absl::Microseconds(1));
  EXPECT_EQ(store_->ListDue({}, absl::InfiniteFuture(), 1).value().at(0).due_at,
            At(0) + absl::Microseconds(1));
}

TEST_P(StoreContractTest, ListsWhoMayWait) {
  JourneyRow ended = Journey("j2", "bob", 1);
  ended.open = false;
  JourneyRow other = Journey("j3", "cid", 1);
  other.tenant = "zeta";
  PersonRow cid = Person("cid");
  cid.tenant = "zeta";
  Materialize({.persons = {Person("ann"), Person("bob"), DueAt(5, "dan"), Person("eve"), cid},
               .journeys = {Journey("j1", "ann", 1), ended, other}});
  for (const size_t limit : {1, 2, 5, 100}) {
    SCOPED_TRACE(limit);
    EXPECT_THAT(WaitingNames(limit), ElementsAre("acme/ann", "acme/dan", "zeta/cid"));
  }
}

TEST_P(StoreContractTest, HasASecretThatStays) {
  const std::string secret(store_->secret());
  EXPECT_FALSE(secret.empty());
  Append(Records(1, 1));
  EXPECT_EQ(store_->secret(), secret);
}

TEST_P(StoreContractTest, RemembersHowDueTimesWereFound) {
  Materialize({.due_basis = "rules 1"});
  EXPECT_EQ(store_->DueBasis().value(), "rules 1");
  Materialize({});
  EXPECT_EQ(store_->DueBasis().value(), "rules 1");
  Materialize({.due_basis = "rules 2"});
  EXPECT_EQ(store_->DueBasis().value(), "rules 2");
}

TEST_P(StoreContractTest, KeepsInstantsToTheMicrosecond) {
  std::vector<LogRecord> records = Records(1, 3);
  records[0].occurred_at = At(0) + absl::Nanoseconds(1999);
  records[1].occurred_at = absl::UnixEpoch() - absl::Nanoseconds(1);
  records[2].occurred_at = absl::FromCivil(absl::CivilSecond(9999, 12, 31), absl::UTCTimeZone());
  Append(records);
  EXPECT_EQ(store_->ReadRecord(1)->occurred_at, At(0) + absl::Microseconds(1));
  EXPECT_EQ(store_->ReadRecord(2)->occurred_at, absl::UnixEpoch() - absl::Microseconds(1));
  EXPECT_EQ(store_->ReadRecord(3)->occurred_at, records[2].occurred_at);
}

TEST_P(StoreContractTest, RefusesWrongPositionsAndKeepsNothingOfThem) {
  Append(Records(1, 2));
  struct Case {
    std::string name;
    std::vector<LogRecord> records;
  };
  const Case cases[] = {
      {"zero", {Record(0)}},
      {"again", {Record(2)}},
      {"a hole", {Record(4)}},
      {"a hole later", {Record(3), Record(5)}},
      {"backwards", {Record(4), Record(3)}},
      {"twice", {Record(3), Record(3)}},
  };
  for (const Case& wrong : cases) {
    SCOPED_TRACE(wrong.name);
    EXPECT_EQ(store_->Append(wrong.records).code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(store_->LastPosition().value(), 2);
    EXPECT_THAT(WholeLog(*store_), ElementsAreArray(Records(1, 2)));
  }
  Append(Records(3, 3));
}

TEST_P(StoreContractTest, ScansAfterAPositionInOrderAcrossManyRecords) {
  Append(Records(1, 1000));
  std::vector<uint64_t> seen;
  const auto visit = [&](const LogRecord& record) {
    seen.push_back(record.position);
    return absl::OkStatus();
  };
  ASSERT_TRUE(store_->ScanLog(400, visit).ok());
  ASSERT_EQ(seen.size(), 600);
  for (size_t i = 0; i < seen.size(); ++i) EXPECT_EQ(seen[i], 401 + i);
  seen.clear();
  ASSERT_TRUE(store_->ScanLog(1000, visit).ok());
  ASSERT_TRUE(store_->ScanLog(std::numeric_limits<uint64_t>::max(), visit).ok());
  EXPECT_THAT(seen, IsEmpty());
}

TEST_P(StoreContractTest, ScanStopsAtTheFirstFailureOfTheVisitorAndMayReadMeanwhile) {
  Append(Records(1, 10));
  uint64_t newest = 0;
  const absl::Status status = store_->ScanLog(0, [&](const LogRecord& record) {
    newest = store_->ReadRecord(record.position)->position;
    return newest == 5 ? absl::AbortedError("enough") : absl::OkStatus();
  });
  EXPECT_EQ(status, absl::AbortedError("enough"));
  EXPECT_EQ(newest, 5);
}

TEST_P(StoreContractTest, MaterializedRowsReplaceThoseOfTheSameKey) {
  Append(Records(1, 5));
  Materialize({{Person("ann", 1)}, {Journey("j1", "ann", 1)}, {Ticket("INC1", "ann", "j1")}, 1});
  JourneyRow changed = Journey("j1", "bob", 4);
  changed.stage = "realize";
  changed.open = false;
  changed.live = false;
  Materialize({{Person("ann", 4)}, {changed}, {Ticket("INC1", "bob", "j2")}, 4});
  EXPECT_EQ(store_->MaterializedPosition().value(), 4);
  EXPECT_EQ(store_->FindPerson("acme", "ann").value(), Person("ann", 4));
  EXPECT_EQ(store_->FindJourney("acme", "j1").value(), changed);
  EXPECT_EQ(store_->FindTicket("acme", "snow", "INC1").value(), Ticket("INC1", "bob", "j2"));
  EXPECT_THAT(store_->LiveJourneys("acme", "ann").value(), IsEmpty());
  EXPECT_THAT(ListAll({.tenant = "acme"}), ElementsAre("j1"));
  EXPECT_THAT(ListAll({.tenant = "acme", .person_id = "ann"}), IsEmpty());
}

TEST_P(StoreContractTest, TheLastOfEqualKeysInABatchStays) {
  Materialize({{Person("ann", 1), Person("ann", 2)},
               {Journey("j1", "ann", 1), Journey("j1", "ann", 2)},
               {Ticket("INC1", "ann", "j1"), Ticket("INC1", "ann", "j2")},
               std::nullopt});
  EXPECT_EQ(store_->FindPerson("acme", "ann").value(), Person("ann", 2));
  EXPECT_EQ(store_->FindJourney("acme", "j1").value(), Journey("j1", "ann", 2));
  EXPECT_EQ(store_->FindTicket("acme", "snow", "INC1").value(), Ticket("INC1", "ann", "j2"));
}

TEST_P(StoreContractTest, MaterializesWithoutAPositionAndWithTheSameOneAgain) {
  Append(Records(1, 3));
  Materialize({{}, {}, {}, 2});
  Materialize({{Person("ann")}, {}, {}, std::nullopt});
  EXPECT_EQ(store_->MaterializedPosition().value(), 2);
  Materialize({{}, {}, {}, 2});
  EXPECT_EQ(store_->MaterializedPosition().value(), 2);
}

TEST_P(StoreContractTest, RefusesAPositionOutsideTheLogAndWritesNothingOfTheBatch) {
  Append(Records(1, 3));
  Materialize({{}, {}, {}, 2});
  for (const uint64_t wrong : {uint64_t{0}, uint64_t{1}, uint64_t{4}, ~uint64_t{0}}) {
    SCOPED_TRACE(wrong);
    const Materialization batch{
        {Person("ann")}, {Journey("j1", "ann", 1)}, {Ticket("INC1", "ann", "j1")}, wrong};
    EXPECT_EQ(store_->Materialize(batch).code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(store_->MaterializedPosition().value(), 2);
    EXPECT_EQ(store_->FindPerson("acme", "ann").value(), std::nullopt);
    EXPECT_EQ(store_->FindJourney("acme", "j1").value(), std::nullopt);
    EXPECT_EQ(store_->FindTicket("acme", "snow", "INC1").value(), std::nullopt);
  }
}

TEST_P(StoreContractTest, FindsLiveJourneysOfAPersonOldestFirst) {
  JourneyRow ended = Journey("ended", "ann", 1);
  ended.open = false;
  JourneyRow gone = Journey("gone", "ann", 2);
  gone.live = false;
  Materialize({{},
               {Journey("late", "ann", 9), Journey("b", "ann", 5), Journey("a", "ann", 5), ended,
                gone, Journey("other", "bob", 3)},
               {},
               std::nullopt});
  const auto journeys = store_->LiveJourneys("acme", "ann");
  EXPECT_THAT(journeys.value(), ElementsAre(ended, Journey("a", "ann", 5), Journey("b", "ann", 5),
                                            Journey("late", "ann", 9)));
}

TEST_P(StoreContractTest, KeysMayHoldAnyBytes) {
  const std::string odd("a\0b\xff'\"%_", 8);
  JourneyRow journey = Journey(odd, odd, 1);
  journey.stage = odd;
  TicketRow ticket{"acme", odd, odd, odd, odd};
  Materialize({{Person(odd)}, {journey, Journey("a", "a", 2)}, {ticket}, std::nullopt});
  EXPECT_EQ(store_->FindPerson("acme", odd).value(), Person(odd));
  EXPECT_EQ(store_->FindPerson("acme", "a").value(), std::nullopt);
  EXPECT_EQ(store_->FindJourney("acme", odd).value(), journey);
  EXPECT_EQ(store_->FindTicket("acme", odd, odd).value(), ticket);
  EXPECT_THAT(ListAll({.tenant = "acme", .person_id = odd}), ElementsAre(odd));
  EXPECT_THAT(ListAll({.tenant = "acme", .stage = odd}), ElementsAre(odd));
  EXPECT_THAT(ListAll({.tenant = "acme", .limit = 1}), ElementsAre("a", odd));
}

TEST_P(StoreContractTest, ListsNewestActivityFirst) {
  Materialize({{},
               {Journey("old", "ann", 1), Journey("new", "bob", 9), Journey("tie-b", "ann", 5),
                Journey("tie-a", "ann", 5)},
               {},
               std::nullopt});
  for (const size_t limit : {size_t{1}, size_t{2}, size_t{3}, size_t{4}, size_t{100},
                             std::numeric_limits<size_t>::max()}) {
    SCOPED_TRACE(limit);
    EXPECT_THAT(ListAll({.tenant = "acme", .limit = limit}),
                ElementsAre("new", "tie-a", "tie-b", "old"));
  }
  Materialize({{}, {Journey("old", "ann", 20)}, {}, std::nullopt});
  EXPECT_THAT(ListAll({.tenant = "acme"}), ElementsAre("old", "new", "tie-a", "tie-b"));
}

TEST_P(StoreContractTest, FiltersJourneys) {
  JourneyRow ended = Journey("ended", "ann", 1);
  ended.open = false;
  JourneyRow agreed = Journey("agreed", "ann", 2);
  agreed.stage = "agree";
  JourneyRow nowhere = Journey("nowhere", "bob", 3);
  nowhere.stage = "";
  Materialize({{}, {ended, agreed, nowhere, Journey("engaged", "bob", 4)}, {}, std::nullopt});
  struct Case {
    std::string name;
    JourneyQuery query;
    std::vector<std::string> want;
  };
  const Case cases[] = {
      {"all", {}, {"engaged", "nowhere", "agreed", "ended"}},
      {"person", {.person_id = "ann"}, {"agreed", "ended"}},
      {"stage", {.stage = "engage"}, {"engaged", "ended"}},
      {"open", {.open_only = true}, {"engaged", "nowhere", "agreed"}},
      {"person and stage", {.person_id = "ann", .stage = "engage"}, {"ended"}},
      {"person and open", {.person_id = "ann", .open_only = true}, {"agreed"}},
      {"all three", {.person_id = "bob", .stage = "engage", .open_only = true}, {"engaged"}},
      {"unknown person", {.person_id = "zoe"}, {}},
      {"unknown stage", {.stage = "offer"}, {}},
  };
  for (Case filter : cases) {
    SCOPED_TRACE(filter.name);
    filter.query.tenant = "acme";
    EXPECT_THAT(ListAll(filter.query), ElementsAreArray(filter.want));
    filter.query.limit = 1;
    EXPECT_THAT(ListAll(filter.query), ElementsAreArray(filter.want));
  }
}

TEST_P(StoreContractTest, APageTokenHoldsForItsTenantAndFiltersOnly) {
  Materialize({{},
               {Journey("j1", "ann", 1), Journey("j2", "ann", 2), Journey("j3", "ann", 3)},
               {},
               std::nullopt});
  const JourneyQuery query{.tenant = "acme", .person_id = "ann", .limit = 1};
  const std::string token = store_->ListJourneys(query)->next_page_token;
  ASSERT_FALSE(token.empty());
  struct Case {
    std::string name;
    std::function<void(JourneyQuery&)> change;
  };
  const Case cases[] = {
      {"another tenant", [](JourneyQuery& other) { other.tenant = "bmce"; }},
      {"another person", [](JourneyQuery& other) { other.person_id = "bob"; }},
      {"a stage", [](JourneyQuery& other) { other.stage = "engage"; }},
      {"open only", [](JourneyQuery& other) { other.open_only = true; }},
      {"cut", [](JourneyQuery& other) { other.page_token.pop_back(); }},
      {"longer", [](JourneyQuery& other) { other.page_token += "AAAA"; }},
      {"altered", [](JourneyQuery& other) { ++other.page_token[3]; }},
      {"not encoded", [](JourneyQuery& other) { other.page_token = "page 2!"; }},
      {"short", [](JourneyQuery& other) { other.page_token = "AA"; }},
  };
  for (const Case& wrong : cases) {
    SCOPED_TRACE(wrong.name);
    JourneyQuery other = query;
    other.page_token = token;
    wrong.change(other);
    EXPECT_EQ(store_->ListJourneys(other).status().code(), absl::StatusCode::kInvalidArgument);
  }
  JourneyQuery wider = query;
  wider.page_token = token;
  wider.limit = 10;
  EXPECT_EQ(store_->ListJourneys(wider)->rows.size(), 2);
}

TEST_P(StoreContractTest, RefusesAPageOfNothing) {
  EXPECT_EQ(store_->ListJourneys({.tenant = "acme", .limit = 0}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_P(StoreContractTest, TenantsNeverSeeEachOther) {
  LogRecord theirs = Record(1);
  theirs.tenant = "bmce";
  theirs.unmapped_key = "key";
  Append({theirs});
  PersonRow person = Person("ann");
  person.tenant = "bmce";
  JourneyRow journey = Journey("j1", "ann", 1);
  journey.tenant = "bmce";
  TicketRow ticket = Ticket("INC1", "ann", "j1");
  ticket.tenant = "bmce";
  Materialize({{person}, {journey}, {ticket}, std::nullopt});
  EXPECT_EQ(store_->FindPerson("acme", "ann").value(), std::nullopt);
  EXPECT_EQ(store_->FindJourney("acme", "j1").value(), std::nullopt);
  EXPECT_EQ(store_->FindTicket("acme", "snow", "INC1").value(), std::nullopt);
  EXPECT_THAT(store_->LiveJourneys("acme", "ann").value(), IsEmpty());
  EXPECT_THAT(ListAll({.tenant = "acme"}), IsEmpty());
  EXPECT_THAT(store_->ListUnmapped("acme", 10).value(), IsEmpty());
  Materialize(
      {{Person("ann")}, {Journey("j1", "ann", 2)}, {Ticket("INC1", "ann", "j1")}, std::nullopt});
  EXPECT_EQ(store_->FindPerson("bmce", "ann").value(), person);
  EXPECT_EQ(store_->FindJourney("bmce", "j1").value(), journey);
  EXPECT_EQ(store_->FindTicket("bmce", "snow", "INC1").value(), ticket);
}

TEST_P(StoreContractTest, GroupsUnmappedRecords) {
  const char* keys[] = {"rare", "often", "", "often", "tie-b", "tie-a", "often", "late", "late"};
  std::vector<LogRecord> records = Records(1, 9);
  for (size_t i = 0; i < records.size(); ++i) records[i].unmapped_key = keys[i];
  records[4].occurred_at = records[5].occurred_at = At(5);
  records[6].occurred_at = At(2);
  Append(records);
  const auto groups = store_->ListUnmapped("acme", 10);
  ASSERT_TRUE(groups.ok());
  std::vector<std::string> keys_and_counts;
  for (const UnmappedGroup& group : *groups) {
    keys_and_counts.push_back(group.key + " " + std::to_string(group.count));
  }
  EXPECT_THAT(keys_and_counts, ElementsAre("often 3", "late 2", "tie-a 1", "tie-b 1", "rare 1"));
  EXPECT_EQ(groups->front().last_at, At(4));
  EXPECT_EQ(store_->ListUnmapped("acme", 2)->size(), 2);
  EXPECT_THAT(store_->ListUnmapped("acme", 0).value(), IsEmpty());
}

TEST_P(StoreContractTest, PrunesOldRecordsThatAreMaterialized) {
  Append(Records(1, 5));
  Materialize({{}, {}, {}, 3});
  EXPECT_EQ(store_->Prune(At(3), 100).value(), 2);
  EXPECT_THAT(WholeLog(*store_), ElementsAreArray(Records(3, 5)));
  EXPECT_EQ(store_->ReadRecord(2).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(store_->Prune(absl::InfiniteFuture(), 100).value(), 1);
  EXPECT_THAT(WholeLog(*store_), ElementsAreArray(Records(4, 5)));
  EXPECT_EQ(store_->Prune(absl::InfiniteFuture(), 100).value(), 0);
}

TEST_P(StoreContractTest, PositionsGoOnAfterEverythingWasPruned) {
  Append(Records(1, 5));
  Materialize({{}, {}, {}, 5});
  EXPECT_EQ(store_->Prune(absl::InfiniteFuture(), 100).value(), 5);
  EXPECT_EQ(store_->LastPosition().value(), 5);
  EXPECT_EQ(store_->Append(Records(1, 1)).code(), absl::StatusCode::kInvalidArgument);
  Append(Records(6, 7));
  EXPECT_THAT(WholeLog(*store_), ElementsAreArray(Records(6, 7)));
}

TEST_P(StoreContractTest, PrunesRecordsByTheirInstantWhateverTheirPosition) {
  // Enough for several blocks; every third occurred long ago.
  std::vector<LogRecord> records = Records(1, 5000);
  std::vector<uint64_t> stay;
  for (LogRecord& record : records) {
    if (record.position % 3 == 0) {
      record.occurred_at = At(-1000);
    } else {
      record.occurred_at = At(1000);
      stay.push_back(record.position);
    }
  }
  Append(records);
  Materialize({{}, {}, {}, 5000});
  EXPECT_EQ(store_->Prune(At(0), 1000).value(), 1000);
  EXPECT_EQ(store_->ReadRecord(3000).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(store_->ReadRecord(3003)->position, 3003);
  EXPECT_EQ(store_->Prune(At(0), 1000).value(), 666);
  EXPECT_EQ(store_->Prune(At(0), 1000).value(), 0);
  std::vector<uint64_t> left;
  for (const LogRecord& record : WholeLog(*store_)) left.push_back(record.position);
  EXPECT_EQ(left, stay);
  Append(Records(5001, 5002));
  EXPECT_EQ(store_->Prune(At(2000), 10000).value(), stay.size());
  EXPECT_EQ(WholeLog(*store_).size(), 2);
}

TEST_P(StoreContractTest, PruneOfNoRowsTakesNone) {
  Append(Records(1, 5));
  JourneyRow ended = Journey("ended", "ann", 1);
  ended.open = false;
  Materialize({{}, {ended}, {}, 5});
  EXPECT_EQ(store_->Prune(absl::InfiniteFuture(), 0).value(), 0);
  EXPECT_EQ(WholeLog(*store_).size(), 5);
}

TEST_P(StoreContractTest, PrunesEndedJourneysWithTheirTicketsAndPersons) {
  JourneyRow old = Journey("old", "ann", 1);
  old.open = false;
  JourneyRow same = Journey("same", "bob", 2);
  same.open = false;
  JourneyRow young = Journey("young", "cat", 50);
  young.open = false;
  Materialize({{Person("ann"), Person("bob"), Person("cat"), Person("dan")},
               {old, same, young, Journey("bob-open", "bob", 3), Journey("dan-open", "dan", 1)},
               {Ticket("INC1", "ann", "old"), Ticket("INC2", "ann", "old"),
                Ticket("INC3", "bob", "same"), Ticket("INC4", "bob", "bob-open")},
               std::nullopt});
  EXPECT_EQ(store_->Prune(At(50), 100).value(), 6);
  EXPECT_THAT(ListAll({.tenant = "acme"}), ElementsAre("young", "bob-open", "dan-open"));
  EXPECT_EQ(store_->FindPerson("acme", "ann").value(), std::nullopt);
  EXPECT_NE(store_->FindPerson("acme", "bob").value(), std::nullopt);
  EXPECT_NE(store_->FindPerson("acme", "dan").value(), std::nullopt);
  EXPECT_EQ(store_->FindTicket("acme", "snow", "INC2").value(), std::nullopt);
  EXPECT_EQ(store_->FindTicket("acme", "snow", "INC3").value(), std::nullopt);
  EXPECT_NE(store_->FindTicket("acme", "snow", "INC4").value(), std::nullopt);
}

TEST_P(StoreContractTest, PrunesAtMostTheLimitOfJourneysOldestFirst) {
  std::vector<JourneyRow> journeys;
  for (int i = 9; i >= 1; --i) {
    journeys.push_back(Journey("j" + std::to_string(i), "ann", i));
    journeys.back().open = false;
  }
  Materialize({{}, journeys, {}, std::nullopt});
  EXPECT_EQ(store_->Prune(At(100), 6).value(), 6);
  EXPECT_THAT(ListAll({.tenant = "acme"}), ElementsAre("j9", "j8", "j7"));
}

TEST_P(StoreContractTest, KeepsJourneysThatALaterRecordIsReplayedOn) {
  JourneyRow ended = Journey("ended", "ann", 1);
  ended.open = false;
  JourneyRow theirs = ended;
  theirs.tenant = "bmce";
  Append(Records(1, 2));
  Materialize({{Person("ann")}, {ended, theirs}, {}, 1});
  EXPECT_EQ(store_->Prune(At(100), 100).value(), 2);  // record 1, and the other tenant's journey
  EXPECT_EQ(store_->FindJourney("acme", "ended").value(), ended);
  EXPECT_EQ(store_->FindPerson("acme", "ann").value(), Person("ann"));
  Materialize({{}, {}, {}, 2});
  EXPECT_EQ(store_->Prune(At(100), 100).value(), 3);
}

TEST_P(StoreContractTest, FindsActionsThatReadBackAsTheyWere) {
  ActionRow done = Action("a1", 7, 2);
  done.action_id = std::string("a\0\xff", 3);
  done.blob = std::string("\0\x01", 2);
  done.state = ActionState::kDone;
  done.settled_at = At(3) + absl::Microseconds(5) + absl::Nanoseconds(700);
  Materialize({.actions = {done, Action("a2", 8)}});
  done.settled_at = At(3) + absl::Microseconds(5);
  EXPECT_EQ(store_->FindAction("acme", done.action_id).value(), done);
  EXPECT_EQ(store_->FindAction("acme", "a2").value(), Action("a2", 8));
  EXPECT_EQ(store_->FindAction("other", "a2").value(), std::nullopt);
  EXPECT_EQ(store_->FindAction("acme", "a3").value(), std::nullopt);
}

TEST_P(StoreContractTest, ListsActionsOfAStateInTheOrderOfTheirDecisions) {
  ActionRow dead = Action("a4", 2, 2);
  dead.state = ActionState::kDead;
  dead.settled_at = At(1);
  ActionRow theirs = Action("a0", 2, 5);
  theirs.tenant = "other";
  Materialize({.actions = {Action("a3", 10), Action("a1", 2, 1), dead, Action("a2", 2), theirs}});
  const auto names = [&](const ActionQuery& query) {
    std::vector<std::string> ids;
    const auto rows = store_->ListActions(query);
    EXPECT_TRUE(rows.ok()) << rows.status();
    for (const ActionRow& row : *rows) ids.push_back(row.action_id);
    return ids;
  };
  EXPECT_THAT(names({}), ElementsAre("a2", "a1", "a0", "a3"));
  EXPECT_THAT(names({.tenant = "acme"}), ElementsAre("a2", "a1", "a3"));
  EXPECT_THAT(names({.limit = 2}), ElementsAre("a2", "a1"));
  EXPECT_THAT(names({.after_position = 2, .after_number = 1}), ElementsAre("a0", "a3"));
  EXPECT_THAT(names({.after_position = 10}), IsEmpty());
  EXPECT_THAT(names({.state = ActionState::kDead}), ElementsAre("a4"));
  EXPECT_THAT(names({.state = ActionState::kDone}), IsEmpty());
  EXPECT_EQ(store_->CountActions(ActionState::kWaiting).value(), 4);
  EXPECT_EQ(store_->CountActions(ActionState::kDead).value(), 1);
  // An action that is settled leaves the list of those that wait.
  dead.action_id = "a1";
  Materialize({.actions = {dead}});
  EXPECT_THAT(names({}), ElementsAre("a2", "a0", "a3"));
  EXPECT_EQ(store_->CountActions(ActionState::kDead).value(), 2);
}

TEST_P(StoreContractTest, PrunesActionsThatWereSettledLongAgo) {
  std::vector<ActionRow> rows = {Action("waiting", 1)};
  for (int i = 0; i < 4; ++i) {
    ActionRow& row = rows.emplace_back(Action(absl::StrCat("a", i), 2));
    row.state = i % 2 == 0 ? ActionState::kDone : ActionState::kDead;
    row.settled_at = At(i);
  }
  Materialize({.actions = rows});
  EXPECT_EQ(store_->PruneActions(At(0), 10).value(), 0);
  EXPECT_EQ(store_->PruneActions(At(3), 2).value(), 2);
  EXPECT_EQ(store_->FindAction("acme", "a1").value(), std::nullopt);
  EXPECT_EQ(store_->FindAction("acme", "a2").value(), rows[3]);
  EXPECT_EQ(store_->PruneActions(At(3), 2).value(), 1);
  EXPECT_EQ(store_->PruneActions(At(3), 2).value(), 0);
  EXPECT_EQ(store_->FindAction("acme", "waiting").value(), rows[0]);
  EXPECT_EQ(store_->FindAction("acme", "a3").value(), rows[4]);
}

TEST_P(StoreContractTest, RecoverOfAHealthyStoreChangesNothing) {
  Append(Records(1, 3));
  EXPECT_TRUE(store_->Recover().ok());
  EXPECT_THAT(WholeLog(*store_), ElementsAreArray(Records(1, 3)));
  Append(Records(4, 4));
}

// Each batch gives ann's two journeys and her row the same number; a reader that sees two numbers
// in one answer has seen half a write. A reader also never finds less than what had returned.
TEST_P(StoreContractTest, ReadsRunBesideWritesAndSeeEachWriteWhole) {
  constexpr uint64_t kWrites = 200;
  std::atomic<bool> done = false;
  std::atomic<uint64_t> returned = 0;
  const auto read = [&] {
    uint64_t reads = 0;
    while (!done || reads == 0) {
      const uint64_t before = returned;
      EXPECT_GE(store_->LastPosition().value(), before);
      if (before > 0) EXPECT_EQ(store_->ReadRecord(before).value(), Record(before));
      const auto journeys = store_->LiveJourneys("acme", "ann");
      ASSERT_TRUE(journeys.ok()) << journeys.status();
      if (before > 0) ASSERT_EQ(journeys->size(), 2);
      if (!journeys->empty()) {
        EXPECT_EQ(journeys->front().newest_at, journeys->back().newest_at);
        EXPECT_GE(journeys->front().newest_at, At(static_cast<int64_t>(before)));
      }
      const auto page = store_->ListJourneys({.tenant = "acme"});
      ASSERT_TRUE(page.ok()) << page.status();
      if (!page->rows.empty()) EXPECT_EQ(page->rows[0].newest_at, page->rows[1].newest_at);
      ++reads;
    }
  };
  std::vector<std::thread> readers;
  for (int i = 0; i < 6; ++i) readers.emplace_back(read);
  for (uint64_t i = 1; i <= kWrites; ++i) {
    Append({Record(i)});
    const auto minute = static_cast<int64_t>(i);
    Materialize({{Person("ann", i)},
                 {Journey("j1", "ann", minute), Journey("j2", "ann", minute)},
                 {Ticket("INC1", "ann", "j1")},
                 i});
    returned = i;
    if (i % 50 == 0) ASSERT_TRUE(store_->Recover().ok());
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(WholeLog(*store_).size(), kWrites);
}

}  // namespace
}  // namespace waypost::store
