// SPDX-License-Identifier: Apache-2.0
// What records of one batch do to each other before any of them is on disk.
#include "sidecar/pipeline/alert_admission.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace waypost::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const absl::Time kStart = absl::FromUnixSeconds(1'777'888'800);

class AlertAdmissionTest : public ::testing::Test {
 protected:
  // A record of the next position on its way to the disk.
  struct Batched {
    store::LogRecord record;
    OutboxNews news;
  };

  Batched Next(absl::Duration since_start) {
    Batched batched;
    batched.record.tenant = "default";
    batched.record.position = ++position_;
    batched.news.changes.set_at(absl::ToUnixMicros(kStart + since_start));
    return batched;
  }

  Batched Alert(const std::string& id, const std::string& owner, absl::Duration since_start,
                const std::string& raised_as = "") {
    Batched batched = Next(since_start);
    internal::v1::NewAction* action = batched.news.changes.add_actions();
    action->set_id(id);
    action->set_kind(v1::ACTION_KIND_ALERT);
    action->set_owner_id(owner);
    action->set_deadline(absl::ToUnixMicros(kStart + since_start + absl::Hours(24)));
    batched.news.alert_ids = {raised_as.empty() ? id : raised_as};
    return batched;
  }

  Batched End(const std::string& alert_id, const std::string& owner) {
    Batched batched = Next(absl::Minutes(30));
    internal::v1::NewAction* action = batched.news.changes.add_actions();
    action->set_id(alert_id + "/resolved");
    action->set_kind(v1::ACTION_KIND_ALERT_RESOLUTION);
    action->set_owner_id(owner);
    batched.news.alert_ids = {alert_id};
    return batched;
  }

  Batched Gather() {
    Batched batched = Next(absl::ZeroDuration());
    batched.news.changes.Clear();
    batched.news.gathers_digests = true;
    return batched;
  }

  // What is added to the record, one line per action that changes or digest that begins. The record
  // on its way to the disk says the same as the news of it.
  std::vector<std::string> Admit(AlertAdmission* admission, Batched batched,
                                 absl::Time now = kStart) {
    admission->Admit(now, &batched.record, &batched.news);
    internal::v1::Decision decision;
    EXPECT_TRUE(decision.ParseFromString(batched.record.decision));
    std::vector<std::string> added;
    for (const auto& change : decision.outbox().changes()) {
      std::string line = absl::StrCat(change.action_id(), " ", change.reason_code());
      if (change.retry_at() != 0) {
        absl::StrAppend(&line, " ",
                        absl::FormatDuration(absl::FromUnixMicros(change.retry_at()) - kStart));
      }
      added.push_back(std::move(line));
    }
    for (const auto& digest : decision.outbox().alert_digests()) {
      added.push_back(absl::StrCat(digest.id(), ":"));
      for (const std::string& id : digest.action_ids()) absl::StrAppend(&added.back(), " ", id);
    }
    EXPECT_EQ(batched.news.changes.changes_size(), decision.outbox().changes_size());
    EXPECT_EQ(batched.news.changes.alert_digests_size(), decision.outbox().alert_digests_size());
    return added;
  }

  // Puts the actions of the record into the queue, as the outbox does once it is on disk.
  void Take(const Batched& batched, const ActionContext& context = {}) {
    internal::v1::ActionRecord record =
        RecordOf(batched.news.changes, 0, batched.record.position, "default", "ann");
    if (record.reason_code().empty()) queue_.Tell({"default", record.action().owner_id()}, kStart);
    queue_.Add(std::move(record), kStart, context);
  }

  uint64_t position_ = 0;
  ActionQueue queue_{"e"};
};

TEST_F(AlertAdmissionTest, CountsWhatTheBatchItselfBrings) {
  AlertAdmission admission(2, &queue_);
  EXPECT_THAT(Admit(&admission, Alert("a", "lead", absl::ZeroDuration())), IsEmpty());
  EXPECT_THAT(Admit(&admission, Alert("b", "lead", absl::Minutes(5))), IsEmpty());
  EXPECT_THAT(Admit(&admission, Alert("c", "lead", absl::Minutes(6))),
              ElementsAre("c OWNER_RATE 1h"));
  EXPECT_THAT(Admit(&admission, Alert("d", "other", absl::Minutes(6))), IsEmpty());
  EXPECT_THAT(Admit(&admission, Alert("e", "lead", absl::Minutes(7))),
              ElementsAre("e OWNER_RATE 1h"));
  EXPECT_THAT(Admit(&admission, Alert("f", "", absl::Minutes(7))), IsEmpty());
}

TEST_F(AlertAdmissionTest, TheRateIsOfAnyHour) {
  AlertAdmission admission(2, &queue_);
  EXPECT_THAT(Admit(&admission, Alert("a", "lead", absl::ZeroDuration())), IsEmpty());
  EXPECT_THAT(Admit(&admission, Alert("b", "lead", absl::Minutes(50))), IsEmpty());
  EXPECT_THAT(Admit(&admission, Alert("c", "lead", absl::Minutes(60))), IsEmpty());
  EXPECT_THAT(Admit(&admission, Alert("d", "lead", absl::Minutes(61))),
              ElementsAre("d OWNER_RATE 1h50m"));
}

TEST_F(AlertAdmissionTest, AClockThatWasSetBackHoldsNobodyForLongerThanAnHour) {
  AlertAdmission admission(1, &queue_);
  EXPECT_THAT(Admit(&admission, Alert("a", "lead", absl::Hours(48))), IsEmpty());
  EXPECT_THAT(Admit(&admission, Alert("b", "lead", absl::ZeroDuration())),
              ElementsAre("b OWNER_RATE 1h"));
}

TEST_F(AlertAdmissionTest, WhatTheBatchBringsAndEndsIsNotTold) {
  AlertAdmission admission(1, &queue_);
  EXPECT_THAT(Admit(&admission, Alert("a", "lead", absl::ZeroDuration())), IsEmpty());
  EXPECT_THAT(Admit(&admission, Alert("b", "lead", absl::Minutes(1))),
              ElementsAre("b OWNER_RATE 1h"));
  EXPECT_THAT(Admit(&admission, End("a", "lead")),
              ElementsAre("a RESOLVED", "a/resolved RESOLVED"));
  EXPECT_THAT(Admit(&admission, End("b", "lead")),
              ElementsAre("b RESOLVED", "b/resolved RESOLVED"));
  EXPECT_THAT(Admit(&admission, End("c", "lead")), IsEmpty());
}

TEST_F(AlertAdmissionTest, TheEndOfARepetitionIsTold) {
  AlertAdmission admission(5, &queue_);
  EXPECT_THAT(Admit(&admission, Alert("again", "lead", absl::ZeroDuration(), "a")), IsEmpty());
  EXPECT_THAT(Admit(&admission, End("a", "lead")), ElementsAre("again RESOLVED"));
}

TEST_F(AlertAdmissionTest, ADigestTakesUpWhatIsHeldBeforeAndInTheBatchButNotWhatIsOver) {
  Take(Alert("told", "lead", absl::ZeroDuration()));
  for (const std::string id : {"a", "b"}) {
    Batched held = Alert(id, "lead", absl::Minutes(1));
    AlertAdmission(1, &queue_).Admit(kStart, &held.record, &held.news);
    Take(held, {.alert_id = id});
  }
  const absl::Time due = kStart + absl::Hours(1);
  AlertAdmission admission(1, &queue_);
  EXPECT_THAT(Admit(&admission, Gather(), due - absl::Seconds(1)), IsEmpty());
  EXPECT_THAT(Admit(&admission, End("a", "lead")),
              ElementsAre("a RESOLVED", "a/resolved RESOLVED"));
  EXPECT_THAT(Admit(&admission, Alert("c", "lead", absl::Minutes(59))),
              ElementsAre("c OWNER_RATE 1h"));
  EXPECT_THAT(Admit(&admission, Gather(), due), ElementsAre("b/digest: b c"));
  // In a digest they are told, and so are their ends.
  EXPECT_THAT(Admit(&admission, End("b", "lead")), IsEmpty());
  EXPECT_THAT(Admit(&admission, End("c", "lead")), IsEmpty());
  EXPECT_THAT(Admit(&admission, Gather(), due), IsEmpty());
  // The digest counts.
  EXPECT_THAT(Admit(&admission, Alert("d", "lead", absl::Minutes(61))),
              ElementsAre("d OWNER_RATE 2h"));
}

}  // namespace
}  // namespace waypost::pipeline
