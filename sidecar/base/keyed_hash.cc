// SPDX-License-Identifier: Apache-2.0
#include "sidecar/base/keyed_hash.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace waypost {
namespace {

constexpr size_t kBytes = 16;

}  // namespace

std::string KeyedHash(std::string_view key, absl::Span<const std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) {
    absl::StrAppend(&text, part.size(), ":");
    text.append(part);
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), nullptr);
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest.data()), kBytes));
}

}  // namespace waypost
