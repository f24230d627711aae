// SPDX-License-Identifier: Apache-2.0
#include "sidecar/store/migrations.h"

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/temporary_folder.h"

namespace waypost::store {
namespace {

using ::testing::HasSubstr;

class MigrationsTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::string path = folder_.File("waypost.db");
    std::ofstream(path, std::ios::app);
    auto opened = SqliteConnection::Open(path, "", absl::Seconds(5));
    ASSERT_TRUE(opened.ok()) << opened.status();
    connection_ = *std::move(opened);
  }

  int64_t Query(const std::string& sql) { return connection_->QueryInteger(sql).value(); }

  TemporaryFolder folder_;
  std::unique_ptr<SqliteConnection> connection_;
};

TEST_F(MigrationsTest, AnEmptyFileGetsEveryVersion) {
  ASSERT_TRUE(CheckOrigin(*connection_, Migrations()).ok());
  ASSERT_TRUE(Migrate(*connection_, Migrations()).ok());
  EXPECT_EQ(Query("PRAGMA user_version"), Migrations().size());
  EXPECT_EQ(Query("PRAGMA application_id"), kApplicationId);
  EXPECT_TRUE(CheckOrigin(*connection_, Migrations()).ok());
  EXPECT_TRUE(Migrate(*connection_, Migrations()).ok());
}

TEST_F(MigrationsTest, AnOlderFileKeepsItsRowsAndGetsWhatIsNew) {
  ASSERT_TRUE(Migrate(*connection_, Migrations()).ok());
  ASSERT_TRUE(
      connection_->Execute("INSERT INTO log VALUES (1, 'acme', 'ann', 5, NULL, x'01', x'02')")
          .ok());
  std::vector<const char*> migrations(Migrations().begin(), Migrations().end());
  migrations.push_back("ALTER TABLE log ADD COLUMN channel TEXT NOT NULL DEFAULT 'none'");
  migrations.push_back("UPDATE log SET channel = 'phone'; CREATE TABLE channels (name TEXT)");
  ASSERT_TRUE(CheckOrigin(*connection_, migrations).ok());
  ASSERT_TRUE(Migrate(*connection_, migrations).ok());
  EXPECT_EQ(Query("PRAGMA user_version"), Migrations().size() + 2);
  EXPECT_EQ(Query("SELECT count(*) FROM log WHERE position = 1 AND channel = 'phone'"), 1);
}

TEST_F(MigrationsTest, RecordsOlderThanExpectationsTeachNothing) {
  const std::vector<const char*> before(Migrations().begin(), Migrations().begin() + 3);
  ASSERT_TRUE(Migrate(*connection_, before).ok());
  ASSERT_TRUE(connection_->Execute("UPDATE meta SET value = 7").ok());
  ASSERT_TRUE(Migrate(*connection_, Migrations()).ok());
  EXPECT_EQ(Query("SELECT value FROM meta WHERE name = 'learned_position'"), 7);
  EXPECT_EQ(Query("SELECT value FROM meta WHERE name = 'materialized_position'"), 7);
}

TEST_F(MigrationsTest, AMigrationThatFailsLeavesTheVersionBeforeIt) {
  std::vector<const char*> migrations(Migrations().begin(), Migrations().end());
  migrations.push_back("CREATE TABLE good (a)");
  migrations.push_back("CREATE TABLE half (a); CREATE TABLE good (a)");
  EXPECT_EQ(Migrate(*connection_, migrations).code(), absl::StatusCode::kInternal);
  EXPECT_EQ(Query("PRAGMA user_version"), Migrations().size() + 1);
  EXPECT_EQ(Query("SELECT count(*) FROM sqlite_schema WHERE name = 'good'"), 1);
  EXPECT_EQ(Query("SELECT count(*) FROM sqlite_schema WHERE name = 'half'"), 0);
}

TEST_F(MigrationsTest, ANewerFileIsRefused) {
  std::vector<const char*> migrations(Migrations().begin(), Migrations().end());
  migrations.push_back("CREATE TABLE later (a)");
  ASSERT_TRUE(Migrate(*connection_, migrations).ok());
  const absl::Status status = CheckOrigin(*connection_, Migrations());
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("newer Waypost"));
}

TEST_F(MigrationsTest, AnotherProgramsFileIsRefused) {
  ASSERT_TRUE(connection_->Execute("PRAGMA application_id = 7").ok());
  const absl::Status status = CheckOrigin(*connection_, Migrations());
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("another program"));
}

}  // namespace
}  // namespace waypost::store
