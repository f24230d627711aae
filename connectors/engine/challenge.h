// SPDX-License-Identifier: Apache-2.0
// Challenges: how a tool finds out, before it sends webhooks, that we know its secret.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "connectors/engine/signature.h"
#include "sidecar/mapping/spec_reader.h"
#include "sidecar/yaml/node.h"

namespace waypost::connectors {

// As `receive: challenge:` of a profile says: the tool sends GET with a token, which is the HMAC of
// a fixed text in hex, and wants the HMAC of the token in hex.
struct ChallengeScheme {
  HmacAlgorithm algorithm = HmacAlgorithm::kSha256;
  std::string parameter;  // of the query, that holds the token
  std::string text;       // whose HMAC the token is
};

// Reads it; whatever is wrong is reported.
[[nodiscard]] ChallengeScheme ReadChallengeScheme(const yaml::Node& node,
                                                  mapping::SpecReader* reader);

// The answer to a token that was made with one of `secrets`; nothing for any other. To sign
// whatever somebody sends would be to sign forged webhooks.
[[nodiscard]] std::optional<std::string> AnswerChallenge(const ChallengeScheme& scheme,
                                                         const std::vector<std::string>& secrets,
                                                         const std::string& token);

}  // namespace waypost::connectors
