// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "connectors/engine/request.h"
#include "connectors/engine/signature.h"

namespace waypost::connectors {

enum class AuthenticationKind {
  kSignature,  // the profile's
  kBearer,     // Authorization: Bearer SECRET
  kBasic,      // Authorization: Basic, with a user's name and the secret
  kToken,      // a header that is the secret
  kNone,
};

// Tells a tool's requests from others. Immutable; thread-safe.
class Authenticator {
 public:
  AuthenticationKind kind = AuthenticationKind::kNone;
  std::optional<SignatureScheme> signature;  // of kSignature
  std::string user;                          // of kBasic
  std::string header;                        // of kToken, in lower case
  std::vector<std::string> secrets;          // any of these will do, so that they can be changed

  // UNAUTHENTICATED as CheckSignature.
  [[nodiscard]] absl::Status Check(const Request& request, absl::Time now) const;

  // Whether the header says who sends the request, so that it must not be kept or logged.
  [[nodiscard]] bool IsCredential(std::string_view header_name) const;
};

}  // namespace waypost::connectors
