// SPDX-License-Identifier: Apache-2.0
// Malformed and hostile events over a real connection: each gets its status, reason and fields, and
// changes nothing.
#include <functional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "grpcpp/generic/generic_stub.h"
#include "gtest/gtest.h"
#include "tests/unit/service/server_fixture.h"

namespace waypost::service {
namespace {

using ::testing::ElementsAreArray;

// A RecordEventRequest around the bytes of an event.
std::string RequestAround(const std::string& event) {
  std::string bytes = "\x0a";  // field 1, length-delimited
  for (size_t length = event.size(); true; length >>= 7) {
    bytes.push_back(static_cast<char>((length & 0x7f) | (length > 0x7f ? 0x80 : 0)));
    if (length <= 0x7f) break;
  }
  return bytes + event;
}

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
      {"LongComment",
       Spoil([](auto* e) { e->mutable_comment()->set_body(std::string(65'537, 'x')); }),
       "EVENT_INVALID",
       {"event.comment.body"}},
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

class RawFixture : public ServerFixture {
 protected:
  grpc::Status Send(const std::string& bytes) {
    grpc::GenericStub stub(channel_);
    grpc::ClientContext context;
    grpc::CompletionQueue queue;
    const grpc::Slice slice(bytes);
    const grpc::ByteBuffer request(&slice, 1);
    const auto call =
        stub.PrepareUnaryCall(&context, "/waypost.v1.JourneyService/RecordEvent", request, &queue);
    grpc::ByteBuffer response;
    grpc::Status status;
    call->StartCall();
    call->Finish(&response, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    EXPECT_TRUE(queue.Next(&tag, &ok));
    return status;
  }
};

class HostileEventTest : public RawFixture, public ::testing::WithParamInterface<Case> {};

TEST_P(HostileEventTest, IsRefusedWithItsReasonAndChangesNothing) {
  Start();
  const grpc::Status status = Send(GetParam().request(MakeEvent("e1", "INC1")));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << status.error_message();
  const ErrorDetails details(status);
  EXPECT_EQ(details.info.reason(), GetParam().reason);
  EXPECT_EQ(details.info.domain(), "waypost");
  EXPECT_FALSE(details.retry);
  std::vector<std::string> fields;
  for (const auto& violation : details.bad_request.field_violations()) {
    fields.push_back(violation.field());
    EXPECT_FALSE(violation.description().empty());
  }
  EXPECT_THAT(fields, ElementsAreArray(GetParam().fields));
  const v1::GetStatusResponse after = GetStatus();
  EXPECT_EQ(after.log_position(), 0);
  EXPECT_EQ(after.events_waiting(), 0);

  v1::RecordEventResponse response;
  EXPECT_TRUE(Record(MakeEvent("e1", "INC1"), &response).ok());
  EXPECT_FALSE(response.duplicate());
}

INSTANTIATE_TEST_SUITE_P(All, HostileEventTest, ::testing::ValuesIn(Cases()),
                         [](const auto& info) { return info.param.name; });

class SplitEventTest : public RawFixture {};

TEST_F(SplitEventTest, AnEventInTwoPartsIsMergedAsProtobufSays) {
  Start();
  v1::TicketEvent other;
  other.mutable_ticket()->set_group("Network");
  const grpc::Status status = Send(RequestAround(MakeEvent("e1", "INC1").SerializeAsString()) +
                                   RequestAround(other.SerializeAsString()));
  EXPECT_TRUE(status.ok()) << status.error_message();
  grpc::ClientContext context;
  v1::GetJourneyRequest request;
  request.mutable_ticket()->set_source("desk");
  request.mutable_ticket()->set_ref("INC1");
  v1::GetJourneyResponse response;
  ASSERT_TRUE(insight_->GetJourney(&context, request, &response).ok());
  EXPECT_EQ(response.journey().tickets(0).ticket().group(), "Network");
}

}  // namespace
}  // namespace waypost::service
