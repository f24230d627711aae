// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/signature.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sidecar/yaml/document.h"

namespace waypost::connectors {
namespace {

using ::testing::HasSubstr;

// How four tools sign, over the body {"a":1} with the key "k".
constexpr const char* kGithubLike = R"(algorithm: hmac-sha256
header: X-Hub-Signature
prefix: "sha256="
)";
constexpr const char* kZammadLike = R"(algorithm: hmac-sha1
header: X-Hub-Signature
prefix: "sha1="
)";
constexpr const char* kFreescoutLike = R"(algorithm: hmac-sha1
header: X-FreeScout-Signature
encoding: base64
)";
constexpr const char* kGlpiLike = R"(algorithm: hmac-sha256
header: X-GLPI-signature
signed: [body, timestamp]
timestamp: {header: X-GLPI-timestamp}
)";
constexpr const char* kChatwootLike = R"(algorithm: hmac-sha256
header: X-Chatwoot-Signature
prefix: "sha256="
signed: [timestamp, ".", body]
timestamp: {header: X-Chatwoot-Timestamp, form: unix}
)";
constexpr const char* kZendeskLike = R"(algorithm: hmac-sha256
header: X-Zendesk-Webhook-Signature
encoding: base64
signed: [timestamp, body]
timestamp: {header: X-Zendesk-Webhook-Signature-Timestamp, form: rfc3339}
tolerance: 2m
)";

SignatureScheme Read(const std::string& text, std::vector<std::string>* findings = nullptr) {
  DiagnosticSink sink;
  const auto document = yaml::Document::Parse("profile.yaml", text, {}, &sink);
  mapping::SpecReader reader(*document, &sink);
  SignatureScheme scheme = ReadSignatureScheme(document->root(), &reader);
  for (const Diagnostic& finding : sink.Take()) {
    if (findings != nullptr) findings->push_back(finding.message);
  }
  return scheme;
}

struct Vector {
  const char* name;
  const char* scheme;
  const char* key;
  const char* body;
  std::vector<std::pair<const char*, const char*>> headers;  // the signature first
  const char* now;
};

Request RequestOf(const Vector& vector) {
  Request request;
  request.body = vector.body;
  for (const auto& [name, value] : vector.headers) request.AddHeader(name, value);
  return request;
}

absl::Time At(const char* text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error)) << error;
  return time;
}

// 1774550400 is 2026-03-26T18:40:00Z.
const std::vector<Vector>& Vectors() {
  static const auto* const vectors = new std::vector<Vector>{
      {"github_documented",
       kGithubLike,
       "It's a Secret to Everybody",
       "Hello World!",
       {{"X-Hub-Signature",
         "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"}},
       "2026-03-26T18:40:00Z"},
      {"zammad",
       kZammadLike,
       "k",
       R"({"a":1})",
       {{"X-Hub-Signature", "sha1=7b4ab6898ab862077e9caf504b39982f2bc41453"}},
       "2026-03-26T18:40:00Z"},
      {"freescout",
       kFreescoutLike,
       "k",
       R"({"a":1})",
       {{"X-FreeScout-Signature", "e0q2iYq4Ygd+nK9QSzmYLyvEFFM="}},
       "2026-03-26T18:40:00Z"},
      {"glpi",
       kGlpiLike,
       "k",
       R"({"a":1})",
       {{"X-GLPI-signature", "1602879897dd7fa74e1920ea8704e6642d84ccba8589bf62f1851646dfbb7cda"},
        {"X-GLPI-timestamp", "1774550400"}},
       "2026-03-26T18:44:59Z"},
      {"chatwoot",
       kChatwootLike,
       "k",
       R"({"a":1})",
       {{"X-Chatwoot-Signature",
         "sha256=db43a31a1a3839ef5944cf717be4af3ddcddeb03abf15059216438dd5afb18b9"},
        {"X-Chatwoot-Timestamp", "1774550400"}},
       "2026-03-26T18:40:00Z"},
      {"zendesk",
       kZendeskLike,
       "k",
       R"({"a":1})",
       {{"X-Zendesk-Webhook-Signature", "ciET+V6ugLvTga/J8B8v6Vno8QvRifo7I2b1dbdgqN4="},
        {"X-Zendesk-Webhook-Signature-Timestamp", "2025-01-08T16:45:21Z"}},
       "2025-01-08T16:45:30Z"}};
  return *vectors;
}

class SignatureTest : public testing::TestWithParam<Vector> {};

TEST_P(SignatureTest, RightOneIsTaken) {
  const absl::Status status = CheckSignature(Read(GetParam().scheme), {"other", GetParam().key},
                                             RequestOf(GetParam()), At(GetParam().now));
  EXPECT_TRUE(status.ok()) << status;
}

TEST_P(SignatureTest, AFlippedBitOfTheBodyIsRefused) {
  Request request = RequestOf(GetParam());
  request.body[0] = static_cast<char>(request.body[0] ^ 1);
  EXPECT_EQ(CheckSignature(Read(GetParam().scheme), {GetParam().key}, request, At(GetParam().now))
                .message(),
            "the signature does not match");
}

TEST_P(SignatureTest, AnotherKeyIsRefused) {
  EXPECT_TRUE(absl::IsUnauthenticated(
      CheckSignature(Read(GetParam().scheme), {"K"}, RequestOf(GetParam()), At(GetParam().now))));
}

TEST_P(SignatureTest, EveryHeaderIsNeeded) {
  for (size_t at = 0; at < GetParam().headers.size(); ++at) {
    Request request = RequestOf(GetParam());
    request.headers.erase(request.headers.begin() + static_cast<int64_t>(at));
    const absl::Status status =
        CheckSignature(Read(GetParam().scheme), {GetParam().key}, request, At(GetParam().now));
    EXPECT_TRUE(absl::IsUnauthenticated(status));
    EXPECT_THAT(std::string(status.message()), HasSubstr("is missing"));
  }
}

INSTANTIATE_TEST_SUITE_P(Tools, SignatureTest, testing::ValuesIn(Vectors()),
                         [](const auto& info) { return info.param.name; });

TEST(SignatureSchemeTest, AnOldOrFutureTimestampIsRefusedThoughItIsSigned) {
  const Vector& zendesk = Vectors()[5];
  for (const char* now : {"2025-01-08T16:47:22Z", "2025-01-08T16:43:20Z"}) {
    EXPECT_THAT(
        std::string(
            CheckSignature(Read(zendesk.scheme), {"k"}, RequestOf(zendesk), At(now)).message()),
        HasSubstr("more than 2m ago or ahead"));
  }
}

TEST(SignatureSchemeTest, AnotherTimestampThanTheSignedOneIsRefused) {
  Vector glpi = Vectors()[3];
  glpi.headers[1].second = "1774550401";
  EXPECT_TRUE(absl::IsUnauthenticated(
      CheckSignature(Read(glpi.scheme), {"k"}, RequestOf(glpi), At(glpi.now))));
}

struct BadHeader {
  const char* name;
  const char* value;
  const char* want;
};

class BadHeaderTest : public testing::TestWithParam<BadHeader> {};

TEST_P(BadHeaderTest, IsRefusedAndNotQuoted) {
  Request request;
  request.AddHeader("X-Hub-Signature", GetParam().value);
  const absl::Status status = CheckSignature(Read(kGithubLike), {"k"}, request, absl::UnixEpoch());
  EXPECT_EQ(std::string(status.message()), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Values, BadHeaderTest,
    testing::Values(BadHeader{"no_prefix", "a4771c39",
                              "the header x-hub-signature does not begin with sha256="},
                    BadHeader{"no_hex", "sha256=xyz!",
                              "the header x-hub-signature is not coded as it should be"},
                    BadHeader{"odd", "sha256=abc",
                              "the header x-hub-signature is not coded as it should be"},
                    BadHeader{"short", "sha256=ab", "the signature does not match"},
                    BadHeader{"only_prefix", "sha256=", "the signature does not match"}),
    [](const auto& info) { return info.param.name; });

TEST(SignatureSchemeTest, TellsWhatIsWrongWithAScheme) {
  std::vector<std::string> findings;
  Read("algorithm: md5\nheader: X\nsigned: [timestamp]\ntolerance: soon\n", &findings);
  EXPECT_THAT(findings, testing::UnorderedElementsAre(
                            HasSubstr("\"md5\" is not one of"), HasSubstr("a length of time"),
                            HasSubstr("signed: must have the body"),
                            HasSubstr("a timestamp has a header and is a part of signed:")));
}

TEST(SignatureSchemeTest, ConstantTimeEqualityKnowsEqualFromUnequal) {
  EXPECT_TRUE(EqualInConstantTime("abc", "abc"));
  EXPECT_FALSE(EqualInConstantTime("abc", "abd"));
  EXPECT_FALSE(EqualInConstantTime("abc", "ab"));
  EXPECT_FALSE(EqualInConstantTime("", ""));
}

}  // namespace
}  // namespace waypost::connectors
