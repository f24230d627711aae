// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "waypost/v1/enrichment.pb.h"

namespace waypost::connectors {

// What the link to a survey's page carries: all that an answer has to name. Signed, not encrypted:
// nothing in it is secret from the person who was asked. It names no person.
struct SurveyToken {
  std::string tenant;
  std::string survey_id;
  v1::SurveyKind kind = v1::SURVEY_KIND_UNSPECIFIED;
  std::string source;  // of the ticket
  std::string ticket_ref;
  std::string language;   // BCP 47, or empty
  absl::Time expires_at;  // when the first answer must have come, in whole seconds
};

// The token as a part of a path: base64url without padding of a version, the fields and the first
// 128 bits of their HMAC-SHA256. The same token and secret give the same text. Each text is at most
// 65,535 bytes, or the result is empty.
[[nodiscard]] std::string SealSurveyToken(const SurveyToken& token, const std::string& secret);

// The token, when one of the secrets signed it and not a bit was changed; whether it has expired is
// for the caller to say.
[[nodiscard]] std::optional<SurveyToken> OpenSurveyToken(std::string_view text,
                                                         const std::vector<std::string>& secrets);

}  // namespace waypost::connectors
