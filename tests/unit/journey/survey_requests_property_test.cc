// SPDX-License-Identifier: Apache-2.0
// Two persons answer for twelve requesters, and are served themselves. Whatever comes in whatever
// order, over clock jumps, letters that are delivered again or late, and restarts: nobody is asked
// within a cool-down or while an invitation is open, and nothing is asked twice.
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sidecar/journey/feedback.h"
#include "sidecar/journey/micros.h"
#include "tests/unit/journey/survey_town.h"

namespace waypost::journey {
namespace {

constexpr absl::Duration kCooldowns[] = {absl::Hours(5 * 24), absl::Hours(3 * 24),
                                         absl::Hours(2 * 24)};
const char* const kRuleIds[] = {"relation", "cost", "csat"};

rules::RuleSet Rules() {
  // The services A and B are one customer's, the others the other's.
  rules::RuleSet rules = SurveyRules(
      AskOther("ticket.service in [\"A\", \"B\"] ? \"r0\" : \"r1\"", absl::Hours(6), kRuleIds[0]));
  rules.rules.push_back(AskOther("\"r1\"", absl::ZeroDuration(), kRuleIds[1]));
  rules.rules[1].on = testing::On({v1::EVENT_TYPE_CLOSED});
  rules.rules[1].survey->role = v1::CONSUMER_ROLE_SPONSOR;
  rules.rules[1].survey->reminder = absl::Hours(24);
  rules.rules.push_back(AskRule(kRuleIds[2]));
  for (size_t i = 0; i < 3; ++i) {
    rules.rules[i].survey->cooldown = kCooldowns[i];
    rules.rules[i].survey->expires = absl::Hours(36);
  }
  rules.stitching.matter_window = absl::Hours(24);
  rules.caps.quiet_hours = *calendar::QuietHours::Create(20 * 60, 7 * 60);
  return rules;
}

class RandomTown {
 public:
  explicit RandomTown(unsigned seed)
      : random_(seed), town_(Rules(), [this](absl::Time now, const auto& logged) {
          for (const v1::SurveyDecision& survey : logged.decision.enrichment().surveys()) {
            Note(now, logged.person, survey);
          }
        }) {}

  void Step(int number) {
    now_ += absl::Minutes(Below(6 * 60));
    if (Below(25) == 0) now_ += absl::Hours(24 * Below(9));
    if (Below(25) == 0) now_ -= absl::Hours(Below(40));
    town_.carry_letters = Below(4) != 0;
    town_.deliveries = 1 + Below(3);
    if (Below(8) == 0) {
      Answer(number);
    } else {
      Happen(number);
    }
    if (Below(40) == 0) town_.Restart();
  }

  void Restart() { town_.Restart(); }
  // Surveys sent to those who answer for others, about others' tickets.
  [[nodiscard]] int asked_others() const { return asked_others_; }
  [[nodiscard]] int answers() const { return answers_; }

 private:
  struct Invitation {
    std::string id;
    absl::Time at;
    absl::Time expires_at;
    bool over = false;
  };

  int Below(int bound) { return std::uniform_int_distribution<int>(0, bound - 1)(random_); }

  std::string Requester(int number) { return absl::StrCat("r", number % 12); }

  void Happen(int number) {
    constexpr v1::StatusCategory kCategories[] = {
        v1::STATUS_CATEGORY_OPEN, v1::STATUS_CATEGORY_RESOLVED, v1::STATUS_CATEGORY_CLOSED,
        v1::STATUS_CATEGORY_RESOLVED};
    const int requester = Below(12);
    const std::string ref = absl::StrCat(std::string(1, static_cast<char>('A' + Below(4))), "-",
                                         requester, "-", Below(3));
    v1::TicketEvent event = EventOfPerson(Requester(requester), ref, 0, kCategories[Below(4)]);
    event.set_event_id(absl::StrCat("e", number));
    SetTime(absl::ToUnixMicros(now_), event.mutable_occurred_at());
    tickets_[ref] = Requester(requester);
    ASSERT_TRUE(town_.Record(event, now_).ok());
  }

  void Answer(int number) {
    if (sent_.empty()) return;
    const auto& [id, ref] = sent_[static_cast<size_t>(Below(static_cast<int>(sent_.size())))];
    v1::TicketEvent event = EventOfPerson(tickets_[ref], ref, 0, v1::STATUS_CATEGORY_UNSPECIFIED);
    event.set_event_id(absl::StrCat("a", number));
    SetTime(absl::ToUnixMicros(now_), event.mutable_occurred_at());
    event.mutable_feedback()->set_survey_id(id);
    event.mutable_feedback()->set_rating(1 + Below(5));
    (void)town_.Record(event, now_);  // refused when it expired or was answered
  }

  void Note(absl::Time now, const std::string& person, const v1::SurveyDecision& survey) {
    if (survey.outcome() == v1::SURVEY_OUTCOME_SEND) Sent(now, person, survey);
    if (survey.outcome() == v1::SURVEY_OUTCOME_ANSWERED) {
      ++answers_;
      EXPECT_EQ(survey.person_id(), person);
    }
    if (survey.outcome() == v1::SURVEY_OUTCOME_REMIND) {
      EXPECT_TRUE(reminded_.insert(survey.id()).second) << survey.id();
    }
    for (Invitation& invitation : invitations_[person]) {
      invitation.over |=
          invitation.id == survey.id() && (survey.outcome() == v1::SURVEY_OUTCOME_ANSWERED ||
                                           survey.outcome() == v1::SURVEY_OUTCOME_EXPIRED);
    }
  }

  void Sent(absl::Time now, const std::string& person, const v1::SurveyDecision& survey) {
    EXPECT_EQ(survey.person_id(), person);
    EXPECT_FALSE(town_.rules().caps.quiet_hours->IsQuiet(now, absl::UTCTimeZone()));
    absl::Duration cooldown;
    for (size_t i = 0; i < 3; ++i) {
      if (survey.rule_id() == kRuleIds[i]) cooldown = kCooldowns[i];
    }
    for (const Invitation& earlier : invitations_[person]) {
      EXPECT_GE(now, earlier.at + cooldown) << survey.id() << " inside the cool-down of " << person;
      EXPECT_TRUE(earlier.over || earlier.expires_at <= now) << survey.id();
      EXPECT_NE(earlier.id, survey.id()) << "sent twice";
    }
    invitations_[person].push_back(
        {survey.id(), now, absl::FromUnixMicros(MicrosOf(survey.expires_at()))});
    sent_.emplace_back(survey.id(), survey.ticket_ref());
    asked_others_ += survey.role() == v1::CONSUMER_ROLE_USER ? 0 : 1;
  }

  std::mt19937 random_;
  SurveyTown town_;
  absl::Time now_ = At(0);
  std::map<std::string, std::string> tickets_;  // whose they are
  std::map<std::string, std::vector<Invitation>> invitations_;
  std::vector<std::pair<std::string, std::string>> sent_;  // id and ticket
  std::set<std::string> reminded_;
  int asked_others_ = 0;
  int answers_ = 0;
};

TEST(SurveyRequestsPropertyTest, WhoAnswersForManyIsNeverAskedInsideACooldown) {
  int asked = 0;
  int answers = 0;
  for (unsigned seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    RandomTown town(seed);
    for (int step = 0; step < 400; ++step) {
      town.Step(step);
      if (::testing::Test::HasFailure()) return;
    }
    town.Restart();
    asked += town.asked_others();
    answers += town.answers();
  }
  EXPECT_GT(asked, 200) << "the streams must give occasions";
  EXPECT_GT(answers, 50);
}

}  // namespace
}  // namespace waypost::journey
