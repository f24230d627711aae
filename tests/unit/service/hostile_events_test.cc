// SPDX-License-Identifier: Apache-2.0
// Malformed and hostile events over real connections, gRPC and HTTP: each gets its status, reason
// and fields, and changes nothing.
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "httplib.h"
#include "tests/unit/service/raw_fixture.h"

namespace waypost::service {
namespace {

using ::testing::UnorderedElementsAreArray;

struct Case {
  std::string name;
  // The whole request, from a good event.
  std::function<std::string(v1::TicketEvent)> request;
  std::string reason;
  std::vector<std::string> fields;
};

std::function<std::string(v1::TicketEvent)> Spoil(std::function<void(v1::TicketEvent*)> spoil) {
  return [spoil](v1::TicketEvent event) {
    spoil(&event);
    return RequestAround(event.SerializeAsString());
  };
}

// The event with a string field of invalid UTF-8, which no message class would write.
std::string WithBadUtf8(v1::TicketEvent event) {
  return RequestAround(event.SerializeAsString() + std::string("\x1a\x03"
                                                               "a\xff"
                                                               "b"));
}

std::string WithBadUtf8Deeper(v1::TicketEvent event) {
  // ticket (6) { requester (12) { name (2): two bytes of an overlong form } }
  return RequestAround(event.SerializeAsString() + std::string("\x32\x06\x62\x04\x12\x02\xc0\x80"));
}

// Groups within groups, which only unknown fields may have, each one byte long.
std::string WithDeepGroups(v1::TicketEvent event) {
  return RequestAround(event.SerializeAsString() + std::string(100'000, '\x7b'));
}

const std::vector<Case>& Cases() {
  static const auto* const cases = new std::vector<Case>{
      {"NoBytes", [](auto) { return std::string(); }, "EVENT_INVALID", {"event"}},
      {"EmptyEvent",
       [](auto) { return RequestAround(""); },
       "EVENT_INVALID",
       {"event.event_id", "event.source", "event.occurred_at", "event.ticket"}},
      {"Garbage",
       [](auto) { return std::string("\xff\xff\xff\xff\xff garbage"); },
       "EVENT_MALFORMED",
       {""}},
      {"CutOff",
       [](v1::TicketEvent event) {
         const std::string whole = RequestAround(event.SerializeAsString());
         return whole.substr(0, whole.size() - 3);
       },
       "EVENT_MALFORMED",
       {"event"}},
      {"LengthBeyondTheEnd",
       [](auto) { return std::string("\x0a\xff\xff\xff\xff\x0f"); },
       "EVENT_MALFORMED",
       {"event"}},
      {"LengthOfElevenBytes",
       [](auto) { return "\x0a" + std::string(11, '\xff'); },
       "EVENT_MALFORMED",
       {"event"}},
      {"DeepGroups", WithDeepGroups, "EVENT_MALFORMED", {"event"}},
      {"OtherWireType",
       [](v1::TicketEvent event) {
         event.clear_event_id();
         return RequestAround("\x08\x01" + event.SerializeAsString());
       },
       "EVENT_INVALID",
       {"event.event_id"}},
      {"InvalidUtf8", WithBadUtf8, "EVENT_MALFORMED", {"event.source"}},
      {"InvalidUtf8Deep", WithBadUtf8Deeper, "EVENT_MALFORMED", {"event.ticket.requester.name"}},
      {"EmptyEventId",
       Spoil([](auto* e) { e->clear_event_id(); }),
       "EVENT_INVALID",
       {"event.event_id"}},
      {"EmptyRef",
       Spoil([](auto* e) { e->mutable_ticket()->clear_ref(); }),
       "EVENT_INVALID",
       {"event.ticket.ref"}},
      {"TenMebibytes",
       Spoil([](auto* e) { e->mutable_comment()->set_body(std::string(10 << 20, 'x')); }),
       "EVENT_TOO_LARGE",
       {"event"}},
      {"TenMebibytesOfId",
       Spoil([](auto* e) { e->set_event_id(std::string(10 << 20, 'x')); }),
       "EVENT_TOO_LARGE",
       {"event"}},
      {"LongComment",
       Spoil([](auto* e) { e->mutable_comment()->set_body(std::string(65'537, 'x')); }),
       "EVENT_INVALID",
       {"event.comment.body"}},
      {"AllFieldsTooLong",
       Spoil([](auto* e) {
         const std::string text(2100, 'x');
         e->set_event_id(text);
         e->set_tenant(text);
         e->set_source(text);
         e->mutable_ticket()->set_ref(text);
         e->mutable_ticket()->set_url("https://" + text);
         e->mutable_ticket()->set_subject(text);
         e->mutable_ticket()->set_group(text);
         e->mutable_ticket()->mutable_requester()->set_id(text);
         e->mutable_ticket()->mutable_requester()->set_name(text);
         e->mutable_ticket()->mutable_requester()->set_email(text);
         e->mutable_ticket()->set_parent_ref(text);
         e->mutable_actor()->set_id(text);
         e->mutable_comment()->set_id(text);
       }),
       "EVENT_INVALID",
       {"event.event_id", "event.tenant", "event.source", "event.ticket.ref", "event.ticket.url",
        "event.ticket.subject", "event.ticket.group", "event.ticket.requester.id",
        "event.ticket.requester.name", "event.ticket.requester.email", "event.ticket.parent_ref",
        "event.actor.id", "event.comment.id"}},
      {"Year1969",
       Spoil([](auto* e) { e->mutable_occurred_at()->set_seconds(-1); }),
       "EVENT_INVALID",
       {"event.occurred_at"}},
      {"NegativeNanos",
       Spoil([](auto* e) { e->mutable_occurred_at()->set_nanos(-1); }),
       "EVENT_INVALID",
       {"event.occurred_at"}},
      {"TicketTimesBeyondAllTime",
       Spoil([](auto* e) {
         e->mutable_ticket()->mutable_sla_due_at()->set_seconds(253'402'300'800);
         e->mutable_ticket()->mutable_opened_at()->set_nanos(INT32_MAX);
       }),
       "EVENT_INVALID",
       {"event.ticket.sla_due_at", "event.ticket.opened_at"}},
      {"Year9999",
       Spoil([](auto* e) { e->mutable_occurred_at()->set_seconds(253'402'300'799); }),
       "EVENT_INVALID",
       {"event.occurred_at"}},
      {"BeyondAllTime",
       Spoil([](auto* e) { e->mutable_occurred_at()->set_seconds(INT64_MAX); }),
       "EVENT_INVALID",
       {"event.occurred_at"}},
      {"BeforeAllTime",
       Spoil([](auto* e) { e->mutable_occurred_at()->set_seconds(INT64_MIN); }),
       "EVENT_INVALID",
       {"event.occurred_at"}},
      {"UnknownType",
       Spoil([](auto* e) { e->set_type(static_cast<v1::EventType>(4242)); }),
       "EVENT_INVALID",
       {"event.type"}},
      {"UnknownCategory",
       Spoil([](auto* e) {
         e->mutable_ticket()->set_status_category(static_cast<v1::StatusCategory>(99));
       }),
       "EVENT_INVALID",
       {"event.ticket.status_category"}},
      {"UnknownRoleAndVisibility",
       Spoil([](auto* e) {
         e->mutable_actor()->set_role(static_cast<v1::ActorRole>(-1));
         e->mutable_comment()->set_visibility(static_cast<v1::Visibility>(77));
       }),
       "EVENT_INVALID",
       {"event.actor.role", "event.comment.visibility"}},
      {"NoRequesterAtFirst",
       Spoil([](auto* e) { e->mutable_ticket()->clear_requester(); }),
       "EVENT_INVALID",
       {"event.ticket.requester.id"}},
      {"RequesterWithoutId",
       Spoil([](auto* e) { e->mutable_ticket()->mutable_requester()->clear_id(); }),
       "EVENT_INVALID",
       {"event.ticket.requester.id"}},
      {"ControlCharacters",
       Spoil([](auto* e) {
         e->set_event_id("a\x1b[2J");
         e->mutable_ticket()->set_ref("INC\r\n1");
         e->set_source("desk\t");
       }),
       "EVENT_INVALID",
       {"event.event_id", "event.source", "event.ticket.ref"}},
      {"NulBytes",
       Spoil([](auto* e) {
         const std::string nul("a\0b", 3);
         e->set_event_id(nul);
         e->mutable_ticket()->set_ref(nul);
         e->mutable_ticket()->mutable_requester()->set_id(nul);
       }),
       "EVENT_INVALID",
       {"event.event_id", "event.ticket.ref", "event.ticket.requester.id"}},
      {"TooManyCustomFields",
       Spoil([](auto* e) {
         for (int i = 0; i < 50'000; ++i) {
           (*e->mutable_ticket()->mutable_custom_fields())[absl::StrCat(i)] = "v";
         }
       }),
       "EVENT_INVALID",
       {"event.ticket.custom_fields"}},
      {"HugeCustomFields",
       Spoil([](auto* e) {
         auto& fields = *e->mutable_ticket()->mutable_custom_fields();
         fields["notes"] = std::string(4097, 'x');
         fields[""] = "v";
       }),
       "EVENT_INVALID",
       {"event.ticket.custom_fields", "event.ticket.custom_fields[\"notes\"]"}},
      {"LongNameOfCustomField",
       Spoil([](auto* e) {
         (*e->mutable_ticket()->mutable_custom_fields())[std::string(101, 'n')] = "v";
       }),
       "EVENT_INVALID",
       {"event.ticket.custom_fields (a name)"}},
      {"TooManyWatchers",
       Spoil([](auto* e) {
         for (int i = 0; i < 65; ++i) e->mutable_ticket()->add_watchers()->set_id("w");
       }),
       "EVENT_INVALID",
       {"event.ticket.watchers"}},
      {"TenantWithSlash",
       Spoil([](auto* e) { e->set_tenant("../other"); }),
       "EVENT_INVALID",
       {"event.tenant"}},
      {"SignalOfNobody",
       Spoil([](auto* e) {
         e->clear_ticket();
         e->mutable_signal()->set_name("login_failed");
       }),
       "EVENT_INVALID",
       {"event.actor.id"}},
      {"SignalNameWithSpaces",
       Spoil([](auto* e) { e->mutable_signal()->set_name("drop table"); }),
       "EVENT_INVALID",
       {"event.signal.name"}},
  };
  return *cases;
}

class HostileEventTest : public RawFixture, public ::testing::WithParamInterface<Case> {
 protected:
  // Something is recorded that a hostile event could change.
  void SetUp() override {
    Start();
    v1::RecordEventResponse response;
    ASSERT_TRUE(Record(MakeEvent("e0", "INC0"), &response).ok());
    before_ = Journeys();
  }

  std::string Journeys() {
    grpc::ClientContext context;
    v1::ListJourneysResponse response;
    EXPECT_TRUE(insight_->ListJourneys(&context, {}, &response).ok());
    return response.DebugString();
  }

  static void ExpectDetails(const ErrorDetails& details) {
    EXPECT_EQ(details.info.reason(), GetParam().reason);
    EXPECT_EQ(details.info.domain(), "waypost");
    EXPECT_FALSE(details.retry);
    std::vector<std::string> fields;
    for (const auto& violation : details.bad_request.field_violations()) {
      fields.push_back(violation.field());
      EXPECT_FALSE(violation.description().empty());
    }
    EXPECT_THAT(fields, UnorderedElementsAreArray(GetParam().fields));
  }

  void ExpectNothingChanged() {
    const v1::GetStatusResponse after = GetStatus();
    EXPECT_EQ(after.log_position(), 1);
    EXPECT_EQ(after.events_waiting(), 0);
    EXPECT_EQ(Journeys(), before_);
    v1::RecordEventResponse response;
    EXPECT_TRUE(Record(MakeEvent("e1", "INC1"), &response).ok());
    EXPECT_FALSE(response.duplicate());
  }

  std::string before_;
};

TEST_P(HostileEventTest, IsRefusedWithItsReasonAndChangesNothing) {
  const grpc::Status status = Send(GetParam().request(MakeEvent("e1", "INC1")));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << status.error_message();
  ExpectDetails(ErrorDetails(status));
  ExpectNothingChanged();
}

TEST_P(HostileEventTest, IsRefusedOverHttpAlike) {
  httplib::Client client(server_->http_address());
  const httplib::Result result =
      client.Post("/waypost.v1.JourneyService/RecordEvent",
                  GetParam().request(MakeEvent("e1", "INC1")), "application/proto");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 400) << result->body;
  ExpectDetails(ConnectDetails(result->body));
  ExpectNothingChanged();
}

INSTANTIATE_TEST_SUITE_P(All, HostileEventTest, ::testing::ValuesIn(Cases()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace waypost::service
