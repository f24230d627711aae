// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/authenticator.h"

#include <string>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace waypost::connectors {
namespace {

struct Row {
  const char* name;
  AuthenticationKind kind;
  const char* header;
  std::string value;
  bool taken;
};

class AuthenticatorTest : public testing::TestWithParam<Row> {};

TEST_P(AuthenticatorTest, TakesOrRefuses) {
  Authenticator authenticator;
  authenticator.kind = GetParam().kind;
  authenticator.user = "desk";
  authenticator.header = "x-token";
  authenticator.secrets = {"old", "s3cret"};
  Request request;
  if (*GetParam().header != '\0') request.AddHeader(GetParam().header, GetParam().value);
  const absl::Status status = authenticator.Check(request, absl::UnixEpoch());
  EXPECT_EQ(status.ok(), GetParam().taken) << status;
  EXPECT_EQ(std::string(status.message()).find("s3cret"), std::string::npos);
}

using enum AuthenticationKind;

INSTANTIATE_TEST_SUITE_P(
    Kinds, AuthenticatorTest,
    testing::Values(Row{"bearer", kBearer, "Authorization", "Bearer s3cret", true},
                    Row{"bearer_any_case", kBearer, "authorization", "bearer old", true},
                    Row{"bearer_wrong", kBearer, "Authorization", "Bearer s3creT", false},
                    Row{"bearer_longer", kBearer, "Authorization", "Bearer s3cret2", false},
                    Row{"bearer_missing", kBearer, "", "", false},
                    Row{"bearer_empty", kBearer, "Authorization", "Bearer ", false},
                    Row{"bearer_as_basic", kBearer, "Authorization", "Basic s3cret", false},
                    Row{"basic", kBasic, "Authorization",
                        "Basic " + absl::Base64Escape("desk:s3cret"), true},
                    Row{"basic_other_user", kBasic, "Authorization",
                        "Basic " + absl::Base64Escape("d:s3cret"), false},
                    Row{"basic_not_coded", kBasic, "Authorization", "Basic desk:s3cret", false},
                    Row{"token", kToken, "X-Token", "s3cret", true},
                    Row{"token_wrong", kToken, "X-Token", "secret", false},
                    Row{"token_elsewhere", kToken, "Authorization", "s3cret", false},
                    Row{"none", kNone, "", "", true}),
    [](const auto& info) { return info.param.name; });

TEST(AuthenticatorTest, KnowsWhichHeadersNotToKeep) {
  Authenticator authenticator;
  authenticator.kind = AuthenticationKind::kToken;
  authenticator.header = "x-token";
  EXPECT_TRUE(authenticator.IsCredential("authorization"));
  EXPECT_TRUE(authenticator.IsCredential("cookie"));
  EXPECT_TRUE(authenticator.IsCredential("x-token"));
  EXPECT_FALSE(authenticator.IsCredential("content-type"));
}

}  // namespace
}  // namespace waypost::connectors
