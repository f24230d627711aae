// SPDX-License-Identifier: Apache-2.0
// Random events, answers, clock jumps and restarts: nobody is asked within the cool-down, while an
// invitation is open or beside a message about the ticket, and a restart changes nothing.
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sidecar/journey/feedback.h"
#include "sidecar/journey/micros.h"
#include "sidecar/journey/survey_case.h"
#include "tests/unit/journey/survey_desk.h"
#include "tests/unit/journey/update_desk.h"

namespace waypost::journey {
namespace {

constexpr absl::Duration kCooldowns[] = {absl::Hours(72), absl::Hours(120), absl::Hours(24)};
const char* const kRuleIds[] = {"csat", "effort", "later"};

rules::RuleSet Rules() {
  rules::RuleSet rules = SurveyRules(AskRuleAfter(absl::Hours(2)));
  rules.rules[0].survey->reminder = absl::Hours(48);
  rules.rules.push_back(AskRule("effort"));
  rules.rules.back().on = testing::On({v1::EVENT_TYPE_CLOSED});
  rules.rules.push_back(AskRule("later"));
  rules.rules.back().survey->delay["default"].length = absl::Hours(30);
  rules.rules.back().on = testing::On({v1::EVENT_TYPE_COMMENTED});
  for (size_t i = 0; i < 3; ++i) rules.rules[i].survey->cooldown = kCooldowns[i];
  rules.rules.insert(rules.rules.begin(),
                     UpdateRule("told", testing::On({v1::EVENT_TYPE_RESOLVED}), "It is solved."));
  rules.stitching.matter_window = absl::Hours(24);
  rules.caps.quiet_hours = *calendar::QuietHours::Create(20 * 60, 7 * 60);
  return rules;
}

class RandomDesk {
 public:
  explicit RandomDesk(unsigned seed) : random_(seed), rules_(testing::Freeze(Rules())) {
    record_.person.set_tenant("default");
    record_.person.set_person_id("u1");
  }

  void Step() {
    MoveClock();
    if (Chance(4)) RunTimers();
    if (Chance(6)) {
      Answer();
    } else {
      Decide(TicketEvent());
    }
    if (Chance(40)) Restart();
  }

  // The record as the log alone gives it.
  void Restart() {
    PersonRecord replayed;
    replayed.person.set_tenant("default");
    replayed.person.set_person_id("u1");
    for (const auto& [position, event, decision] : log_) {
      const absl::Status status = decision.due_at() == 0
                                      ? Replay(event, decision, position, &replayed)
                                      : ReplayDue(decision, position, &replayed);
      ASSERT_TRUE(status.ok()) << status;
    }
    ASSERT_EQ(replayed.journeys.size(), record_.journeys.size());
    EXPECT_EQ(replayed.person.SerializeAsString(), record_.person.SerializeAsString());
    for (size_t i = 0; i < replayed.journeys.size(); ++i) {
      EXPECT_EQ(replayed.journeys[i].SerializeAsString(), record_.journeys[i].SerializeAsString());
    }
    record_ = std::move(replayed);
  }

  [[nodiscard]] int sent() const { return static_cast<int>(sent_.size()); }

 private:
  int Below(int bound) { return std::uniform_int_distribution<int>(0, bound - 1)(random_); }
  bool Chance(int one_in) { return Below(one_in) == 0; }

  void MoveClock() {
    now_ += absl::Minutes(Below(12 * 60));
    if (Chance(25)) now_ += absl::Hours(24 * Below(12));
    if (Chance(25)) now_ -= absl::Hours(Below(60));
  }

  v1::TicketEvent TicketEvent() {
    constexpr v1::StatusCategory kCategories[] = {
        v1::STATUS_CATEGORY_OPEN, v1::STATUS_CATEGORY_RESOLVED, v1::STATUS_CATEGORY_CLOSED,
        v1::STATUS_CATEGORY_RESOLVED, v1::STATUS_CATEGORY_CANCELED};
    const std::string ref =
        absl::StrCat(std::string(1, static_cast<char>('A' + Below(4))), Below(6));
    v1::TicketEvent event = EventOf(ref, 0, kCategories[Below(5)]);
    event.set_event_id(absl::StrCat("e", log_.size()));
    const absl::Time at = Chance(8) ? now_ - absl::Hours(Below(80)) : now_;
    SetTime(absl::ToUnixMicros(at), event.mutable_occurred_at());
    if (Chance(3)) {
      event.mutable_comment()->set_body("text");
      event.mutable_comment()->set_visibility(v1::VISIBILITY_BOTH);
      if (Chance(2)) event.mutable_actor()->set_role(v1::ACTOR_ROLE_CUSTOMER);
    }
    return event;
  }

  void Answer() {
    for (const JourneySent& sent : sent_) {
      v1::TicketEvent event = EventOf(sent.ticket, 0, v1::STATUS_CATEGORY_UNSPECIFIED);
      event.set_event_id(absl::StrCat("a", log_.size()));
      SetTime(absl::ToUnixMicros(now_), event.mutable_occurred_at());
      event.mutable_feedback()->set_survey_id(sent.id);
      event.mutable_feedback()->set_rating(1 + Below(5));
      if (Chance(3) && !RefuseFeedback(event, record_, now_).has_value()) return Decide(event);
    }
  }

  void RunTimers() {
    while (const auto decision = EvaluateDue(*rules_, now_, ++position_, &record_))
      Log({}, *decision);
  }

  void Decide(const v1::TicketEvent& event) {
    const auto evaluation = Evaluate(*rules_, event, ++position_, now_, &record_);
    ASSERT_TRUE(evaluation.ok()) << evaluation.status();
    Log(event, evaluation->decision);
  }

  struct Logged {
    uint64_t position = 0;
    v1::TicketEvent event;
    internal::v1::Decision decision;
  };
  struct JourneySent {
    std::string id;
    std::string ticket;
    absl::Time at;
    absl::Time expires_at;
    bool over = false;  // answered, or expired by a clock that may have been set back since
  };

  void Log(const v1::TicketEvent& event, const internal::v1::Decision& decision) {
    log_.push_back({position_, event, decision});
    for (const v1::StatusUpdate& update : decision.enrichment().status_updates()) {
      told_at_[update.digest_of().empty() ? update.ticket_ref() : ""] = now_;
    }
    for (const v1::SurveyDecision& survey : decision.enrichment().surveys()) {
      if (survey.outcome() == v1::SURVEY_OUTCOME_SEND) Sent(survey);
      if (survey.outcome() == v1::SURVEY_OUTCOME_REMIND) {
        EXPECT_EQ(++reminders_[survey.id()], 1) << survey.id();
        ExpectDaytime();
      }
      for (JourneySent& sent : sent_) {
        if (sent.id == survey.id()) {
          sent.over |= survey.outcome() == v1::SURVEY_OUTCOME_ANSWERED ||
                       survey.outcome() == v1::SURVEY_OUTCOME_EXPIRED;
        }
      }
    }
  }

  void ExpectDaytime() {
    EXPECT_FALSE(rules_->caps.quiet_hours->IsQuiet(now_, absl::UTCTimeZone())) << now_;
  }

  void Sent(const v1::SurveyDecision& survey) {
    ExpectDaytime();
    for (const std::string& about : {survey.ticket_ref(), std::string()}) {
      const auto told = told_at_.find(about);
      EXPECT_TRUE(told == told_at_.end() || told->second + kAfterMessage <= now_)
          << survey.id() << " beside a message about " << survey.ticket_ref();
    }
    absl::Duration cooldown;
    for (size_t i = 0; i < 3; ++i) {
      if (survey.rule_id() == kRuleIds[i]) cooldown = kCooldowns[i];
    }
    for (const JourneySent& earlier : sent_) {
      EXPECT_GE(now_, earlier.at + cooldown) << survey.id() << " inside the cool-down";
      EXPECT_TRUE(earlier.over || earlier.expires_at <= now_)
          << survey.id() << " while " << earlier.id << " is open";
      EXPECT_NE(earlier.id, survey.id()) << "sent twice";
    }
    sent_.push_back({survey.id(), survey.ticket_ref(), now_,
                     absl::FromUnixMicros(MicrosOf(survey.expires_at()))});
  }

  std::mt19937 random_;
  std::shared_ptr<const rules::RuleSet> rules_;
  PersonRecord record_;
  absl::Time now_ = At(0);
  uint64_t position_ = 0;
  std::vector<Logged> log_;
  std::vector<JourneySent> sent_;
  std::map<std::string, int> reminders_;
  std::map<std::string, absl::Time> told_at_;  // by ticket; under "" a digest
};

TEST(SurveyPropertyTest, NeverInsideACooldownNeverTwoOpenAndRestartsChangeNothing) {
  int sent = 0;
  for (unsigned seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    RandomDesk desk(seed);
    for (int step = 0; step < 300; ++step) {
      desk.Step();
      if (::testing::Test::HasFailure()) return;
    }
    desk.Restart();
    sent += desk.sent();
  }
  EXPECT_GT(sent, 300) << "the streams must give occasions";
}

}  // namespace
}  // namespace waypost::journey
