// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/challenge.h"

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"

namespace waypost::connectors {
namespace {

std::string HexHmac(const ChallengeScheme& scheme, const std::string& secret,
                    const std::string& text) {
  return absl::BytesToHexString(Hmac(scheme.algorithm, secret, text));
}

}  // namespace

ChallengeScheme ReadChallengeScheme(const yaml::Node& node, mapping::SpecReader* reader) {
  ChallengeScheme scheme;
  if (!reader->CheckMapping(node, {"algorithm", "parameter", "text"},
                            {"algorithm", "parameter", "text"})) {
    return scheme;
  }
  const auto algorithm = reader->Choice(node, "algorithm", {"hmac-sha1", "hmac-sha256"});
  if (algorithm == "hmac-sha1") scheme.algorithm = HmacAlgorithm::kSha1;
  scheme.parameter = reader->Text(node, "parameter").value_or("");
  scheme.text = reader->Text(node, "text").value_or("");
  if (const yaml::Node* text = node.Find("text"); text != nullptr && scheme.text.empty()) {
    reader->Report(*text, DiagnosticCode::kSpecBadValue, "the text must not be empty");
  }
  return scheme;
}

std::optional<std::string> AnswerChallenge(const ChallengeScheme& scheme,
                                           const std::vector<std::string>& secrets,
                                           const std::string& token) {
  const std::string given = absl::AsciiStrToLower(token);
  std::optional<std::string> answer;
  for (const std::string& secret : secrets) {
    if (EqualInConstantTime(HexHmac(scheme, secret, scheme.text), given)) {
      answer = HexHmac(scheme, secret, token);
    }
  }
  return answer;
}

}  // namespace waypost::connectors
