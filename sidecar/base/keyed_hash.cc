// SPDX-License-Identifier: Apache-2.0
#include "sidecar/base/keyed_hash.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <cstdlib>
#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "sidecar/base/logging.h"

namespace waypost {
namespace {

constexpr size_t kBytes = 16;

struct FreeContext {
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MAC_CTX, FreeContext>;

Context MakeContext() {
  EVP_MAC* const algorithm = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  Context context(EVP_MAC_CTX_new(algorithm));
  EVP_MAC_free(algorithm);
  std::string digest = "SHA256";
  const OSSL_PARAM settings[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), digest.size()),
      OSSL_PARAM_construct_end()};
  if (context != nullptr && EVP_MAC_CTX_set_params(context.get(), settings) != 1) context.reset();
  return context;
}

// One context a thread: looking an algorithm up takes OpenSSL 3 longer than the hash.
void Hash(std::string_view key, const std::string& text,
          std::array<unsigned char, EVP_MAX_MD_SIZE>* digest) {
  thread_local const Context context = MakeContext();
  // A null key would stand for the one before.
  const std::string_view some_key = key.empty() ? "" : key;
  size_t size = 0;
  const bool hashed =
      context != nullptr &&
      EVP_MAC_init(context.get(), reinterpret_cast<const unsigned char*>(some_key.data()),
                   some_key.size(), nullptr) == 1 &&
      EVP_MAC_update(context.get(), reinterpret_cast<const unsigned char*>(text.data()),
                     text.size()) == 1 &&
      EVP_MAC_final(context.get(), digest->data(), &size, digest->size()) == 1;
  // Ids that anybody can guess are worse than none.
  if (!hashed) {
    LogError("OpenSSL has no HMAC with SHA-256");
    std::abort();
  }
}

}  // namespace

std::string KeyedHash(std::string_view key, absl::Span<const std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) {
    absl::StrAppend(&text, part.size(), ":");
    text.append(part);
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  Hash(key, text, &digest);
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest.data()), kBytes));
}

}  // namespace waypost
