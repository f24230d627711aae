// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/signature.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "sidecar/cel/text_form.h"
#include "sidecar/text/absl_view.h"

namespace waypost::connectors {
namespace {

const std::vector<std::string> kForms = {"unix", "unix_ms", "rfc3339"};

std::optional<absl::Time> ParseTimestamp(TimestampForm form, std::string_view text) {
  absl::Time time;
  if (form == TimestampForm::kRfc3339) {
    return cel::ReadTimestamp(text, &time) ? std::optional(time) : std::nullopt;
  }
  int64_t number = 0;
  if (!absl::SimpleAtoi(AbslView(text), &number)) return std::nullopt;
  return form == TimestampForm::kUnixSeconds ? absl::FromUnixSeconds(number)
                                             : absl::FromUnixMillis(number);
}

// The text that is signed.
std::string SignedText(const SignatureScheme& scheme, const Request& request,
                       std::string_view timestamp) {
  std::string text;
  for (const std::string& part : scheme.parts) {
    if (part == kSignedBody) {
      text += request.body;
    } else if (part == kSignedTimestamp) {
      text += timestamp;
    } else {
      text += part;
    }
  }
  return text;
}

// The bytes that the header's value stands for; nothing when it is not well formed.
std::optional<std::string> Decode(SignatureEncoding encoding, std::string_view text) {
  std::string bytes;
  if (encoding == SignatureEncoding::kBase64) {
    return absl::Base64Unescape(AbslView(text), &bytes) ? std::optional(bytes) : std::nullopt;
  }
  const bool is_hex = text.size() % 2 == 0 && std::all_of(text.begin(), text.end(), [](char c) {
                        return absl::ascii_isxdigit(static_cast<unsigned char>(c));
                      });
  return is_hex ? std::optional(absl::HexStringToBytes(AbslView(text))) : std::nullopt;
}

absl::Status CheckTimestamp(const SignatureScheme& scheme, std::string_view text, absl::Time now) {
  if (text.empty()) {
    return absl::UnauthenticatedError(
        absl::StrCat("the header ", scheme.timestamp_header, " is missing"));
  }
  const std::optional<absl::Time> time = ParseTimestamp(scheme.timestamp_form, text);
  if (!time.has_value()) {
    return absl::UnauthenticatedError(
        absl::StrCat("the header ", scheme.timestamp_header, " is no time"));
  }
  if (absl::AbsDuration(now - *time) > scheme.tolerance) {
    return absl::UnauthenticatedError(absl::StrCat("the request was signed more than ",
                                                   absl::FormatDuration(scheme.tolerance),
                                                   " ago or ahead"));
  }
  return absl::OkStatus();
}

void ReadTimestampOf(const yaml::Node& node, mapping::SpecReader* reader, SignatureScheme* scheme) {
  if (!reader->CheckMapping(node, {"header", "form"}, {"header"})) return;
  scheme->timestamp_header = absl::AsciiStrToLower(reader->Text(node, "header").value_or(""));
  const std::string form = reader->Choice(node, "form", kForms).value_or(kForms[0]);
  scheme->timestamp_form = form == "rfc3339"   ? TimestampForm::kRfc3339
                           : form == "unix_ms" ? TimestampForm::kUnixMilliseconds
                                               : TimestampForm::kUnixSeconds;
}

}  // namespace

SignatureScheme ReadSignatureScheme(const yaml::Node& node, mapping::SpecReader* reader) {
  SignatureScheme scheme;
  if (!reader->CheckMapping(
          node, {"algorithm", "header", "prefix", "encoding", "signed", "timestamp", "tolerance"},
          {"algorithm", "header"})) {
    return scheme;
  }
  const auto algorithm = reader->Choice(node, "algorithm", {"hmac-sha1", "hmac-sha256"});
  if (algorithm == "hmac-sha1") scheme.algorithm = HmacAlgorithm::kSha1;
  const auto encoding = reader->Choice(node, "encoding", {"hex", "base64"});
  if (encoding == "base64") scheme.encoding = SignatureEncoding::kBase64;
  scheme.header = absl::AsciiStrToLower(reader->Text(node, "header").value_or(""));
  scheme.prefix = reader->Text(node, "prefix").value_or("");
  scheme.parts = reader->Texts(node, "signed");
  if (scheme.parts.empty()) scheme.parts = {std::string(kSignedBody)};
  if (const yaml::Node* timestamp = node.Find("timestamp"); timestamp != nullptr) {
    ReadTimestampOf(*timestamp, reader, &scheme);
  }
  if (const auto tolerance = reader->Text(node, "tolerance"); tolerance.has_value()) {
    if (!cel::ReadDuration(*tolerance, &scheme.tolerance) ||
        scheme.tolerance <= absl::ZeroDuration()) {
      reader->Report(*node.Find("tolerance"), DiagnosticCode::kSpecBadValue,
                     "a tolerance is a length of time such as 5m");
    }
  }
  const auto has = [&](std::string_view part) {
    return std::find(scheme.parts.begin(), scheme.parts.end(), part) != scheme.parts.end();
  };
  if (!has(kSignedBody)) {
    reader->Report(node, DiagnosticCode::kSpecBadValue, "signed: must have the body");
  }
  if (has(kSignedTimestamp) == scheme.timestamp_header.empty()) {
    reader->Report(node, DiagnosticCode::kSpecBadValue,
                   "a timestamp has a header and is a part of signed:, or neither");
  }
  return scheme;
}

absl::Status CheckSignature(const SignatureScheme& scheme, const std::vector<std::string>& secrets,
                            const Request& request, absl::Time now) {
  std::string_view signature = request.Header(scheme.header);
  if (signature.empty()) {
    return absl::UnauthenticatedError(absl::StrCat("the header ", scheme.header, " is missing"));
  }
  const std::string_view timestamp =
      scheme.timestamp_header.empty() ? "" : request.Header(scheme.timestamp_header);
  if (!scheme.timestamp_header.empty()) {
    if (absl::Status status = CheckTimestamp(scheme, timestamp, now); !status.ok()) return status;
  }
  if (signature.substr(0, scheme.prefix.size()) != scheme.prefix) {
    return absl::UnauthenticatedError(
        absl::StrCat("the header ", scheme.header, " does not begin with ", scheme.prefix));
  }
  const std::optional<std::string> given =
      Decode(scheme.encoding, signature.substr(scheme.prefix.size()));
  if (!given.has_value()) {
    return absl::UnauthenticatedError(
        absl::StrCat("the header ", scheme.header, " is not coded as it should be"));
  }
  const std::string text = SignedText(scheme, request, timestamp);
  bool matches = false;
  for (const std::string& secret : secrets) {
    matches |= EqualInConstantTime(Hmac(scheme.algorithm, secret, text), *given);
  }
  return matches ? absl::OkStatus() : absl::UnauthenticatedError("the signature does not match");
}

std::string Hmac(HmacAlgorithm algorithm, std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned int size = 0;
  const EVP_MD* digest = algorithm == HmacAlgorithm::kSha1 ? EVP_sha1() : EVP_sha256();
  const size_t max_key = std::numeric_limits<int>::max();
  if (key.size() > max_key || HMAC(digest, key.data(), static_cast<int>(key.size()),
                                   reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                                   bytes.data(), &size) == nullptr) {
    return "";
  }
  return std::string(reinterpret_cast<const char*>(bytes.data()), size);
}

bool EqualInConstantTime(std::string_view left, std::string_view right) {
  return !left.empty() && left.size() == right.size() &&
         CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace waypost::connectors
