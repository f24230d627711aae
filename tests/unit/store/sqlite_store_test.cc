// SPDX-License-Identifier: Apache-2.0
// What the SQLite store promises beyond the contract of every store: its file, and its failures.
#include "sidecar/store/sqlite_store.h"

#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sidecar/store/migrations.h"
#include "sidecar/store/sqlite.h"
#include "tests/support/fault_vfs.h"
#include "tests/support/store_rows.h"
#include "tests/support/temporary_folder.h"

namespace waypost::store {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::StartsWith;

mode_t ModeOf(const std::string& path) {
  struct stat status {};
  EXPECT_EQ(stat(path.c_str(), &status), 0) << path << ": " << strerror(errno);
  return status.st_mode & 0777;
}

// A record that fills more than a page.
LogRecord BulkyRecord(uint64_t position) {
  LogRecord record = Record(position);
  record.event.append(20000, 'e');
  return record;
}

class SqliteStoreTest : public testing::Test {
 protected:
  SqliteStoreTest() { options_.path = folder_.File("waypost.db"); }

  void Open() {
    store_ = nullptr;
    auto opened = OpenSqliteStore(options_);
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
  }

  // Runs SQL on the closed file, as another program would.
  void Edit(const std::string& sql) {
    store_ = nullptr;
    std::ofstream(options_.path, std::ios::app);
    auto connection = SqliteConnection::Open(options_.path, "", absl::Seconds(5));
    ASSERT_TRUE(connection.ok()) << connection.status();
    const absl::Status status = (*connection)->Execute(sql);
    ASSERT_TRUE(status.ok()) << status;
  }

  // Appends bulky records until one is refused; returns what that was answered with.
  absl::Status Fill() {
    while (true) {
      const uint64_t next = store_->LastPosition().value() + 1;
      if (next > 10000) return absl::OkStatus();
      if (absl::Status status = store_->Append({BulkyRecord(next)}); !status.ok()) return status;
    }
  }

  void ExpectBulkyLogUpTo(uint64_t last) {
    EXPECT_EQ(store_->LastPosition().value(), last);
    uint64_t expected = 0;
    EXPECT_TRUE(store_
                    ->ScanLog(0,
                              [&](const LogRecord& record) {
                                EXPECT_EQ(record, BulkyRecord(++expected));
                                return absl::OkStatus();
                              })
                    .ok());
    EXPECT_EQ(expected, last);
  }

  FaultVfs vfs_;
  TemporaryFolder folder_;
  SqliteOptions options_;
  std::unique_ptr<Store> store_;
};

TEST_F(SqliteStoreTest, FindsEverythingAgainWhenOpenedAgain) {
  Open();
  ASSERT_TRUE(store_->Append(Records(1, 5)).ok());
  ASSERT_TRUE(
      store_
          ->Materialize({{Person("ann")}, {Journey("j1", "ann", 1)}, {Ticket("I", "ann", "j1")}, 3})
          .ok());
  Open();
  EXPECT_EQ(store_->LastPosition().value(), 5);
  EXPECT_EQ(store_->MaterializedPosition().value(), 3);
  EXPECT_THAT(WholeLog(*store_), ElementsAreArray(Records(1, 5)));
  EXPECT_EQ(store_->FindPerson("acme", "ann").value(), Person("ann"));
  EXPECT_EQ(store_->FindJourney("acme", "j1").value(), Journey("j1", "ann", 1));
  EXPECT_EQ(store_->FindTicket("acme", "snow", "I").value(), Ticket("I", "ann", "j1"));
}

TEST_F(SqliteStoreTest, EveryFileHasASecretOfItsOwnThatStays) {
  Open();
  const std::string secret(store_->secret());
  EXPECT_EQ(secret.size(), 64U) << "256 bits";
  Open();
  EXPECT_EQ(store_->secret(), secret);
  options_.path = folder_.File("other.db");
  Open();
  EXPECT_NE(store_->secret(), secret);
}

TEST_F(SqliteStoreTest, OpensWithALargeWriteAheadLogOfAKilledProcess) {
  Open();
  for (uint64_t i = 1; i <= 100; ++i) ASSERT_TRUE(store_->Append({BulkyRecord(i)}).ok());
  ASSERT_GT(std::filesystem::file_size(options_.path + "-wal"), 1'000'000);
  // What a killed process leaves is what lies there while it runs.
  const std::string copy = folder_.File("copy.db");
  std::filesystem::copy_file(options_.path, copy);
  std::filesystem::copy_file(options_.path + "-wal", copy + "-wal");
  options_.path = copy;
  Open();
  ExpectBulkyLogUpTo(100);
}

TEST_F(SqliteStoreTest, RemembersThePositionWhenEverythingWasPruned) {
  Open();
  ASSERT_TRUE(store_->Append(Records(1, 5)).ok());
  ASSERT_TRUE(store_->Materialize({{}, {}, {}, 5}).ok());
  ASSERT_EQ(store_->Prune(absl::InfiniteFuture(), 100).value(), 5);
  Open();
  EXPECT_EQ(store_->LastPosition().value(), 5);
}

TEST_F(SqliteStoreTest, CreatesFoldersAndFilesForTheOwnerAlone) {
  options_.path = folder_.File("a/b/waypost.db");
  Open();
  ASSERT_TRUE(store_->Append(Records(1, 1)).ok());
  EXPECT_EQ(ModeOf(folder_.File("a")), 0700);
  EXPECT_EQ(ModeOf(folder_.File("a/b")), 0700);
  for (const std::string suffix : {"", "-wal", "-shm", "-lock"}) {
    SCOPED_TRACE(suffix);
    EXPECT_EQ(ModeOf(options_.path + suffix), 0600);
  }
}

TEST_F(SqliteStoreTest, OnlyOneStoreHoldsAFile) {
  Open();
  const std::string other_name = folder_.File("link.db");
  std::filesystem::create_symlink(options_.path, other_name);
  for (const std::string& path : {options_.path, other_name}) {
    SqliteOptions options = options_;
    options.path = path;
    const absl::Status status = OpenSqliteStore(options).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
    EXPECT_THAT(std::string(status.message()),
                AllOf(StartsWith(options_.path),
                      HasSubstr(absl::StrCat("is in use by process ", getpid(), ";"))));
  }
  store_ = nullptr;
  Open();
}

TEST_F(SqliteStoreTest, AnotherProgramThatWritesMakesAWriteFailAndNothingMore) {
  options_.busy_timeout = absl::Milliseconds(1);
  Open();
  auto shell = SqliteConnection::Open(options_.path, "", absl::ZeroDuration());
  ASSERT_TRUE(shell.ok()) << shell.status();
  const absl::Status held = (*shell)->Transact([&] {
    EXPECT_EQ(store_->Append(Records(1, 1)).code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(store_->LastPosition().value(), 0);
    return absl::OkStatus();
  });
  EXPECT_TRUE(held.ok()) << held;
  EXPECT_TRUE(store_->Append(Records(1, 1)).ok());
}

TEST_F(SqliteStoreTest, RefusesPathsThatCannotBeAFile) {
  std::ofstream(folder_.File("file")) << "x";
  struct Case {
    std::string name;
    std::string path;
    std::string message;
  };
  const Case cases[] = {
      {"nothing", "", "needs the path of a file"},
      {"a folder", folder_.path(), "is a folder"},
      {"a folder to be", folder_.File("new/"), "names a folder"},
      {"under a file", folder_.File("file/waypost.db"), folder_.File("file")},
      {"too long", folder_.File(std::string(300, 'x')), "File name too long"},
  };
  for (const Case& wrong : cases) {
    SCOPED_TRACE(wrong.name);
    options_.path = wrong.path;
    const absl::Status status = OpenSqliteStore(options_).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(wrong.message));
  }
}

TEST_F(SqliteStoreTest, RefusesOptionsThatMakeNoSense) {
  struct Case {
    std::string name;
    void (*change)(SqliteOptions&);
  };
  const Case cases[] = {
      {"max_bytes", [](SqliteOptions& options) { options.max_bytes = -1; }},
      {"checkpoint_pages", [](SqliteOptions& options) { options.checkpoint_pages = 0; }},
      {"read_connections", [](SqliteOptions& options) { options.read_connections = 0; }},
  };
  for (const Case& wrong : cases) {
    SCOPED_TRACE(wrong.name);
    SqliteOptions options = options_;
    wrong.change(options);
    const absl::Status status = OpenSqliteStore(options).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), HasSubstr(wrong.name));
  }
  EXPECT_FALSE(std::filesystem::exists(options_.path));
}

TEST_F(SqliteStoreTest, SaysWhichFolderItMayNotWrite) {
  const std::string locked = folder_.File("locked");
  std::filesystem::create_directory(locked);
  ASSERT_EQ(chmod(folder_.path().c_str(), 0755), 0);
  ASSERT_EQ(chmod(locked.c_str(), 0555), 0);
  // Root may write everywhere, so it looks with the eyes of nobody.
  constexpr uid_t kNobody = 65534;
  const bool root = geteuid() == 0;
  if (root) ASSERT_EQ(seteuid(kNobody), 0);
  const absl::Cleanup back = [root] {
    if (root && seteuid(0) != 0) std::abort();
  };
  for (const std::string path : {"locked/waypost.db", "locked/deeper/waypost.db"}) {
    SCOPED_TRACE(path);
    options_.path = folder_.File(path);
    const absl::Status status = OpenSqliteStore(options_).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(locked));
  }
}

TEST_F(SqliteStoreTest, RefusesFilesOfOthersAndLeavesThemAlone) {
  struct Case {
    std::string name;
    std::string sql;
    std::string message;
  };
  const Case cases[] = {
      {"another program's", "CREATE TABLE notes (text)", "database of another program"},
      {"a newer version's",
       absl::StrCat("PRAGMA application_id = ", kApplicationId, "; PRAGMA user_version = 999"),
       "was written by a newer Waypost (version 999 of the tables, and this one knows up to 5)"},
  };
  for (const Case& file : cases) {
    SCOPED_TRACE(file.name);
    options_.path = folder_.File(file.name);
    Edit(file.sql);
    const auto size = std::filesystem::file_size(options_.path);
    const absl::Status status = OpenSqliteStore(options_).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
    EXPECT_THAT(std::string(status.message()),
                AllOf(StartsWith(options_.path), HasSubstr(file.message)));
    EXPECT_EQ(std::filesystem::file_size(options_.path), size);
  }
}

TEST_F(SqliteStoreTest, ReportsDamageAsDataLoss) {
  struct Case {
    std::string name;
    std::string message;
    std::function<void()> damage;
  };
  const Case cases[] = {
      {"not a database", "file is not a database",
       [this] { std::ofstream(options_.path) << std::string(8192, 'x'); }},
      {"cut short", "malformed", [this] { std::filesystem::resize_file(options_.path, 4096); }},
      {"a record gone that no table has", "of the records 3 to 5 only 2 are there",
       [this] { Edit("DELETE FROM log WHERE position = 4"); }},
  };
  for (const Case& file : cases) {
    SCOPED_TRACE(file.name);
    options_.path = folder_.File(file.name);
    Open();
    ASSERT_TRUE(store_->Append(Records(1, 5)).ok());
    ASSERT_TRUE(store_->Materialize({{}, {}, {}, 2}).ok());
    store_ = nullptr;
    file.damage();
    const absl::Status status = OpenSqliteStore(options_).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
    EXPECT_THAT(std::string(status.message()),
                AllOf(StartsWith(options_.path), HasSubstr(file.message)));
  }
}

TEST_F(SqliteStoreTest, ReportsDamageFoundWhileReadingAsDataLoss) {
  Open();
  for (uint64_t i = 1; i <= 50; ++i) ASSERT_TRUE(store_->Append({BulkyRecord(i)}).ok());
  ASSERT_TRUE(store_->Materialize({{}, {}, {}, 50}).ok());
  store_ = nullptr;
  {
    // Everything after the tables' first pages.
    std::fstream file(options_.path, std::ios::in | std::ios::out | std::ios::binary);
    const auto size = static_cast<int64_t>(std::filesystem::file_size(options_.path));
    file.seekp(20 * 4096);
    file << std::string(static_cast<size_t>(size - 30 * 4096), '\xee');
  }
  auto opened = OpenSqliteStore(options_);
  const absl::Status status =
      opened.ok() ? (*opened)->ScanLog(0, [](const LogRecord&) { return absl::OkStatus(); })
                  : opened.status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
}

TEST_F(SqliteStoreTest, AFullStoreRefusesAndLosesNothingAndGoesOnWhenItHasSpace) {
  options_.max_bytes = 1 << 20;
  Open();
  const absl::Status refused = Fill();
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted) << refused;
  EXPECT_THAT(std::string(refused.message()), StartsWith(options_.path));
  const uint64_t last = store_->LastPosition().value();
  ASSERT_GT(last, 10);
  ExpectBulkyLogUpTo(last);
  EXPECT_EQ(store_->Append({BulkyRecord(last + 1)}).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(store_->Recover().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(store_->Materialize({{}, {}, {}, 10}).code(), absl::StatusCode::kOk);
  EXPECT_LE(std::filesystem::file_size(options_.path), options_.max_bytes);

  options_.max_bytes = 2 << 20;
  Open();
  ExpectBulkyLogUpTo(last);
  EXPECT_TRUE(store_->Recover().ok());
  EXPECT_TRUE(store_->Append({BulkyRecord(last + 1)}).ok());
  ExpectBulkyLogUpTo(last + 1);
}

TEST_F(SqliteStoreTest, PruningMakesSpaceInAFullStore) {
  options_.max_bytes = 1 << 20;
  Open();
  ASSERT_EQ(Fill().code(), absl::StatusCode::kResourceExhausted);
  const uint64_t last = store_->LastPosition().value();
  ASSERT_TRUE(store_->Materialize({{}, {}, {}, last}).ok());
  ASSERT_EQ(store_->Prune(At(10), 100).value(), 9);
  EXPECT_TRUE(store_->Recover().ok());
  EXPECT_TRUE(store_->Append({BulkyRecord(last + 1)}).ok());
}

TEST_F(SqliteStoreTest, AFullDiskRefusesAndLosesNothingAndGoesOnWhenItHasSpace) {
  const std::string disk = folder_.File("disk");
  std::filesystem::create_directory(disk);
  if (mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=2m") != 0) {
    GTEST_SKIP() << "needs the right to mount a small disk: " << strerror(errno);
  }
  const absl::Cleanup unmount = [&] {
    store_ = nullptr;
    EXPECT_EQ(umount2(disk.c_str(), MNT_DETACH), 0) << strerror(errno);
  };
  options_.path = disk + "/waypost.db";
  options_.checkpoint_pages = 64;
  Open();
  // Another's file, which goes away later.
  const std::string ballast = disk + "/ballast";
  std::ofstream(ballast) << std::string(500'000, 'x');
  EXPECT_EQ(Fill().code(), absl::StatusCode::kResourceExhausted);
  const uint64_t last = store_->LastPosition().value();
  ASSERT_GT(last, 10);
  ExpectBulkyLogUpTo(last);
  EXPECT_EQ(store_->Recover().code(), absl::StatusCode::kResourceExhausted);
  ExpectBulkyLogUpTo(last);
  Open();
  ExpectBulkyLogUpTo(last);
  EXPECT_EQ(Fill().code(), absl::StatusCode::kResourceExhausted);
  const uint64_t filled = store_->LastPosition().value();

  std::filesystem::remove(ballast);
  EXPECT_TRUE(store_->Recover().ok());
  EXPECT_TRUE(store_->Append({BulkyRecord(filled + 1)}).ok());
  Open();
  ExpectBulkyLogUpTo(filled + 1);
}

TEST_F(SqliteStoreTest, AfterAFailedSyncEveryWriteIsRefusedUntilItRecovers) {
  options_.vfs = vfs_.name();
  Open();
  ASSERT_TRUE(store_->Append(Records(1, 3)).ok());
  vfs_.FailSyncsWith(SQLITE_IOERR_FSYNC);
  EXPECT_EQ(store_->Append(Records(4, 6)).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(store_->Recover().code(), absl::StatusCode::kUnavailable);
  vfs_.FailSyncsWith(SQLITE_OK);

  const absl::Status refused = store_->Append(Records(4, 4));
  EXPECT_EQ(refused.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(refused.message()),
              AllOf(HasSubstr("until the store recovers"), HasSubstr("disk I/O error")));
  EXPECT_EQ(store_->Materialize({{Person("ann")}, {}, {}, 1}).code(),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(store_->Prune(At(100), 1).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(store_->LastPosition().value(), 3);
  EXPECT_THAT(WholeLog(*store_), ElementsAreArray(Records(1, 3)));

  ASSERT_TRUE(store_->Recover().ok());
  EXPECT_THAT(WholeLog(*store_), ElementsAreArray(Records(1, 3)));
  EXPECT_TRUE(store_->Append(Records(4, 4)).ok());
  Open();
  EXPECT_THAT(WholeLog(*store_), ElementsAreArray(Records(1, 4)));
}

TEST_F(SqliteStoreTest, FailedInputAndOutputHaveTheirCodes) {
  struct Case {
    std::string name;
    int failure;
    absl::StatusCode code;
    bool refuses_after;
  };
  const Case cases[] = {
      {"write error", SQLITE_IOERR_WRITE, absl::StatusCode::kUnavailable, true},
      {"disk full", SQLITE_FULL, absl::StatusCode::kResourceExhausted, false},
      {"damage", SQLITE_CORRUPT, absl::StatusCode::kDataLoss, true},
  };
  options_.vfs = vfs_.name();
  for (const Case& fault : cases) {
    SCOPED_TRACE(fault.name);
    options_.path = folder_.File(fault.name);
    Open();
    ASSERT_TRUE(store_->Append(Records(1, 3)).ok());
    vfs_.FailWritesWith(fault.failure);
    EXPECT_EQ(store_->Append(Records(4, 6)).code(), fault.code);
    vfs_.FailWritesWith(SQLITE_OK);
    EXPECT_EQ(store_->Append(Records(4, 6)).ok(), !fault.refuses_after);
    EXPECT_TRUE(store_->Recover().ok());
    const uint64_t last = store_->LastPosition().value();
    EXPECT_EQ(last, fault.refuses_after ? 3 : 6);
    EXPECT_TRUE(store_->Append(Records(last + 1, last + 1)).ok());
    EXPECT_THAT(WholeLog(*store_), ElementsAreArray(Records(1, last + 1)));
  }
}

TEST_F(SqliteStoreTest, AFailedReadSaysSoAndStopsNoWrite) {
  options_.vfs = vfs_.name();
  Open();
  for (uint64_t i = 1; i <= 5; ++i) ASSERT_TRUE(store_->Append({BulkyRecord(i)}).ok());
  vfs_.FailReadsWith(SQLITE_IOERR_READ);
  EXPECT_EQ(store_->ReadRecord(2).status().code(), absl::StatusCode::kUnavailable);
  vfs_.FailReadsWith(SQLITE_OK);
  EXPECT_EQ(store_->ReadRecord(2).value(), BulkyRecord(2));
  EXPECT_TRUE(store_->Append({BulkyRecord(6)}).ok());
}

TEST_F(SqliteStoreTest, ErasesBytesOfWhatItPrunes) {
  Open();
  LogRecord secret = Record(1);
  secret.event = "the person's secret words";
  ASSERT_TRUE(store_->Append({secret}).ok());
  ASSERT_TRUE(store_->Materialize({{}, {}, {}, 1}).ok());
  ASSERT_EQ(store_->Prune(absl::InfiniteFuture(), 10).value(), 1);
  store_ = nullptr;
  std::ifstream file(options_.path, std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  ASSERT_FALSE(content.empty());
  EXPECT_EQ(content.find("secret words"), std::string::npos);
}

}  // namespace
}  // namespace waypost::store
