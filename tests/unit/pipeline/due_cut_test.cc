// SPDX-License-Identifier: Apache-2.0
// The same events give the same log and tables in one go or cut by crashes.
#include <algorithm>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sidecar/rules/loader.h"
#include "tests/unit/pipeline/due_fixture.h"

namespace waypost::pipeline {
namespace {

using ::waypost::testing::IsOk;

std::string FirstDifference(const std::vector<std::string>& want,
                            const std::vector<std::string>& got) {
  for (size_t i = 0; i < std::max(want.size(), got.size()); ++i) {
    const std::string wanted = i < want.size() ? want[i] : "nothing";
    const std::string found = i < got.size() ? got[i] : "nothing";
    if (wanted != found) return absl::StrCat(i, "\nwant ", wanted, "\ngot  ", found);
  }
  return "";
}

struct CutCase {
  const char* name;
  uint32_t seed;
  bool shipped;  // the shipped rules, with promises and caps; else one rule that waits for silence
};

class DueCutTest : public DueTest, public ::testing::WithParamInterface<CutCase> {
 protected:
  DueCutTest() {
    if (!GetParam().shipped) return;
    const auto loaded = rules::LoadRules(WAYPOST_SOURCE_DIR "/rules/service-desk");
    EXPECT_THAT(loaded, IsOk());
    UseRules(loaded->rule_set);
  }

  // A day at the desk: tickets are opened, told of and ended while time passes. `between` runs
  // after every step.
  void Play(const std::function<void()>& between) {
    std::mt19937 random(GetParam().seed);
    const auto pick = [&](uint32_t below) { return static_cast<int>(random() % below); };
    for (int i = 0; i < 150; ++i) {
      const std::string ref = absl::StrCat("T", pick(15));
      v1::TicketEvent event = Told(ref, absl::StrCat("e", i));
      if (pick(3) != 0) event.clear_comment();
      event.mutable_ticket()->mutable_requester()->set_id(absl::StrCat("p", pick(6)));
      event.mutable_ticket()->set_priority(pick(3) == 0 ? "P1" : "P3");
      event.mutable_ticket()->set_status_category(
          static_cast<v1::StatusCategory>(v1::STATUS_CATEGORY_NEW + pick(6)));
      ASSERT_THAT(Record(event), IsOk());
      Settle();  // the event may make something overdue
      clock_.Advance(absl::Minutes(pick(90)));
      between();
      Settle();
    }
  }
};

TEST_P(DueCutTest, RestartsChangeNothing) {
  Start();
  Play([] {});
  const std::vector<std::string> uninterrupted = WholeLog();
  const std::vector<std::string> tables = Tables();
  EXPECT_GT(Sent().size(), 20U);
  pipeline_.reset();

  inner_ = store::MakeMemoryStore("secret of tests");
  clock_.Set(kStart);
  std::mt19937 random(GetParam().seed + 1);
  Start();
  Play([&] {
    if (random() % 9 == 0) WAYPOST_ASSERT_OK(pipeline_->Flush());
    if (random() % 7 != 0) return;
    Crash();
    Start();
  });
  EXPECT_EQ(FirstDifference(uninterrupted, WholeLog()), "");
  EXPECT_EQ(FirstDifference(tables, Tables()), "");
}

INSTANTIATE_TEST_SUITE_P(
    All, DueCutTest,
    ::testing::Values(CutCase{"Silence1", 1, false}, CutCase{"Silence2", 2, false},
                      CutCase{"Silence3", 3, false}, CutCase{"Shipped1", 4, true},
                      CutCase{"Shipped2", 5, true}, CutCase{"Shipped3", 6, true}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace waypost::pipeline
