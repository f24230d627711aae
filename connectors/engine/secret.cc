// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/secret.h"

#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sidecar/base/input_stream.h"
#include "sidecar/base/status_macros.h"

namespace waypost::connectors {
namespace {

constexpr size_t kMaxBytes = 64 << 10;
constexpr const char* kVariable = "env:";
constexpr const char* kFile = "file:";

absl::StatusOr<std::string> ReadSecretFile(const std::string& path) {
  WAYPOST_ASSIGN_OR_RETURN(InputStream stream, InputStream::Open(path));
  bool more = true;
  while (more && stream.Available().size() <= kMaxBytes) {
    WAYPOST_ASSIGN_OR_RETURN(more, stream.Fill());
  }
  if (more) return absl::InvalidArgumentError(absl::StrCat(path, " is too large for a secret"));
  std::string secret(stream.Available());
  while (!secret.empty() && (secret.back() == '\n' || secret.back() == '\r')) secret.pop_back();
  return secret;
}

}  // namespace

absl::StatusOr<std::string> ReadSecret(const std::string& reference) {
  std::string secret;
  if (absl::StartsWith(reference, kVariable)) {
    const char* value = std::getenv(reference.c_str() + 4);
    if (value == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("the environment variable ", reference.substr(4), " is not set"));
    }
    secret = value;
  } else if (absl::StartsWith(reference, kFile)) {
    const absl::StatusOr<std::string> read = ReadSecretFile(reference.substr(5));
    if (!read.ok()) return absl::InvalidArgumentError(read.status().message());
    secret = *read;
  } else {
    return absl::InvalidArgumentError(
        "a secret is not written here but named: env:VARIABLE or file:PATH");
  }
  if (secret.empty()) return absl::InvalidArgumentError(absl::StrCat(reference, " is empty"));
  return secret;
}

}  // namespace waypost::connectors
