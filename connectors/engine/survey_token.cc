// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/survey_token.h"

#include <cstdint>
#include <limits>

#include "absl/strings/escaping.h"
#include "connectors/engine/signature.h"
#include "sidecar/base/keyed_hash.h"
#include "sidecar/text/absl_view.h"

namespace waypost::connectors {
namespace {

constexpr char kVersion = 1;
constexpr size_t kTimeBytes = 8;
constexpr size_t kLengthBytes = 2;
constexpr size_t kMacBytes = 16;
// Names what is signed: the same secret may sign other things.
constexpr std::string_view kPurpose = "waypost survey link";

void AppendNumber(uint64_t number, size_t bytes, std::string* text) {
  for (size_t at = bytes; at-- > 0;) *text += static_cast<char>(number >> (8 * at) & 0xff);
}

void AppendText(const std::string& field, std::string* text) {
  AppendNumber(field.size(), kLengthBytes, text);
  *text += field;
}

// Reads what the functions above wrote; once something is missing, all is.
class FieldReader {
 public:
  explicit FieldReader(std::string_view text) : text_(text) {}

  uint64_t Number(size_t bytes) {
    uint64_t number = 0;
    for (const char c : Bytes(bytes)) number = number << 8 | static_cast<unsigned char>(c);
    return number;
  }
  std::string Text() { return std::string(Bytes(Number(kLengthBytes))); }
  [[nodiscard]] bool Ended() const { return is_whole_ && text_.empty(); }

 private:
  std::string_view Bytes(size_t count) {
    is_whole_ = is_whole_ && count <= text_.size();
    if (!is_whole_) return "";
    const std::string_view bytes = text_.substr(0, count);
    text_.remove_prefix(count);
    return bytes;
  }

  std::string_view text_;
  bool is_whole_ = true;
};

std::string Mac(std::string_view fields, const std::string& secret) {
  return absl::HexStringToBytes(KeyedHash(secret, {kPurpose, fields}));
}

bool IsSigned(std::string_view fields, std::string_view mac,
              const std::vector<std::string>& secrets) {
  bool matches = false;
  for (const std::string& secret : secrets) {
    matches |= EqualInConstantTime(Mac(fields, secret), mac);
  }
  return matches;
}

}  // namespace

std::string SealSurveyToken(const SurveyToken& token, const std::string& secret) {
  std::string fields(1, kVersion);
  fields += static_cast<char>(token.kind);
  AppendNumber(static_cast<uint64_t>(absl::ToUnixSeconds(token.expires_at)), kTimeBytes, &fields);
  for (const std::string* text :
       {&token.tenant, &token.survey_id, &token.source, &token.ticket_ref, &token.language}) {
    if (text->size() > std::numeric_limits<uint16_t>::max()) return "";
    AppendText(*text, &fields);
  }
  return absl::WebSafeBase64Escape(fields + Mac(fields, secret));
}

std::optional<SurveyToken> OpenSurveyToken(std::string_view text,
                                           const std::vector<std::string>& secrets) {
  std::string bytes;
  if (!absl::WebSafeBase64Unescape(AbslView(text), &bytes) || bytes.size() <= kMacBytes) {
    return std::nullopt;
  }
  // One token has one text: no padding, no bits that mean nothing.
  if (AbslView(text) != absl::WebSafeBase64Escape(bytes)) return std::nullopt;
  const std::string_view all = bytes;
  const std::string_view fields = all.substr(0, all.size() - kMacBytes);
  if (!IsSigned(fields, all.substr(fields.size()), secrets)) return std::nullopt;
  FieldReader reader(fields);
  if (reader.Number(1) != kVersion) return std::nullopt;
  SurveyToken token;
  token.kind = static_cast<v1::SurveyKind>(reader.Number(1));
  token.expires_at = absl::FromUnixSeconds(static_cast<int64_t>(reader.Number(kTimeBytes)));
  token.tenant = reader.Text();
  token.survey_id = reader.Text();
  token.source = reader.Text();
  token.ticket_ref = reader.Text();
  token.language = reader.Text();
  return reader.Ended() ? std::optional(std::move(token)) : std::nullopt;
}

}  // namespace waypost::connectors
