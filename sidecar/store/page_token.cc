// SPDX-License-Identifier: Apache-2.0
#include "sidecar/store/page_token.h"

#include <cstddef>
#include <string_view>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "sidecar/base/hash.h"

namespace waypost::store {
namespace {

// Before encoding: 16 digits of a check sum, the micros in decimal, a colon, the journey's id.
constexpr size_t kCheckSumSize = 16;

std::string CheckSum(const JourneyQuery& query, std::string_view position) {
  uint64_t hash = StableHash(query.tenant);
  hash = StableHashCombine(hash, query.person_id);
  hash = StableHashCombine(hash, query.stage);
  hash = StableHashCombine(hash, query.open_only ? "open" : "any");
  return HashToHex(StableHashCombine(hash, position));
}

absl::Status NotOurs() {
  return absl::InvalidArgumentError(
      "page_token is not one that was given for this tenant and these filters; start again without "
      "one");
}

}  // namespace

std::string PageTokenAfter(const JourneyQuery& query, const JourneyRow& row) {
  const std::string text = absl::StrCat(absl::ToUnixMicros(row.newest_at), ":", row.journey_id);
  return absl::WebSafeBase64Escape(absl::StrCat(CheckSum(query, text), text));
}

absl::StatusOr<PagePosition> ReadPageToken(const JourneyQuery& query) {
  std::string decoded;
  if (!absl::WebSafeBase64Unescape(query.page_token, &decoded)) return NotOurs();
  if (decoded.size() < kCheckSumSize) return NotOurs();
  const std::string text = decoded.substr(kCheckSumSize);
  if (decoded.compare(0, kCheckSumSize, CheckSum(query, text)) != 0) return NotOurs();
  const size_t colon = text.find(':');
  PagePosition position;
  if (colon == std::string::npos ||
      !absl::SimpleAtoi(text.substr(0, colon), &position.newest_micros)) {
    return NotOurs();
  }
  position.journey_id = text.substr(colon + 1);
  return position;
}

}  // namespace waypost::store
