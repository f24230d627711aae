// SPDX-License-Identifier: Apache-2.0
#include "connectors/survey_page/answer_form.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "connectors/engine/percent_encoding.h"
#include "sidecar/base/keyed_hash.h"
#include "sidecar/text/absl_view.h"
#include "sidecar/text/utf8.h"

namespace waypost::survey_page {
namespace {

constexpr size_t kMaxFields = 32;
constexpr size_t kMaxNumber = 9;     // digits: fits an int
constexpr size_t kMaxOpened = 20;    // digits
constexpr size_t kMaxLanguage = 35;  // RFC 5646, 4.4.1
constexpr int kMaxLostMinutes = 60'000;

bool IsHex(char c) { return absl::ascii_isxdigit(static_cast<unsigned char>(c)); }
bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }

// The text that a form's code stands for; nothing when it is none, or not UTF-8.
std::optional<std::string> Decoded(absl::string_view code) {
  std::string spaced = absl::StrReplaceAll(code, {{"+", " "}});
  for (size_t at = spaced.find('%'); at != std::string::npos; at = spaced.find('%', at + 1)) {
    if (at + 2 >= spaced.size() || !IsHex(spaced[at + 1]) || !IsHex(spaced[at + 2])) {
      return std::nullopt;
    }
  }
  std::string text = connectors::PercentDecoded(spaced);
  if (FindInvalidUtf8(text).has_value()) return std::nullopt;
  return text;
}

// A whole number that is not negative; an empty text is none.
bool ReadNumber(const std::string& text, std::optional<int>* number) {
  if (text.empty()) return true;
  int value = 0;
  if (text.size() > kMaxNumber || !std::all_of(text.begin(), text.end(), IsDigit) ||
      !absl::SimpleAtoi(text, &value)) {
    return false;
  }
  *number = value;
  return true;
}

// Browsers end lines with "\r\n"; other control characters nobody types.
std::string Typed(const std::string& text) {
  std::string typed;
  for (const char c : absl::StrReplaceAll(text, {{"\r\n", "\n"}, {"\r", "\n"}})) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte >= 0x20 && byte != 0x7f) || c == '\n' || c == '\t') typed += c;
  }
  absl::StripAsciiWhitespace(&typed);
  return typed;
}

bool IsOpened(const std::string& text) {
  return text.size() <= kMaxOpened && std::all_of(text.begin(), text.end(), IsDigit);
}

}  // namespace

bool AnswerForm::CommentIsTooLong() const { return CountCodePoints(comment) > kMaxComment; }

std::optional<AnswerForm> ParseAnswerForm(std::string_view body) {
  AnswerForm form;
  std::string rating;
  std::string lost;
  const std::array<std::pair<const char*, std::string*>, 5> fields = {{{"rating", &rating},
                                                                       {"comment", &form.comment},
                                                                       {"lost_time", &lost},
                                                                       {"opened", &form.opened},
                                                                       {"lang", &form.language}}};
  std::array<bool, fields.size()> seen{};
  size_t count = 0;
  for (const absl::string_view part : absl::StrSplit(AbslView(body), '&', absl::SkipEmpty())) {
    if (++count > kMaxFields) return std::nullopt;
    const size_t equals = std::min(part.find('='), part.size());
    const std::optional<std::string> name = Decoded(part.substr(0, equals));
    std::optional<std::string> value = Decoded(part.substr(std::min(equals + 1, part.size())));
    if (!name.has_value() || !value.has_value()) return std::nullopt;
    for (size_t at = 0; at < fields.size(); ++at) {
      if (*name != fields[at].first) continue;
      if (std::exchange(seen[at], true)) return std::nullopt;
      *fields[at].second = *std::move(value);
      break;
    }
  }
  if (!ReadNumber(rating, &form.rating) || !ReadNumber(lost, &form.lost_minutes)) {
    return std::nullopt;
  }
  if (form.lost_minutes.value_or(0) > kMaxLostMinutes) return std::nullopt;
  if (!IsOpened(form.opened) || form.language.size() > kMaxLanguage) return std::nullopt;
  form.comment = Typed(form.comment);
  return form;
}

std::string FeedbackId(const connectors::SurveyToken& token, const AnswerForm& form) {
  const std::string rating = form.rating.has_value() ? absl::StrCat(*form.rating) : "";
  const std::string lost = form.lost_minutes.has_value() ? absl::StrCat(*form.lost_minutes) : "";
  return "page-" + KeyedHash(token.survey_id, {form.opened, rating, lost, form.comment});
}

}  // namespace waypost::survey_page
