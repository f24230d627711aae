// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/authenticator.h"

#include <string_view>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sidecar/text/absl_view.h"

namespace waypost::connectors {
namespace {

constexpr std::string_view kAuthorization = "authorization";

// What follows the scheme's name in the Authorization header; nothing when it has another.
std::optional<std::string> Credentials(const Request& request, std::string_view scheme) {
  const std::string_view header = request.Header(kAuthorization);
  if (header.size() <= scheme.size() || header[scheme.size()] != ' ' ||
      !absl::EqualsIgnoreCase(AbslView(header.substr(0, scheme.size())), AbslView(scheme))) {
    return std::nullopt;
  }
  return std::string(header.substr(scheme.size() + 1));
}

}  // namespace

absl::Status Authenticator::Check(const Request& request, absl::Time now) const {
  std::optional<std::string> given;
  std::string before;
  switch (kind) {
    case AuthenticationKind::kNone:
      return absl::OkStatus();
    case AuthenticationKind::kSignature:
      return CheckSignature(*signature, secrets, request, now);
    case AuthenticationKind::kBearer:
      given = Credentials(request, "Bearer");
      break;
    case AuthenticationKind::kBasic: {
      const std::optional<std::string> coded = Credentials(request, "Basic");
      std::string plain;
      if (coded.has_value() && absl::Base64Unescape(*coded, &plain)) given = plain;
      before = absl::StrCat(user, ":");
      break;
    }
    case AuthenticationKind::kToken:
      if (const std::string_view token = request.Header(header); !token.empty()) {
        given = std::string(token);
      }
      break;
  }
  if (!given.has_value()) {
    return absl::UnauthenticatedError(absl::StrCat(
        "the header ", kind == AuthenticationKind::kToken ? header : std::string(kAuthorization),
        " is missing or of another kind"));
  }
  bool matches = false;
  for (const std::string& secret : secrets) {
    matches |= EqualInConstantTime(before + secret, *given);
  }
  return matches ? absl::OkStatus() : absl::UnauthenticatedError("the credentials do not match");
}

bool Authenticator::IsCredential(std::string_view header_name) const {
  return header_name == kAuthorization || header_name == "cookie" ||
         header_name == "proxy-authorization" ||
         (kind == AuthenticationKind::kToken && header_name == header) ||
         (signature.has_value() && header_name == signature->header);
}

}  // namespace waypost::connectors
