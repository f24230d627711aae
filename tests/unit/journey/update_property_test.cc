// SPDX-License-Identifier: Apache-2.0
// The shipped rules over random events, late events, clocks that jump and restarts: nobody is
// written to beyond the caps or at night, no promise is forgotten, and a restart changes nothing.
#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sidecar/journey/micros.h"
#include "tests/unit/journey/random_desk.h"

namespace waypost::journey {
namespace {

// A message as the person got it.
struct Told {
  absl::Time at;
  v1::StatusUpdate update;
  bool answers = false;  // what the person has just done
};

std::vector<Told> Messages(const std::vector<Logged>& log) {
  std::vector<Told> messages;
  for (const Logged& logged : log) {
    for (const v1::StatusUpdate& update : logged.decision.enrichment().status_updates()) {
      if (update.draft() || update.shadow()) continue;
      messages.push_back(
          {logged.now, update, logged.event.actor().role() == v1::ACTOR_ROLE_CUSTOMER});
    }
  }
  return messages;
}

// How many of the first `end` messages came within `window` before `at`, or after it by a clock
// that went back.
int CountWithin(const std::vector<Told>& messages, size_t end, absl::Duration window,
                const std::string& ticket) {
  return static_cast<int>(std::count_if(
      messages.begin(), messages.begin() + static_cast<std::ptrdiff_t>(end), [&](const Told& told) {
        const bool concerned = ticket.empty() || told.update.ticket_ref() == ticket;
        return concerned && told.at > messages[end].at - window;
      }));
}

// Everything that a message of that number breaks.
void ExpectWithinCaps(const std::vector<Told>& messages, size_t number,
                      const rules::RuleSet& rules) {
  const Told& told = messages[number];
  const std::string& ref = told.update.ticket_ref();
  const rules::Caps& caps = rules.caps;
  if (!ref.empty()) {
    EXPECT_EQ(CountWithin(messages, number, caps.merge_window, ref), 0) << "merge_window";
  }
  if (IsUrgentRef(ref)) return;
  absl::TimeZone zone;
  ASSERT_TRUE(absl::LoadTimeZone(kZone, &zone));
  EXPECT_TRUE(told.answers || !caps.quiet_hours->IsQuiet(told.at, zone)) << "quiet_hours";
  EXPECT_LT(CountWithin(messages, number, absl::Hours(24), ""), caps.updates_per_person_per_day);
  EXPECT_LT(CountWithin(messages, number, absl::Hours(7 * 24), ""),
            caps.messages_per_person_per_week);
  if (ref.empty()) return;
  EXPECT_LT(CountWithin(messages, number, absl::Hours(24), ref), caps.updates_per_ticket_per_day);
  if (!rules.FindRule(told.update.rule_id())->update->once_per_status) {
    EXPECT_EQ(CountWithin(messages, number, caps.update_interval, ref), 0) << "update_interval";
  }
}

// The newest state of every promise ever made.
std::map<std::string, v1::Promise> Ledger(const std::vector<Logged>& log) {
  std::map<std::string, v1::Promise> ledger;
  for (const Logged& logged : log) {
    for (const v1::Promise& promise : logged.decision.promises()) {
      v1::Promise& known = ledger[promise.id()];
      if (promise.state() == v1::PROMISE_STATE_BROKEN) {
        EXPECT_EQ(known.state(), v1::PROMISE_STATE_OPEN) << promise.ShortDebugString();
      }
      known = promise;
    }
  }
  return ledger;
}

void ExpectSettled(const v1::Promise& promise, absl::Time now) {
  const int64_t made_at = MicrosOf(promise.made_at());
  const int64_t due_at = MicrosOf(promise.due_at());
  const int64_t settled_at = MicrosOf(promise.settled_at());
  EXPECT_GT(due_at, made_at);
  switch (promise.state()) {
    case v1::PROMISE_STATE_OPEN:
      EXPECT_GT(due_at, absl::ToUnixMicros(now)) << "it was forgotten";
      break;
    case v1::PROMISE_STATE_BROKEN:
      EXPECT_EQ(settled_at, due_at);
      break;
    case v1::PROMISE_STATE_KEPT:
      EXPECT_GT(settled_at, made_at);
      EXPECT_LE(settled_at, due_at);
      break;
    default:
      break;
  }
}

class UpdatePropertyTest : public ::testing::TestWithParam<unsigned> {
 protected:
  static constexpr int kSteps = 400;
  const std::shared_ptr<const rules::RuleSet> rules_ = ShippedRules();
};

TEST_P(UpdatePropertyTest, NobodyIsWrittenToBeyondTheCapsAndNoPromiseIsForgotten) {
  RandomDesk desk(rules_);
  for (const Step& step : Stream(GetParam()).Make(kSteps)) desk.Play(step);
  const std::vector<Told> messages = Messages(desk.log());
  EXPECT_GT(messages.size(), 30U) << "the stream must give occasions";
  for (size_t number = 0; number < messages.size(); ++number) {
    SCOPED_TRACE(messages[number].update.ShortDebugString());
    ExpectWithinCaps(messages, number, *rules_);
  }
  const std::map<std::string, v1::Promise> ledger = Ledger(desk.log());
  EXPECT_GT(ledger.size(), 20U);
  for (const auto& [id, promise] : ledger) {
    SCOPED_TRACE(promise.ShortDebugString());
    ExpectSettled(promise, desk.now());
  }
}

TEST_P(UpdatePropertyTest, RestartsChangeNothing) {
  const std::vector<Step> steps = Stream(GetParam()).Make(kSteps);
  RandomDesk whole(rules_);
  RandomDesk cut(rules_);
  std::mt19937 random(GetParam());
  for (const Step& step : steps) {
    whole.Play(step);
    cut.Play(step);
    if (random() % 20 == 0) cut.Restart();
    if (HasFailure()) return;
  }
  ASSERT_EQ(cut.log().size(), whole.log().size());
  for (size_t i = 0; i < cut.log().size(); ++i) {
    ASSERT_EQ(cut.log()[i].decision.SerializeAsString(),
              whole.log()[i].decision.SerializeAsString());
  }
  EXPECT_EQ(RandomDesk::Bytes(cut.record()), RandomDesk::Bytes(whole.record()));
}

INSTANTIATE_TEST_SUITE_P(Seeds, UpdatePropertyTest, ::testing::Range(1U, 13U));

}  // namespace
}  // namespace waypost::journey
