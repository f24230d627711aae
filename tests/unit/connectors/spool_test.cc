// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/spool.h"

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/fault_vfs.h"
#include "tests/support/temporary_folder.h"

namespace waypost::connectors {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr absl::Duration kPatience = absl::Seconds(60);
const absl::Time kNow = absl::FromUnixSeconds(1'777'888'800);

Request Body(std::string body) {
  Request request;
  request.AddHeader("Content-Type", "application/json");
  request.body = std::move(body);
  return request;
}

class SpoolTest : public testing::Test {
 protected:
  std::unique_ptr<Spool> Open(const SpoolOptions& options = {}) {
    auto spool = Spool::Open(folder_.File("connect.db"), options);
    EXPECT_TRUE(spool.ok()) << spool.status();
    return spool.ok() ? *std::move(spool) : nullptr;
  }

  std::vector<std::string> Bodies(Spool* spool, int64_t after = 0) {
    std::vector<std::string> bodies;
    const auto pending = spool->ReadPending(after, 1000, 1 << 20);
    EXPECT_TRUE(pending.ok()) << pending.status();
    for (const SpooledRequest& request : *pending) bodies.push_back(request.request.body);
    return bodies;
  }

  TemporaryFolder folder_;
};

TEST_F(SpoolTest, KeepsRequestsByteForByteInTheirOrder) {
  const std::string body("{\"a\":\r\n\0\xff}", 12);
  {
    const auto spool = Open();
    ASSERT_TRUE(spool->Add("rt", Body(body), kNow).ok());
    ASSERT_TRUE(spool->Add("desk", Body("second"), kNow + absl::Seconds(1)).ok());
  }
  const auto spool = Open();
  const auto pending = spool->ReadPending(0, 10, 1 << 20);
  ASSERT_TRUE(pending.ok());
  ASSERT_EQ(pending->size(), 2u);
  EXPECT_EQ((*pending)[0].request.body, body);
  EXPECT_EQ((*pending)[0].request.Header("content-type"), "application/json");
  EXPECT_EQ((*pending)[0].connector, "rt");
  EXPECT_EQ((*pending)[0].received_at, kNow);
  EXPECT_EQ((*pending)[1].request.body, "second");
  EXPECT_EQ(spool->requests(), 2);
}

TEST_F(SpoolTest, WhatIsFinishedIsForgotten) {
  {
    const auto spool = Open();
    for (const char* body : {"a", "b", "c"}) ASSERT_TRUE(spool->Add("rt", Body(body), kNow).ok());
    const auto pending = spool->ReadPending(0, 10, 1 << 20);
    spool->Finish((*pending)[1].id, (*pending)[1].bytes);
  }
  const auto spool = Open();
  EXPECT_THAT(Bodies(spool.get()), ElementsAre("a", "c"));
  EXPECT_EQ(spool->requests(), 2);
}

TEST_F(SpoolTest, ReadsOnBehindAnIdAndUpToABound) {
  const auto spool = Open();
  for (const char* body : {"a", "b", "c"}) ASSERT_TRUE(spool->Add("rt", Body(body), kNow).ok());
  const auto first = spool->ReadPending(0, 2, 1 << 20);
  ASSERT_EQ(first->size(), 2u);
  EXPECT_THAT(Bodies(spool.get(), first->back().id), ElementsAre("c"));
  EXPECT_EQ(spool->ReadPending(0, 10, 1)->size(), 1u);
}

TEST_F(SpoolTest, DeadLettersWaitAsideAndComeAgainAtTheEnd) {
  const std::string path = folder_.File("connect.db");
  auto spool = Open();
  for (const char* body : {"a", "b"}) ASSERT_TRUE(spool->Add("rt", Body(body), kNow).ok());
  const int64_t id = spool->ReadPending(0, 1, 1)->front().id;
  spool->Bury(id, "no JSON");
  ASSERT_TRUE(spool->Add("rt", Body("c"), kNow).ok());  // whose commit carries the letter

  const auto letters = ListDeadLetters(path);
  ASSERT_TRUE(letters.ok()) << letters.status();
  ASSERT_EQ(letters->size(), 1u);
  EXPECT_EQ(letters->front().reason, "no JSON");
  EXPECT_EQ(*ReadDeadLetter(path, id), "content-type: application/json\n\na");
  EXPECT_THAT(Bodies(spool.get()), ElementsAre("b", "c"));

  EXPECT_TRUE(absl::IsNotFound(ReplayDeadLetters(path, id + 7).status()));
  EXPECT_EQ(*ReplayDeadLetters(path, id), 1);
  EXPECT_THAT(Bodies(spool.get()), ElementsAre("b", "c", "a"));
  EXPECT_THAT(*ListDeadLetters(path), IsEmpty());
  EXPECT_EQ(*ReplayDeadLetters(path, std::nullopt), 0);
}

TEST_F(SpoolTest, RefusesBeyondItsBoundsAndTakesAgainWhenThereIsRoom) {
  SpoolOptions options;
  options.max_requests = 2;
  auto spool = Open(options);
  ASSERT_TRUE(spool->Add("rt", Body("a"), kNow).ok());
  ASSERT_TRUE(spool->Add("rt", Body("b"), kNow).ok());
  EXPECT_TRUE(absl::IsResourceExhausted(spool->Add("rt", Body("c"), kNow)));
  const auto pending = spool->ReadPending(0, 1, 1);
  spool->Finish(pending->front().id, pending->front().bytes);
  spool.reset();
  spool = Open(options);
  EXPECT_TRUE(spool->Add("rt", Body("d"), kNow).ok());
  EXPECT_THAT(Bodies(spool.get()), ElementsAre("b", "d"));

  spool.reset();
  options = {};
  options.max_bytes = 200;
  spool = Open(options);
  EXPECT_TRUE(absl::IsResourceExhausted(spool->Add("rt", Body(std::string(300, 'x')), kNow)));
}

TEST_F(SpoolTest, ManyThreadsAddAtOnce) {
  const auto spool = Open();
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 8; ++thread) {
    threads.emplace_back([&, thread] {
      for (int at = 0; at < 25; ++at) {
        EXPECT_TRUE(spool->Add("rt", Body(absl::StrCat(thread, "/", at)), kNow).ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Bodies(spool.get()).size(), 200u);
  EXPECT_EQ(spool->additions(), 200);
}

TEST_F(SpoolTest, WaitsForAnAddition) {
  const auto spool = Open();
  const int64_t seen = spool->additions();
  std::thread adder([&] { EXPECT_TRUE(spool->Add("rt", Body("a"), kNow).ok()); });
  spool->WaitForAddition(seen, kPatience);
  EXPECT_EQ(spool->additions(), seen + 1);
  adder.join();
}

TEST_F(SpoolTest, OneProcessAtATime) {
  const auto spool = Open();
  const auto second = Spool::Open(folder_.File("connect.db"), {});
  EXPECT_TRUE(absl::IsUnavailable(second.status())) << second.status();
}

TEST_F(SpoolTest, AFullDiskIsToldAndNothingIsKept) {
  store::FaultVfs vfs;
  SpoolOptions options;
  options.vfs = vfs.name();
  auto spool = Open(options);
  ASSERT_TRUE(spool->Add("rt", Body("a"), kNow).ok());
  vfs.FailWritesWith(SQLITE_FULL);
  EXPECT_TRUE(absl::IsResourceExhausted(spool->Add("rt", Body("b"), kNow)));
  vfs.FailWritesWith(SQLITE_OK);
  EXPECT_TRUE(spool->Add("rt", Body("c"), kNow).ok());
  EXPECT_THAT(Bodies(spool.get()), ElementsAre("a", "c"));
}

TEST_F(SpoolTest, AFailedSyncIsNotAnsweredAsKept) {
  store::FaultVfs vfs;
  SpoolOptions options;
  options.vfs = vfs.name();
  auto spool = Open(options);
  ASSERT_TRUE(spool->Add("rt", Body("a"), kNow).ok());
  vfs.FailSyncsWith(SQLITE_IOERR_FSYNC);
  EXPECT_TRUE(absl::IsUnavailable(spool->Add("rt", Body("b"), kNow)));
  vfs.FailSyncsWith(SQLITE_OK);
  ASSERT_TRUE(spool->Add("rt", Body("c"), kNow).ok());
  spool.reset();
  vfs.RestorePower(store::Unsynced::kLost);
  spool = Open(options);
  EXPECT_THAT(Bodies(spool.get()), testing::IsSupersetOf({"a", "c"}));
}

TEST_F(SpoolTest, WhatWasAnsweredSurvivesAPowerCutAtAnyWrite) {
  for (int64_t operation = 1; operation < 12; ++operation) {
    SCOPED_TRACE(operation);
    const TemporaryFolder folder;
    store::FaultVfs vfs;
    SpoolOptions options;
    options.vfs = vfs.name();
    std::vector<std::string> kept;
    {
      auto spool = Spool::Open(folder.File("connect.db"), options);
      ASSERT_TRUE(spool.ok()) << spool.status();
      vfs.CutPowerAt(operation);
      for (const char* body : {"a", "b", "c"}) {
        if ((*spool)->Add("rt", Body(body), kNow).ok()) kept.push_back(body);
      }
    }
    vfs.RestorePower(store::Unsynced::kLost);
    auto spool = Spool::Open(folder.File("connect.db"), options);
    ASSERT_TRUE(spool.ok()) << spool.status();
    EXPECT_THAT(Bodies(spool->get()), testing::IsSupersetOf(kept));
  }
}

}  // namespace
}  // namespace waypost::connectors
