// SPDX-License-Identifier: Apache-2.0
#include "connectors/survey_page/page_texts.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "sidecar/mapping/spec_reader.h"
#include "sidecar/text/absl_view.h"
#include "sidecar/yaml/document.h"

namespace waypost::survey_page {
namespace {

struct NamedText {
  TextId id;
  const char* name;
};
constexpr std::array<NamedText, 52> kTexts = {{
    {TextId::kName, "name"},
    {TextId::kTitle, "title"},
    {TextId::kAbout, "about"},
    {TextId::kCsatQuestion, "csat_question"},
    {TextId::kCsatLowest, "csat_lowest"},
    {TextId::kCsatHighest, "csat_highest"},
    {TextId::kNpsQuestion, "nps_question"},
    {TextId::kNpsLowest, "nps_lowest"},
    {TextId::kNpsHighest, "nps_highest"},
    {TextId::kCesQuestion, "ces_question"},
    {TextId::kCesLowest, "ces_lowest"},
    {TextId::kCesHighest, "ces_highest"},
    {TextId::kPreselected, "preselected"},
    {TextId::kAnswered, "answered"},
    {TextId::kComment, "comment"},
    {TextId::kCommentHint, "comment_hint"},
    {TextId::kOptional, "optional"},
    {TextId::kLostTime, "lost_time"},
    {TextId::kLostTimeUntold, "lost_time_untold"},
    {TextId::kLostTime0, "lost_time_0"},
    {TextId::kLostTime15, "lost_time_15"},
    {TextId::kLostTime30, "lost_time_30"},
    {TextId::kLostTime60, "lost_time_60"},
    {TextId::kLostTime120, "lost_time_120"},
    {TextId::kLostTime240, "lost_time_240"},
    {TextId::kLostTime480, "lost_time_480"},
    {TextId::kLostTime960, "lost_time_960"},
    {TextId::kLostTime2400, "lost_time_2400"},
    {TextId::kSend, "send"},
    {TextId::kSendChange, "send_change"},
    {TextId::kLater, "later"},
    {TextId::kThanksTitle, "thanks_title"},
    {TextId::kThanks, "thanks"},
    {TextId::kThanksChange, "thanks_change"},
    {TextId::kFinalTitle, "final_title"},
    {TextId::kFinal, "final"},
    {TextId::kExpiredTitle, "expired_title"},
    {TextId::kExpired, "expired"},
    {TextId::kInvalidTitle, "invalid_title"},
    {TextId::kInvalid, "invalid"},
    {TextId::kBusyTitle, "busy_title"},
    {TextId::kBusy, "busy"},
    {TextId::kAwayTitle, "away_title"},
    {TextId::kAway, "away"},
    {TextId::kForeignTitle, "foreign_title"},
    {TextId::kForeign, "foreign"},
    {TextId::kUnreadableTitle, "unreadable_title"},
    {TextId::kUnreadable, "unreadable"},
    {TextId::kProblemTitle, "problem_title"},
    {TextId::kNoRating, "no_rating"},
    {TextId::kLongComment, "long_comment"},
    {TextId::kLanguages, "languages"},
}};
static_assert(static_cast<size_t>(TextId::kLanguages) + 1 == kTexts.size());

constexpr const char* kFallback = "en";
constexpr size_t kMaxAccepted = 10;
constexpr size_t kMaxTagBytes = 35;  // RFC 5646, 4.4.1

std::vector<std::string> Names() {
  std::vector<std::string> names;
  for (const NamedText& text : kTexts) names.emplace_back(text.name);
  return names;
}

bool IsTag(const std::string& tag) {
  return !tag.empty() && tag.size() <= kMaxTagBytes &&
         std::all_of(tag.begin(), tag.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-';
         });
}

cel::Environment TextEnvironment() {
  cel::Environment environment;
  for (const char* name : {"ticket", "rating", "lowest", "highest"}) {
    environment.AddVariable(name, cel::TypeKind::kString);
  }
  return environment;
}

std::optional<cel::Template> ReadText(const yaml::Node& node, mapping::SpecReader* reader) {
  const std::optional<std::string> text = reader->Text(node);
  if (!text.has_value()) return std::nullopt;
  std::vector<cel::Issue> issues;
  auto compiled = cel::Template::Compile(*text, TextEnvironment(), &issues);
  for (cel::Issue& issue : issues) {
    reader->ReportAt(node, issue.begin, DiagnosticCode::kSpecExpression, std::move(issue.message));
  }
  return compiled;
}

}  // namespace

std::string PageTexts::Get(TextId id, const TextValues& values) const {
  const auto found = texts_.find(id);
  if (found == texts_.end()) return "";
  return found->second
      .Render(std::vector<cel::Value>{
          cel::Value::StringView(values.ticket), cel::Value::StringView(values.rating),
          cel::Value::StringView(values.lowest), cel::Value::StringView(values.highest)})
      .value_or("");
}

std::unique_ptr<const TextCatalog> TextCatalog::Load(const std::string& shipped,
                                                     const std::string& own, DiagnosticSink* sink) {
  auto catalog = std::make_unique<TextCatalog>();
  catalog->Read(shipped, sink);
  if (!own.empty()) catalog->Read(own, sink);
  if (!sink->has_errors()) catalog->CheckWhole(own.empty() ? shipped : own, sink);
  return sink->has_errors() ? nullptr : std::move(catalog);
}

void TextCatalog::Read(const std::string& path, DiagnosticSink* sink) {
  const auto document = mapping::ReadDocument(path, sink);
  if (document == nullptr) return;
  mapping::SpecReader reader(*document, sink);
  const yaml::Node& root = document->root();
  if (!reader.CheckMapping(root, {"apiVersion", "kind", "languages"},
                           {"apiVersion", "kind", "languages"})) {
    return;
  }
  reader.Choice(root, "apiVersion", {"waypost/v1"});
  reader.Choice(root, "kind", {"survey-texts"});
  const yaml::Node* languages = root.Find("languages");
  if (languages == nullptr) return;
  for (const yaml::Entry& language : languages->entries) {
    if (!IsTag(language.key)) {
      reader.Report(*language.value, DiagnosticCode::kSpecBadValue,
                    "texts stand under the tag of a language, such as de or pt-BR");
      continue;
    }
    if (!reader.CheckMapping(*language.value, Names(), {})) continue;
    PageTexts& texts = languages_[absl::AsciiStrToLower(language.key)];
    texts.language_ = language.key;
    for (const NamedText& named : kTexts) {
      const yaml::Node* node = language.value->Find(named.name);
      if (node == nullptr) continue;
      auto text = ReadText(*node, &reader);
      if (text.has_value()) texts.texts_.insert_or_assign(named.id, *std::move(text));
    }
  }
}

void TextCatalog::CheckWhole(const std::string& path, DiagnosticSink* sink) const {
  const auto report = [&](std::string message) {
    Diagnostic missing;
    missing.location.file = path;
    missing.code = std::string(CodeName(DiagnosticCode::kSpecMissingKey));
    missing.message = std::move(message);
    sink->Add(std::move(missing));
  };
  for (const auto& [tag, texts] : languages_) {
    for (const NamedText& named : kTexts) {
      if (texts.texts_.count(named.id) > 0) continue;
      report(absl::StrCat("the language ", texts.language_, " has no text \"", named.name, "\""));
    }
  }
  if (languages_.count(kFallback) == 0) report("there are no English texts");
}

const PageTexts& TextCatalog::Choose(const std::vector<std::string>& wanted) const {
  for (const std::string& tag : wanted) {
    std::string rest = absl::AsciiStrToLower(tag);
    while (!rest.empty()) {
      const auto found = languages_.find(rest);
      if (found != languages_.end()) return found->second;
      const size_t dash = rest.rfind('-');
      rest.resize(dash == std::string::npos ? 0 : dash);
    }
  }
  return languages_.at(kFallback);
}

std::vector<const PageTexts*> TextCatalog::All() const {
  std::vector<const PageTexts*> all;
  for (const auto& [tag, texts] : languages_) all.push_back(&texts);
  return all;
}

std::vector<std::string> AcceptedLanguages(std::string_view header) {
  std::vector<std::pair<double, std::string>> ranked;
  for (const absl::string_view part : absl::StrSplit(AbslView(header), ',')) {
    const std::vector<std::string> pieces = absl::StrSplit(part, ';');
    const std::string tag(absl::StripAsciiWhitespace(pieces[0]));
    absl::string_view weight =
        pieces.size() > 1 ? absl::StripAsciiWhitespace(pieces[1]) : absl::string_view("q=1");
    double quality = 0;
    if (!IsTag(tag) || !absl::ConsumePrefix(&weight, "q=") || !absl::SimpleAtod(weight, &quality) ||
        !(quality > 0)) {
      continue;
    }
    if (ranked.size() < kMaxAccepted) ranked.emplace_back(-quality, tag);
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& left, const auto& right) { return left.first < right.first; });
  std::vector<std::string> tags;
  for (auto& [quality, tag] : ranked) tags.push_back(std::move(tag));
  return tags;
}

}  // namespace waypost::survey_page
