// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/event_limits.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sidecar/service/request_validation.h"

namespace waypost::connectors {
namespace {

using ::testing::IsEmpty;

TEST(FitEventTest, WhatIsTooLongIsCutToWhatTheSidecarTakes) {
  v1::TicketEvent event;
  event.set_event_id("1");
  event.set_source("rt");
  event.mutable_occurred_at()->set_seconds(1'777'888'800);
  v1::Ticket& ticket = *event.mutable_ticket();
  ticket.set_ref("7");
  ticket.set_subject(std::string(5000, 's'));
  ticket.mutable_requester()->set_id("ana");
  ticket.mutable_requester()->set_name(std::string(500, 'n'));
  for (int at = 0; at < 100; ++at) {
    (*ticket.mutable_custom_fields())[absl::StrCat("field", at)] = std::string(5000, 'f');
  }
  (*ticket.mutable_custom_fields())[std::string(200, 'a')] = "x";
  event.mutable_comment()->set_body(std::string(100'000, 'c'));
  FitEvent(&event);
  EXPECT_THAT(service::CheckEvent(event, "event", absl::FromUnixSeconds(1'777'888'800)), IsEmpty());
  EXPECT_EQ(event.comment().body().size(), 65'536u);
  EXPECT_FALSE(ticket.custom_fields().contains(std::string(200, 'a')));
}

TEST(FitEventTest, CutsBetweenCharacters) {
  v1::TicketEvent event;
  event.mutable_ticket()->set_subject(std::string(999, 's') + "ü and more");
  FitEvent(&event);
  EXPECT_EQ(event.ticket().subject(), std::string(999, 's'));
}

TEST(FitEventTest, LeavesAloneWhatFitsAndWhatIdentifies) {
  v1::TicketEvent event;
  event.set_event_id(std::string(300, 'i'));
  event.mutable_ticket()->set_subject("short");
  const std::string before = event.SerializeAsString();
  FitEvent(&event);
  EXPECT_EQ(event.SerializeAsString(), before);
  v1::TicketEvent empty;
  FitEvent(&empty);
  EXPECT_FALSE(empty.has_ticket() || empty.has_comment() || empty.has_actor());
}

}  // namespace
}  // namespace waypost::connectors
