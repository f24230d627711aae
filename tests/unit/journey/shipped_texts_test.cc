// SPDX-License-Identifier: Apache-2.0
// What the shipped rules write where facts are missing: no gap, no dangling word.
#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sidecar/rules/loader.h"
#include "tests/unit/journey/desk.h"

namespace waypost::journey {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

class ShippedTextsTest : public ::testing::Test {
 protected:
  static std::shared_ptr<const rules::RuleSet> Rules() {
    const auto loaded = rules::LoadRules(WAYPOST_SOURCE_DIR "/rules/service-desk");
    EXPECT_TRUE(loaded.ok()) << loaded.status();
    return loaded->rule_set;
  }

  static std::string AlertOf(const v1::Enrichment& enrichment, const std::string& rule) {
    for (const v1::ExperienceAlert& alert : enrichment.alerts()) {
      if (alert.rule_id() == rule) return alert.text();
    }
    ADD_FAILURE() << "no alert " << rule << " in " << enrichment.DebugString();
    return "";
  }

  Desk desk_{Rules()};
};

TEST_F(ShippedTextsTest, ATicketWithoutPageIsNotLinked) {
  v1::TicketEvent event = TicketAt(0, "e1", v1::STATUS_CATEGORY_NEW, "Service Desk");
  const v1::Enrichment received = desk_.Record(event);
  ASSERT_EQ(received.status_updates_size(), 1);
  EXPECT_THAT(received.status_updates(0).text(), EndsWith(" hören Sie von uns."));

  event = TicketAt(15, "e2", v1::STATUS_CATEGORY_WAITING_ON_CUSTOMER, "Service Desk");
  event.mutable_ticket()->set_url("https://desk.example.com/1");
  const v1::Enrichment asked = desk_.Record(event);
  ASSERT_EQ(asked.status_updates_size(), 1);
  EXPECT_THAT(asked.status_updates(0).text(),
              EndsWith(" melden uns. Zur Frage: https://desk.example.com/1"));
}

TEST_F(ShippedTextsTest, AChaserOfSomebodyUnnamedWithoutTicketIsTold) {
  (void)desk_.Record(TicketAt(0, "e1", v1::STATUS_CATEGORY_OPEN, "Service Desk"));
  (void)desk_.Record(SignalAt(240, "e2", "call_abandoned", "phone"));
  const v1::Enrichment enrichment = desk_.Record(SignalAt(360, "e3", "call_abandoned", "phone"));
  EXPECT_EQ(AlertOf(enrichment, "chaser"), "Somebody had to ask 2 times for news");
}

struct HopCase {
  int minutes;
  std::string text;
};

class HopTextTest : public ShippedTextsTest, public ::testing::WithParamInterface<HopCase> {};

TEST_P(HopTextTest, TellsTheTimeInWords) {
  (void)desk_.Record(SignalAt(0, "e1", "search_no_result", "portal"));
  const v1::Enrichment enrichment =
      desk_.Record(SignalAt(GetParam().minutes, "e2", "call_abandoned", "phone"));
  EXPECT_THAT(AlertOf(enrichment, "channel-hop"), HasSubstr(GetParam().text));
}

INSTANTIATE_TEST_SUITE_P(All, HopTextTest,
                         ::testing::Values(HopCase{8, "within 8 min: somebody"},
                                           HopCase{119, "within 119 min: somebody"},
                                           HopCase{121, "within 3 h: somebody"}),
                         [](const auto& info) {
                           return "After" + std::to_string(info.param.minutes) + "Minutes";
                         });

}  // namespace
}  // namespace waypost::journey
