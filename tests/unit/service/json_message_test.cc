// SPDX-License-Identifier: Apache-2.0
#include "sidecar/service/json_message.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "waypost/v1/ticket.pb.h"

namespace waypost::service {
namespace {

struct Case {
  std::string name;
  std::string json;
  std::string want;
};

class JsonMessageTest : public testing::TestWithParam<Case> {};

TEST_P(JsonMessageTest, SaysWhatIsWrong) {
  v1::TicketEvent event;
  const absl::Status status = ParseJson(GetParam().json, &event);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr(GetParam().want));
}

constexpr const char* kVisibilities = "VISIBILITY_BOTH, VISIBILITY_PROVIDER, VISIBILITY_CONSUMER";

INSTANTIATE_TEST_SUITE_P(
    Mistakes, JsonMessageTest,
    testing::Values(
        Case{"AWordOfAMappingFile", R"({"ticket":{"statusCategory":"waiting_on_customer"}})",
             "ticket.status_category: \"waiting_on_customer\" is not one of STATUS_CATEGORY_NEW, "},
        Case{"TheWordWithoutItsPrefix", R"({"ticket":{"statusCategory":"open"}})",
             "; did you mean \"STATUS_CATEGORY_OPEN\"?"},
        Case{"AMisspeltValue", R"({"ticket":{"statusCategory":"STATUS_CATEGORY_OEPN"}})",
             "; did you mean \"STATUS_CATEGORY_OPEN\"?"},
        Case{"AnotherEnum", R"({"actor":{"role":"agent"}})",
             "actor.role: \"agent\" is not one of ACTOR_ROLE_"},
        Case{"NoWord", R"({"actor":{"role":true}})", "actor.role: \"true\" is not one of "},
        Case{"NothingNear", R"({"comment":{"visibility":"somebody"}})",
             std::string("comment.visibility: \"somebody\" is not one of ") + kVisibilities},
        Case{"AnUnknownField", R"({"ticket":{"statusCatgory":"x"}})", "statusCatgory"},
        Case{"AHostileValue",
             R"({"actor":{"role":"x for type type.googleapis.com/waypost.v1.Visibility"}})",
             "actor.role: \"x for type type.googleapis.com/waypost.v1.Visibility\" is not one of "
             "ACTOR_ROLE_"},
        Case{"NoJson", "nonsense", "nonsense"}),
    [](const testing::TestParamInfo<Case>& info) { return info.param.name; });

TEST(JsonMessageTest, SuggestsNothingFarAway) {
  v1::TicketEvent event;
  const absl::Status status = ParseJson(R"({"ticket":{"statusCategory":"banana"}})", &event);
  EXPECT_THAT(std::string(status.message()), testing::Not(testing::HasSubstr("did you mean")));
}

TEST(JsonMessageTest, ReadsAMessage) {
  v1::TicketEvent event;
  ASSERT_TRUE(ParseJson(R"({"ticket":{"statusCategory":"STATUS_CATEGORY_OPEN"}})", &event).ok());
  EXPECT_EQ(event.ticket().status_category(), v1::STATUS_CATEGORY_OPEN);
}

}  // namespace
}  // namespace waypost::service
