// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/thanks.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <unordered_map>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "sidecar/journey/thanks_phrases.h"
#include "sidecar/text/absl_view.h"

namespace waypost::journey {
namespace {

constexpr size_t kMaxWords = 60;

using Words = std::vector<std::string>;

// The code point at `text[*at]`, and `*at` behind it. What is no UTF-8 is taken byte by byte.
uint32_t NextCodePoint(std::string_view text, size_t* at) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = byte(*at);
  const size_t size = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  uint32_t point = size == 1 ? first : first & (0xFFU >> (size + 1));
  for (size_t i = 1; i < size && *at + i < text.size(); ++i) {
    point = (point << 6U) | (byte(*at + i) & 0x3FU);
  }
  *at += size;
  return point;
}

void AddUtf8(uint32_t point, std::string* word) {
  word->push_back(static_cast<char>(0xC0U | (point >> 6U)));
  word->push_back(static_cast<char>(0x80U | (point & 0x3FU)));
}

bool IsApostrophe(uint32_t point) { return point == '\'' || point == 0x2019; }

// Adds a letter or digit to the word, in the one way in which words are compared; false for
// everything else.
bool AddLetter(uint32_t point, std::string* word) {
  if (point >= 'A' && point <= 'Z') point += 'a' - 'A';
  if ((point >= 'a' && point <= 'z') || (point >= '0' && point <= '9')) {
    word->push_back(static_cast<char>(point));
    return true;
  }
  if (point >= 0xC0 && point <= 0xDE && point != 0xD7) point += 0x20;
  switch (point) {
    case 0xE4:
      word->append("ae");
      return true;
    case 0xF6:
      word->append("oe");
      return true;
    case 0xFC:
      word->append("ue");
      return true;
    case 0xDF:
      word->append("ss");
      return true;
    default:
      break;
  }
  if (point < 0xE0 || point > 0x24F || point == 0xF7) return false;
  AddUtf8(point, word);
  return true;
}

void AddWords(std::string_view text, Words* words) {
  std::string word;
  for (size_t at = 0; at < text.size() && words->size() <= kMaxWords;) {
    const uint32_t point = NextCodePoint(text, &at);
    if (AddLetter(point, &word) || IsApostrophe(point)) continue;
    if (!word.empty()) words->push_back(std::move(word));
    word.clear();
  }
  if (!word.empty()) words->push_back(std::move(word));
}

Words WordsOf(std::string_view text) {
  Words words;
  AddWords(text, &words);
  return words;
}

// From here on the text is a signature or an older mail.
bool EndsReply(std::string_view line) {
  const absl::string_view text = absl::StripAsciiWhitespace(AbslView(line));
  const auto begins = [&](absl::string_view start) {
    return absl::StartsWithIgnoreCase(text, start);
  };
  const auto ends = [&](absl::string_view end) { return absl::EndsWithIgnoreCase(text, end); };
  return absl::StartsWith(text, "--") || absl::StartsWith(text, "__") || begins("from:") ||
         begins("von:") || (begins("on ") && ends("wrote:")) || (begins("am ") && ends(":"));
}

// The words of the reply alone; none when it asks something.
Words ReplyWords(std::string_view text) {
  Words words;
  for (const absl::string_view part : absl::StrSplit(AbslView(text), '\n')) {
    const std::string_view line(part.data(), part.size());
    if (EndsReply(line)) break;
    if (absl::StartsWith(absl::StripLeadingAsciiWhitespace(part), ">")) continue;
    if (absl::StrContains(part, '?')) return {};
    AddWords(line, &words);
  }
  return words;
}

struct Phrase {
  Words words;
  bool thanks = false;
};

// By first word.
using Phrases = std::unordered_map<std::string, std::vector<Phrase>>;

void AddPhrase(std::string_view text, bool thanks, Phrases* phrases) {
  Words words = WordsOf(text);
  const std::string first = words.front();
  (*phrases)[first].push_back({std::move(words), thanks});
}

const Phrases& AllPhrases() {
  static const auto* const kPhrases = [] {
    auto* phrases = new Phrases;
    for (const std::string_view text : kThanks) AddPhrase(text, true, phrases);
    for (const std::string_view text : kBesideThanks) AddPhrase(text, false, phrases);
    return phrases;
  }();
  return *kPhrases;
}

bool BeginsAt(size_t at, const Words& words, const Words& phrase) {
  return phrase.size() <= words.size() - at &&
         std::equal(phrase.begin(), phrase.end(), words.begin() + static_cast<std::ptrdiff_t>(at));
}

}  // namespace

bool IsBareThanks(std::string_view text, const std::vector<std::string_view>& names) {
  const Words words = ReplyWords(text);
  if (words.empty() || words.size() > kMaxWords) return false;
  Words allowed;
  for (const std::string_view name : names) AddWords(name, &allowed);
  // Whether the words before `at` are covered: without thanks among them, and with.
  std::vector<bool> covered(words.size() + 1);
  std::vector<bool> thanked(words.size() + 1);
  covered[0] = true;
  for (size_t at = 0; at < words.size(); ++at) {
    if (!covered[at] && !thanked[at]) continue;
    if (std::find(allowed.begin(), allowed.end(), words[at]) != allowed.end()) {
      covered[at + 1] = covered[at + 1] || covered[at];
      thanked[at + 1] = thanked[at + 1] || thanked[at];
    }
    const auto found = AllPhrases().find(words[at]);
    if (found == AllPhrases().end()) continue;
    for (const Phrase& phrase : found->second) {
      if (!BeginsAt(at, words, phrase.words)) continue;
      const size_t end = at + phrase.words.size();
      covered[end] = covered[end] || (covered[at] && !phrase.thanks);
      thanked[end] = thanked[end] || thanked[at] || phrase.thanks;
    }
  }
  return thanked[words.size()];
}

}  // namespace waypost::journey
