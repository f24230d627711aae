// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sidecar/cel/program.h"
#include "sidecar/text/diagnostic.h"

namespace waypost::survey_page {

// What the page says; assets/texts.yaml has the words. Each is there under its name without "k", in
// snake case.
enum class TextId {
  kName,
  kTitle,
  kAbout,
  kCsatQuestion,
  kCsatLowest,
  kCsatHighest,
  kNpsQuestion,
  kNpsLowest,
  kNpsHighest,
  kCesQuestion,
  kCesLowest,
  kCesHighest,
  kPreselected,
  kAnswered,
  kComment,
  kCommentHint,
  kOptional,
  kLostTime,
  kLostTimeUntold,
  kLostTime0,
  kLostTime15,
  kLostTime30,
  kLostTime60,
  kLostTime120,
  kLostTime240,
  kLostTime480,
  kLostTime960,
  kLostTime2400,
  kSend,
  kSendChange,
  kLater,
  kThanksTitle,
  kThanks,
  kThanksChange,
  kFinalTitle,
  kFinal,
  kExpiredTitle,
  kExpired,
  kInvalidTitle,
  kInvalid,
  kBusyTitle,
  kBusy,
  kAwayTitle,
  kAway,
  kForeignTitle,
  kForeign,
  kUnreadableTitle,
  kUnreadable,
  kProblemTitle,
  kNoRating,
  kLongComment,
  kLanguages,
};

// What texts read.
struct TextValues {
  std::string ticket;
  std::string rating;
  std::string lowest;  // of the scale
  std::string highest;
};

// The texts of one language. Immutable; thread-safe.
class PageTexts {
 public:
  // The text, not escaped for HTML.
  [[nodiscard]] std::string Get(TextId id, const TextValues& values = {}) const;

  // BCP 47, for the attribute lang.
  [[nodiscard]] const std::string& language() const { return language_; }

 private:
  friend class TextCatalog;

  std::string language_;
  std::map<TextId, cel::Template> texts_;
};

// The texts of all languages. Immutable; thread-safe.
class TextCatalog {
 public:
  // Reads the file that comes with the program, and `own`, unless that is empty: its languages are
  // added, its texts replace others. On failure returns nullptr and adds at least one error.
  static std::unique_ptr<const TextCatalog> Load(const std::string& shipped, const std::string& own,
                                                 DiagnosticSink* sink);

  // The texts of the first of the wanted languages (BCP 47) that is there: "de" is there for
  // "de-AT". English when none is.
  [[nodiscard]] const PageTexts& Choose(const std::vector<std::string>& wanted) const;

  // In the order of their tags.
  [[nodiscard]] std::vector<const PageTexts*> All() const;

 private:
  void Read(const std::string& path, DiagnosticSink* sink);
  void CheckWhole(const std::string& path, DiagnosticSink* sink) const;

  std::map<std::string, PageTexts> languages_;  // by their tags in lower case
};

// The languages that an Accept-Language header (RFC 9110, 12.5.4) prefers, best first; at most 10.
[[nodiscard]] std::vector<std::string> AcceptedLanguages(std::string_view header);

}  // namespace waypost::survey_page
