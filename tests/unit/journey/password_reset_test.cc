// SPDX-License-Identifier: Apache-2.0
// The password-reset story, step by step: what the sidecar makes of each event while it happens.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "sidecar/journey/evaluate.h"
#include "sidecar/journey/view.h"
#include "sidecar/rules/loader.h"
#include "sidecar/rules/vocabulary.h"
#include "tests/support/golden.h"

namespace waypost::journey {
namespace {

absl::Time ClockTime(int hour, int minute) {
  return absl::FromCivil(absl::CivilMinute(2026, 3, 2, hour, minute), absl::UTCTimeZone());
}

v1::TicketEvent EventAt(int hour, int minute, const std::string& id) {
  v1::TicketEvent event;
  event.set_event_id(id);
  event.set_tenant("default");
  event.set_source("service-desk");
  event.mutable_occurred_at()->set_seconds(absl::ToUnixSeconds(ClockTime(hour, minute)));
  return event;
}

v1::TicketEvent Signal(int minute, const std::string& id, const std::string& name,
                       const std::string& channel) {
  v1::TicketEvent event = EventAt(8, minute, id);
  event.mutable_actor()->set_id("mia");
  event.mutable_signal()->set_name(name);
  event.mutable_signal()->set_channel(channel);
  return event;
}

v1::TicketEvent Ticket(int hour, int minute, const std::string& id, const std::string& status,
                       v1::StatusCategory category) {
  v1::TicketEvent event = EventAt(hour, minute, id);
  event.mutable_actor()->set_id("agent-7");
  event.mutable_actor()->set_role(v1::ACTOR_ROLE_AGENT);
  v1::Ticket* ticket = event.mutable_ticket();
  ticket->set_ref("INC0012345");
  ticket->set_type("incident");
  ticket->set_priority("P2");
  ticket->set_channel("phone");
  ticket->set_group("Service Desk");
  ticket->set_status(status);
  ticket->set_status_category(category);
  ticket->mutable_requester()->set_id("mia");
  ticket->mutable_requester()->set_language("de");
  ticket->mutable_requester()->set_time_zone("Europe/Vienna");
  return event;
}

std::vector<v1::TicketEvent> Story() {
  return {
      Signal(40, "1", "login_failed", ""),
      Signal(41, "2", "login_failed", ""),
      Signal(44, "3", "call_abandoned", "phone"),
      Signal(49, "4", "portal_visited", "portal"),
      Signal(50, "5", "search_no_result", "portal"),
      Signal(53, "6", "password_reset_requested", "portal"),
      Signal(54, "7", "password_reset_mail_sent", "email"),
      Signal(58, "8", "call_answered", "phone"),
      Ticket(9, 0, "9", "New", v1::STATUS_CATEGORY_NEW),
      Ticket(9, 18, "10", "Resolved", v1::STATUS_CATEGORY_RESOLVED),
      Ticket(17, 0, "11", "Closed", v1::STATUS_CATEGORY_CLOSED),
  };
}

std::string Clock(int64_t seconds) {
  return absl::FormatTime("%H:%M", absl::FromUnixSeconds(seconds), absl::UTCTimeZone());
}

std::string HeadOf(const v1::TicketEvent& event, const v1::Enrichment& enrichment) {
  std::vector<std::string> types;
  for (const v1::DerivedEvent& derived : enrichment.events()) {
    types.push_back(rules::EventTypeName(derived.type()));
  }
  return absl::StrCat(Clock(event.occurred_at().seconds()), " ", absl::StrJoin(types, ", "),
                      event.has_signal() ? " " + event.signal().name() : "", "\n");
}

std::string ActionsOf(const v1::Enrichment& enrichment) {
  std::string text;
  for (const v1::ExperienceAlert& alert : enrichment.alerts()) {
    absl::StrAppend(&text, "  alert ", alert.rule_id(), " (", rules::SeverityName(alert.severity()),
                    ") to ", alert.owner_name(), ": ", alert.text(), "\n");
  }
  for (const v1::StatusUpdate& update : enrichment.status_updates()) {
    absl::StrAppend(&text, "  update ", update.rule_id(), " (", update.language(), "), next by ",
                    Clock(update.next_update_by().seconds()), ": ", update.text(), "\n");
  }
  for (const v1::SurveyDecision& survey : enrichment.surveys()) {
    const bool send = survey.outcome() == v1::SURVEY_OUTCOME_SEND;
    absl::StrAppend(&text, "  survey ", survey.rule_id(), " ",
                    send ? "to " + survey.person_id() + " in " + survey.language()
                         : "not sent, " + survey.reason_code() + ": " + survey.reason(),
                    "\n");
  }
  for (const v1::RuleError& error : enrichment.rule_errors()) {
    absl::StrAppend(&text, "  error ", error.id(), ": ", error.message(), "\n");
  }
  return text;
}

std::string Shown(const v1::TicketEvent& event, const v1::Enrichment& enrichment) {
  std::string text = HeadOf(event, enrichment);
  for (const v1::JourneyPosition& position : enrichment.positions()) {
    if (position.moved()) {
      absl::StrAppend(&text, "  ", rules::ConsumerRoleName(position.role()), " ",
                      position.backward() ? "back to " : "at ", position.stage(), " / ",
                      position.touchpoint_id(), ", owner ", position.owner_name(), "\n");
    }
  }
  return text + ActionsOf(enrichment);
}

std::string Summary(const v1::Journey& journey) {
  const v1::JourneyFacts& facts = journey.facts();
  std::string text = absl::StrCat(
      "In all: ", facts.signals(), " steps before the ticket, ", facts.channels_size(),
      " channels (", absl::StrJoin(facts.channels(), ", "), "), ", facts.channel_hops(),
      " hops, effort ", facts.effort(), ", ", facts.surveys_sent(), " survey sent, ",
      journey.open_alerts_size(), " alerts open\n");
  for (const v1::Gap& gap : journey.roles(0).gaps()) {
    absl::StrAppend(&text, "  gap: ", v1::GapKind_Name(gap.kind()).substr(9), " ", gap.step(),
                    "\n");
  }
  return text;
}

TEST(PasswordResetTest, TheJourneyIsSeenWhileItHappens) {
  const absl::StatusOr<rules::LoadResult> loaded =
      rules::LoadRules(WAYPOST_SOURCE_DIR "/tests/golden/password_reset/rules.yaml");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  ASSERT_NE(loaded->rule_set, nullptr) << loaded->diagnostics.front().message;
  PersonRecord record;
  record.person.set_tenant("default");
  record.person.set_person_id("mia");
  std::string text;
  uint64_t position = 0;
  for (const v1::TicketEvent& event : Story()) {
    const absl::Time now = absl::FromUnixSeconds(event.occurred_at().seconds());
    const absl::StatusOr<Evaluation> evaluation =
        Evaluate(*loaded->rule_set, event, ++position, now, &record);
    ASSERT_TRUE(evaluation.ok()) << evaluation.status();
    text += Shown(event, evaluation->decision.enrichment());
  }
  ASSERT_EQ(record.journeys.size(), 1u);
  text += Summary(ViewJourney(record.journeys[0], *loaded->rule_set, false));
  testing::ExpectGolden("tests/golden/password_reset/expected.txt", text);
}

}  // namespace
}  // namespace waypost::journey
