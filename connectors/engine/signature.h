// SPDX-License-Identifier: Apache-2.0
// Signatures of webhooks: an HMAC over the body, with or without the time of sending.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "connectors/engine/request.h"
#include "sidecar/mapping/spec_reader.h"
#include "sidecar/yaml/node.h"

namespace waypost::connectors {

enum class HmacAlgorithm { kSha1, kSha256 };
enum class SignatureEncoding { kHex, kBase64 };
enum class TimestampForm { kUnixSeconds, kUnixMilliseconds, kRfc3339 };

// How a tool signs what it sends, as `receive: signature:` of its profile says.
struct SignatureScheme {
  HmacAlgorithm algorithm = HmacAlgorithm::kSha256;
  SignatureEncoding encoding = SignatureEncoding::kHex;
  std::string header;              // in lower case
  std::string prefix;              // before the signature in the header: "sha256="
  std::vector<std::string> parts;  // what is signed: kSignedBody, kSignedTimestamp, other text
  std::string timestamp_header;    // in lower case; empty when no timestamp is signed
  TimestampForm timestamp_form = TimestampForm::kUnixSeconds;
  absl::Duration tolerance = absl::Minutes(5);  // between the timestamp and now, either way
};

inline constexpr std::string_view kSignedBody = "body";
inline constexpr std::string_view kSignedTimestamp = "timestamp";

// Reads it; whatever is wrong is reported.
[[nodiscard]] SignatureScheme ReadSignatureScheme(const yaml::Node& node,
                                                  mapping::SpecReader* reader);

// OK when the request is signed with one of `secrets`, and at a time near `now` where the scheme
// has one. UNAUTHENTICATED otherwise; the message says which check failed, and nothing of secrets,
// signature or body. Takes as long for a wrong signature as for a right one.
[[nodiscard]] absl::Status CheckSignature(const SignatureScheme& scheme,
                                          const std::vector<std::string>& secrets,
                                          const Request& request, absl::Time now);

// The HMAC's bytes.
[[nodiscard]] std::string Hmac(HmacAlgorithm algorithm, std::string_view key,
                               std::string_view text);

// Whether both are the same, in a time that depends on their lengths alone.
[[nodiscard]] bool EqualInConstantTime(std::string_view left, std::string_view right);

}  // namespace waypost::connectors
