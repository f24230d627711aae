// SPDX-License-Identifier: Apache-2.0
// Texts with embedded expressions: languages and who reads them. Internal to the directory.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sidecar/cel/program.h"
#include "sidecar/rules/draft.h"
#include "sidecar/text/diagnostic.h"

namespace waypost::rules {

// On which side of the line of visibility the reader of a text is.
enum class Reader { kProvider, kCustomer };

// Who reads a text, and whether it comes with the promise that update.next_update_by speaks of.
struct Occasion {
  Reader reader = Reader::kProvider;
  bool promised = false;
};

// Reports what is wrong with an expression, at its place in the file.
void ReportIssues(const Source& source, const std::vector<cel::Issue>& issues,
                  DiagnosticSink* sink);

// Reports what an expression reads but may not on this occasion.
void ReportReferences(const Source& source, const std::vector<cel::FieldReference>& references,
                      const Occasion& occasion, DiagnosticSink* sink);

class TextCompiler {
 public:
  // `languages` is not empty; `declared` says that the file lists them.
  TextCompiler(std::vector<std::string> languages, bool declared, DiagnosticSink* sink)
      : languages_(std::move(languages)), declared_(declared), sink_(*sink) {}

  // Nothing when no text is well formed. A text without language is in the default language for
  // customers, and the same in all languages for the provider.
  std::optional<LocalizedTemplate> Compile(const TextDraft& draft, const Occasion& occasion);

  // The parts of an update, which are written in the same languages. With a promise, the part
  // "next" tells it in each.
  std::vector<LocalizedTemplate> CompileParts(const std::vector<TextDraft>& parts, bool promised);

  std::optional<cel::Template> CompileOne(const Source& source, const Occasion& occasion);

 private:
  void CheckLanguages(const TextDraft& draft, Reader reader);
  void CheckSameLanguages(const TextDraft& first, const TextDraft& part);
  void CheckPromiseTold(const TextDraft& part, const LocalizedTemplate& text);

  std::vector<std::string> languages_;
  bool declared_;
  DiagnosticSink& sink_;
};

}  // namespace waypost::rules
