// SPDX-License-Identifier: Apache-2.0
#include "sidecar/rules/texts.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sidecar/rules/vocabulary.h"
#include "sidecar/text/absl_view.h"

namespace waypost::rules {
namespace {

constexpr const char* kPromise = "update.next_update_by";
constexpr const char* kExpectationKnown = "expect.known";
constexpr std::string_view kWindow = "expect.resolve_";

Diagnostic FindingIn(const Source& source, size_t begin, DiagnosticCode code, std::string message) {
  const size_t offset = source.document->OffsetInScalar(*source.node, begin);
  Diagnostic diagnostic =
      source.document->FindingAt(*source.node, DiagnosticLevel::kError, code, std::move(message));
  diagnostic.location = source.document->source().LocationAt(offset);
  diagnostic.snippet = source.document->source().SnippetAt(offset);
  return diagnostic;
}

}  // namespace

void ReportIssues(const Source& source, const std::vector<cel::Issue>& issues,
                  DiagnosticSink* sink) {
  for (const cel::Issue& issue : issues) {
    sink->Add(FindingIn(source, issue.begin, DiagnosticCode::kRulesExpression, issue.message));
  }
}

void ReportReferences(const Source& source, const std::vector<cel::FieldReference>& references,
                      const Occasion& occasion, DiagnosticSink* sink) {
  const bool asks_whether_known =
      std::any_of(references.begin(), references.end(),
                  [](const auto& reference) { return reference.path == kExpectationKnown; });
  for (const cel::FieldReference& reference : references) {
    const bool of_window = std::string_view(reference.path).substr(0, kWindow.size()) == kWindow;
    if (of_window && !asks_whether_known) {
      sink->Add(FindingIn(source, reference.begin, DiagnosticCode::kRulesMissingFallback,
                          absl::StrCat("\"", reference.path,
                                       "\" has a value only where \"expect.known\": ask for that "
                                       "here, and say what holds otherwise")));
    }
    if (reference.internal && occasion.reader == Reader::kCustomer) {
      sink->Add(FindingIn(source, reference.begin, DiagnosticCode::kRulesInternalField,
                          absl::StrCat("\"", reference.path,
                                       "\" is internal; a text for customers may not show it")));
    }
    if (reference.path == kPromise && !occasion.promised) {
      sink->Add(FindingIn(source, reference.begin, DiagnosticCode::kRulesMissingPromise,
                          absl::StrCat("\"", kPromise,
                                       "\" has a value only in the text of an update that has "
                                       "the key \"next_update_by\"")));
    }
  }
}

std::optional<cel::Template> TextCompiler::CompileOne(const Source& source,
                                                      const Occasion& occasion) {
  std::vector<cel::Issue> issues;
  auto text = cel::Template::Compile(source.node->text, RulesEnvironment(), &issues);
  ReportIssues(source, issues, &sink_);
  if (text.has_value()) {
    ReportReferences(source, text->FieldReferences(), occasion, &sink_);
  }
  return text;
}

std::optional<LocalizedTemplate> TextCompiler::Compile(const TextDraft& draft,
                                                       const Occasion& occasion) {
  if (draft.entries.empty()) {
    return std::nullopt;  // reported by the structure check
  }
  CheckLanguages(draft, occasion.reader);
  LocalizedTemplate localized;
  for (const auto& [language, source] : draft.entries) {
    auto text = CompileOne(source, occasion);
    if (!text.has_value()) {
      continue;
    }
    const bool unnamed = language.empty() && occasion.reader == Reader::kCustomer;
    localized.entries.push_back({unnamed ? languages_.front() : language, *std::move(text)});
  }
  const auto first =
      std::find_if(localized.entries.begin(), localized.entries.end(),
                   [&](const auto& entry) { return entry.language == languages_.front(); });
  if (first != localized.entries.end()) {
    std::rotate(localized.entries.begin(), first, first + 1);
  }
  if (localized.entries.empty()) {
    return std::nullopt;
  }
  return localized;
}

std::vector<LocalizedTemplate> TextCompiler::CompileParts(const std::vector<TextDraft>& parts,
                                                          bool promised) {
  std::vector<LocalizedTemplate> compiled;
  for (const TextDraft& part : parts) {
    if (!declared_) CheckSameLanguages(parts.front(), part);
    auto text = Compile(part, {Reader::kCustomer, promised});
    if (!text.has_value()) continue;
    if (promised && part.name == "next") CheckPromiseTold(part, *text);
    compiled.push_back(*std::move(text));
  }
  return compiled;
}

// Where languages are declared, CheckLanguages sees to it.
void TextCompiler::CheckSameLanguages(const TextDraft& first, const TextDraft& part) {
  const auto languages = [](const TextDraft& draft) {
    std::set<std::string> names;
    for (const auto& [language, source] : draft.entries) names.insert(language);
    return names;
  };
  const std::set<std::string> wanted = languages(first);
  const std::set<std::string> found = languages(part);
  if (wanted == found || wanted.empty() || found.empty()) return;  // empty: reported before
  const auto list = [](const std::set<std::string>& names) {
    return *names.begin() == "" ? "one text for all languages" : absl::StrJoin(names, ", ");
  };
  sink_.Add(part.place.document->FindingAt(
      part.place.offset, DiagnosticLevel::kError, DiagnosticCode::kRulesMissingLanguage,
      absl::StrCat("the parts of an update are written in the same languages: \"",
                   AbslView(first.name), "\" is in ", list(wanted), ", \"", AbslView(part.name),
                   "\" in ", list(found))));
}

void TextCompiler::CheckPromiseTold(const TextDraft& part, const LocalizedTemplate& text) {
  std::vector<std::string> silent;
  for (const LocalizedTemplate::Entry& entry : text.entries) {
    const auto references = entry.text.FieldReferences();
    const bool told = std::any_of(references.begin(), references.end(),
                                  [](const auto& each) { return each.path == kPromise; });
    if (!told) silent.push_back(entry.language);
  }
  if (silent.empty()) return;
  sink_.Add(part.place.document->FindingAt(
      part.place.offset, DiagnosticLevel::kError, DiagnosticCode::kRulesPromiseNotTold,
      absl::StrCat("\"next_update_by\" makes a promise that the part \"next\" does not tell in ",
                   absl::StrJoin(silent, ", "), ": write {{", kPromise, "}}")));
}

void TextCompiler::CheckLanguages(const TextDraft& draft, Reader reader) {
  if (!declared_) {
    return;
  }
  const auto report = [&](DiagnosticLevel level, DiagnosticCode code, std::string message) {
    sink_.Add(draft.place.document->FindingAt(draft.place.offset, level, code, std::move(message)));
  };
  const bool unnamed = draft.entries.front().first.empty();
  if (unnamed && reader == Reader::kProvider) {
    return;
  }
  std::vector<std::string> missing;
  for (const std::string& language : languages_) {
    const bool present =
        unnamed ? language == languages_.front()
                : std::any_of(draft.entries.begin(), draft.entries.end(),
                              [&](const auto& entry) { return entry.first == language; });
    if (!present) {
      missing.push_back(language);
    }
  }
  if (!missing.empty()) {
    const bool fails = reader == Reader::kCustomer || missing.front() == languages_.front();
    report(fails ? DiagnosticLevel::kError : DiagnosticLevel::kWarning,
           DiagnosticCode::kRulesMissingLanguage,
           absl::StrCat("the text is missing in ", absl::StrJoin(missing, ", "),
                        unnamed ? "; write one text a language: {en: ..., de: ...}" : ""));
  }
  for (const auto& [language, source] : draft.entries) {
    if (!language.empty() &&
        std::find(languages_.begin(), languages_.end(), language) == languages_.end()) {
      report(DiagnosticLevel::kWarning, DiagnosticCode::kRulesUndeclaredLanguage,
             absl::StrCat("\"", language,
                          "\" is not one of languages: ", absl::StrJoin(languages_, ", ")));
    }
  }
}

}  // namespace waypost::rules
