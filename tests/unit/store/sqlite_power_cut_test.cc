// SPDX-License-Identifier: Apache-2.0
// Cuts the power at every write, sync, truncation and deletion of a run of the store, and looks at
// what the disk then holds.
#include <sqlite3.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sidecar/store/sqlite.h"
#include "sidecar/store/sqlite_store.h"
#include "tests/support/fault_vfs.h"
#include "tests/support/store_rows.h"
#include "tests/support/temporary_folder.h"

namespace waypost::store {
namespace {

using ::testing::ElementsAreArray;

// The disk is modelled, so that a real one would only make this slow.
constexpr char kMemoryDisk[] = "/dev/shm";

// A value that a write moves: what was acknowledged, and what an unanswered write would make of it.
struct Progress {
  uint64_t acknowledged = 0;
  uint64_t attempted = 0;

  [[nodiscard]] bool Allows(uint64_t value) const {
    return value == acknowledged || value == attempted;
  }
};

struct History {
  Progress last;          // position of the newest record
  Progress materialized;  // and of the tables
  Progress first{1, 1};   // oldest record that pruning left
  bool complete = false;
};

LogRecord LargeRecord(uint64_t position) {
  LogRecord record = Record(position);
  record.event.append(position * 97 % 1500, 'e');
  return record;
}

std::vector<LogRecord> LargeRecords(uint64_t first, uint64_t last) {
  std::vector<LogRecord> records;
  for (uint64_t position = first; position <= last; ++position) {
    records.push_back(LargeRecord(position));
  }
  return records;
}

SqliteOptions Options(const TemporaryFolder& folder, const FaultVfs& vfs) {
  SqliteOptions options;
  options.path = folder.File("waypost.db");
  options.vfs = vfs.name();
  options.read_connections = 1;
  options.checkpoint_pages = 12;  // so that the run meets several checkpoints
  return options;
}

bool Append(Store& store, uint64_t count, History& history) {
  history.last.attempted = history.last.acknowledged + count;
  if (!store.Append(LargeRecords(history.last.acknowledged + 1, history.last.attempted)).ok())
    return false;
  history.last.acknowledged = history.last.attempted;
  return true;
}

bool Materialize(Store& store, History& history) {
  const uint64_t position = history.materialized.attempted = history.last.acknowledged;
  Materialization batch{{Person("ann", position)}, {}, {}, position};
  for (int i = 0; i < 5; ++i) {
    batch.journeys.push_back(Journey(absl::StrCat("j", i), "ann", static_cast<int64_t>(position)));
  }
  if (!store.Materialize(batch).ok()) return false;
  history.materialized.acknowledged = position;
  return true;
}

bool Prune(Store& store, History& history) {
  const uint64_t first = history.first.attempted =
      std::max(history.first.acknowledged, history.materialized.acknowledged / 2);
  if (!store.Prune(At(static_cast<int64_t>(first)), 1000).ok()) return false;
  history.first.acknowledged = first;
  return true;
}

History Work(const SqliteOptions& options) {
  History history;
  auto store = OpenSqliteStore(options);
  if (!store.ok()) return history;
  for (const uint64_t count : {1, 3, 7, 1, 16, 2}) {
    if (!Append(**store, count, history) || !Materialize(**store, history) ||
        !Append(**store, 2, history) || !Prune(**store, history)) {
      return history;
    }
  }
  history.complete = true;
  return history;
}

void ExpectSound(const SqliteOptions& options) {
  auto connection = SqliteConnection::Open(options.path, options.vfs, absl::ZeroDuration());
  ASSERT_TRUE(connection.ok()) << connection.status();
  EXPECT_EQ((*connection)
                ->QueryInteger("SELECT count(*) FROM pragma_integrity_check"
                               " WHERE integrity_check <> 'ok'")
                .value(),
            0);
}

void ExpectWhatWasPromised(const SqliteOptions& options, const History& history) {
  {
    auto opened = OpenSqliteStore(options);
    ASSERT_TRUE(opened.ok()) << opened.status();
    Store& store = **opened;
    const uint64_t last = store.LastPosition().value();
    EXPECT_TRUE(history.last.Allows(last)) << last;
    const uint64_t materialized = store.MaterializedPosition().value();
    EXPECT_TRUE(history.materialized.Allows(materialized)) << materialized;
    const std::vector<LogRecord> log = WholeLog(store);
    const uint64_t first = log.empty() ? last + 1 : log.front().position;
    if (last > 0) EXPECT_TRUE(history.first.Allows(first)) << first;
    EXPECT_THAT(log, ElementsAreArray(LargeRecords(first, last)));
    const auto person = store.FindPerson("acme", "ann");
    ASSERT_TRUE(person.ok()) << person.status();
    EXPECT_EQ(person->has_value() ? (*person)->position : 0, materialized);
    const auto journeys = store.LiveJourneys("acme", "ann");
    ASSERT_TRUE(journeys.ok()) << journeys.status();
    for (const JourneyRow& row : *journeys) {
      EXPECT_EQ(row.newest_at, At(static_cast<int64_t>(materialized)));
    }
    EXPECT_TRUE(store.Append({LargeRecord(last + 1)}).ok());
  }
  ExpectSound(options);
}

class SqlitePowerCutTest : public testing::TestWithParam<Unsynced> {};

std::string NameOf(const testing::TestParamInfo<Unsynced>& info) {
  switch (info.param) {
    case Unsynced::kLost:
      return "UnsyncedLost";
    case Unsynced::kKept:
      return "UnsyncedKept";
    case Unsynced::kTorn:
      return "UnsyncedTorn";
  }
  return "";
}

INSTANTIATE_TEST_SUITE_P(Disk, SqlitePowerCutTest,
                         testing::Values(Unsynced::kLost, Unsynced::kKept, Unsynced::kTorn),
                         NameOf);

TEST_P(SqlitePowerCutTest, KeepsWhatWasAcknowledgedAndNothingByHalf) {
  bool complete = false;
  for (int64_t cut = 1; !complete && !HasFailure(); ++cut) {
    SCOPED_TRACE(absl::StrCat("power cut at operation ", cut));
    const TemporaryFolder folder(kMemoryDisk);
    FaultVfs vfs;
    const SqliteOptions options = Options(folder, vfs);
    vfs.CutPowerAt(cut);
    const History history = Work(options);
    complete = history.complete && vfs.power();
    vfs.RestorePower(GetParam(), static_cast<uint64_t>(cut));
    ExpectWhatWasPromised(options, history);
    if (complete) EXPECT_GT(cut, 200) << "the run was too short to mean something";
  }
}

TEST_P(SqlitePowerCutTest, SurvivesAnotherCutWhileOpeningAfterTheFirst) {
  for (const int64_t cut : {40, 90, 150, 210}) {
    bool opened = false;
    for (int64_t second = 1; !opened && !HasFailure(); ++second) {
      SCOPED_TRACE(absl::StrCat("power cut at operation ", cut, ", then at ", second));
      const TemporaryFolder folder(kMemoryDisk);
      FaultVfs vfs;
      const SqliteOptions options = Options(folder, vfs);
      vfs.CutPowerAt(cut);
      const History history = Work(options);
      ASSERT_FALSE(history.complete);
      vfs.RestorePower(GetParam(), static_cast<uint64_t>(cut));
      vfs.CutPowerAt(second);
      OpenSqliteStore(options).status().IgnoreError();
      opened = vfs.power();
      vfs.RestorePower(GetParam(), static_cast<uint64_t>(second));
      ExpectWhatWasPromised(options, history);
    }
  }
}

// A failed sync, a recovery, more work, and then the power goes: what was acknowledged before and
// after the recovery is there.
TEST_P(SqlitePowerCutTest, KeepsWhatWasAcknowledgedAroundAFailedSync) {
  for (const std::string suffix : {"", "-wal", ".db"}) {
    for (uint64_t before = 0; before < 12; ++before) {
      SCOPED_TRACE(absl::StrCat("syncs of '", suffix, "' fail after ", before, " records"));
      const TemporaryFolder folder(kMemoryDisk);
      FaultVfs vfs;
      const SqliteOptions options = Options(folder, vfs);
      History history;
      {
        auto opened = OpenSqliteStore(options);
        ASSERT_TRUE(opened.ok()) << opened.status();
        Store& store = **opened;
        for (uint64_t i = 0; i < before; ++i) ASSERT_TRUE(Append(store, 1, history));
        vfs.FailSyncsWith(SQLITE_IOERR_FSYNC, suffix);
        // Moving pages to the database file fails in silence: the log still has them.
        const bool refused = !Append(store, 9, history);
        EXPECT_EQ(refused, suffix != ".db");
        EXPECT_EQ(store.Recover().ok(), !refused) << "syncs fail still";
        // A failed write leaves nothing behind.
        history.last.attempted = history.last.acknowledged;
        vfs.FailSyncsWith(SQLITE_OK);
        ASSERT_TRUE(store.Recover().ok());
        EXPECT_EQ(store.LastPosition().value(), history.last.acknowledged);
        ASSERT_TRUE(Append(store, 2, history));
        ASSERT_TRUE(Materialize(store, history));
        vfs.CutPowerAt(1);
      }
      vfs.RestorePower(GetParam(), before);
      ExpectWhatWasPromised(options, history);
    }
  }
}

// The commit whose sync failed must not reach the database file by way of a recovery that is cut.
TEST_P(SqlitePowerCutTest, SurvivesACutDuringARecovery) {
  bool recovered = false;
  for (int64_t cut = 1; !recovered && !HasFailure(); ++cut) {
    SCOPED_TRACE(absl::StrCat("power cut at operation ", cut, " of the recovery"));
    const TemporaryFolder folder(kMemoryDisk);
    FaultVfs vfs;
    const SqliteOptions options = Options(folder, vfs);
    History history;
    {
      auto opened = OpenSqliteStore(options);
      ASSERT_TRUE(opened.ok()) << opened.status();
      Store& store = **opened;
      ASSERT_TRUE(Append(store, 3, history) && Materialize(store, history));
      vfs.FailSyncsWith(SQLITE_IOERR_FSYNC);
      ASSERT_FALSE(Append(store, 40, history));
      ASSERT_FALSE(store.Recover().ok());
      vfs.FailSyncsWith(SQLITE_OK);
      vfs.CutPowerAt(cut);
      recovered = store.Recover().ok();
    }
    vfs.RestorePower(GetParam(), static_cast<uint64_t>(cut));
    ExpectWhatWasPromised(options, history);
  }
}

// The next process sees the commit whose sync failed, though the disk does not have it. It may take
// it or not, but must not build on it.
TEST_P(SqlitePowerCutTest, SurvivesACutAfterAFailedSyncAndAKilledProcess) {
  bool complete = false;
  for (int64_t cut = 1; !complete && !HasFailure(); ++cut) {
    SCOPED_TRACE(absl::StrCat("power cut at operation ", cut, " of the second process"));
    const TemporaryFolder folder(kMemoryDisk);
    FaultVfs vfs;
    const SqliteOptions options = Options(folder, vfs);
    History history;
    {
      auto opened = OpenSqliteStore(options);
      ASSERT_TRUE(opened.ok()) << opened.status();
      // The last one begins the log anew after a checkpoint, where its header would be synced
      // first.
      ASSERT_TRUE(Append(**opened, 3, history) && Materialize(**opened, history) &&
                  Append(**opened, 1, history));
      vfs.FailSyncsWith(SQLITE_IOERR_FSYNC);
      ASSERT_FALSE(Append(**opened, 40, history));
      vfs.FailSyncsWith(SQLITE_OK);
      vfs.Kill();
    }
    vfs.LetNextProcessIn();
    vfs.CutPowerAt(cut);
    if (auto opened = OpenSqliteStore(options); opened.ok()) {
      const uint64_t found = (*opened)->LastPosition().value();
      EXPECT_EQ(found, history.last.attempted);
      history.last = {found, found};
      complete = Append(**opened, 20, history) && Materialize(**opened, history) &&
                 Append(**opened, 1, history);
      vfs.Kill();
    }
    vfs.RestorePower(GetParam(), static_cast<uint64_t>(cut));
    ExpectWhatWasPromised(options, history);
  }
}

}  // namespace
}  // namespace waypost::store
