// SPDX-License-Identifier: Apache-2.0
// Batches that are none, and events that are odd but good.
#include <string>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "httplib.h"
#include "tests/unit/service/raw_fixture.h"

namespace waypost::service {
namespace {

struct BatchCase {
  std::string name;
  std::string bytes;
};

class HostileBatchTest : public RawFixture, public ::testing::WithParamInterface<BatchCase> {};

TEST_P(HostileBatchTest, EndsTheStreamWithItsReasonAndChangesNothing) {
  Start();
  grpc::GenericStub stub(channel_);
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  const auto stream = stub.PrepareCall(&context, "/waypost.v1.JourneyService/RecordEvents", &queue);
  const auto step = [&queue] {
    void* tag = nullptr;
    bool ok = false;
    return queue.Next(&tag, &ok) && ok;
  };
  stream->StartCall(nullptr);
  ASSERT_TRUE(step());
  const grpc::Slice slice(GetParam().bytes);
  stream->Write(grpc::ByteBuffer(&slice, 1), nullptr);
  ASSERT_TRUE(step());
  grpc::ByteBuffer response;
  stream->Read(&response, nullptr);
  EXPECT_FALSE(step());
  grpc::Status status;
  stream->Finish(&status, nullptr);
  ASSERT_TRUE(step());
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ErrorDetails(status).info.reason(), "REQUEST_MALFORMED");
  EXPECT_EQ(ErrorDetails(status).bad_request.field_violations_size(), 1);
  EXPECT_EQ(GetStatus().log_position(), 0);
}

INSTANTIATE_TEST_SUITE_P(All, HostileBatchTest,
                         ::testing::Values(BatchCase{"Garbage", "\xff\xff garbage"},
                                           BatchCase{"CutOff", "\x0a\x7f\x0a\x02"},
                                           BatchCase{"HugeLength", "\x0a\xff\xff\xff\xff\x0f"}),
                         [](const auto& info) { return info.param.name; });

class OddEventTest : public RawFixture {};

// What people write is theirs: any text is kept as it came.
TEST_F(OddEventTest, FreeTextMayHoldAnything) {
  Start();
  v1::TicketEvent event = MakeEvent("e1", "INC1");
  const std::string text("NUL \0, escape \x1b[2J, \xe2\x80\xae right to left, \xf0\x9f\x98\x80",
                         43);
  event.mutable_ticket()->set_subject(text);
  (*event.mutable_ticket()->mutable_custom_fields())["{{ticket.ref}}"] = "'; DROP TABLE log; --";
  v1::RecordEventResponse recorded;
  ASSERT_TRUE(Record(event, &recorded).ok());
  httplib::Client client(server_->http_address());
  const httplib::Result result =
      client.Post("/waypost.v1.InsightService/GetJourney",
                  absl::StrCat(R"({"journeyId":")", recorded.enrichment().journey_id(), R"("})"),
                  "application/json");
  ASSERT_TRUE(result && result->status == 200);
  v1::GetJourneyResponse journey;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(result->body, &journey).ok());
  const v1::Ticket& ticket = journey.journey().tickets(0).ticket();
  EXPECT_EQ(ticket.subject(), text);
  EXPECT_EQ(ticket.custom_fields().at("{{ticket.ref}}"), "'; DROP TABLE log; --");
}

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
