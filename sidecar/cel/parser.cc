// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cel/parser.h"

#include <optional>
#include <string>
#include <utility>

#include "sidecar/cel/grammar.h"
#include "sidecar/cel/lexer.h"
#include "sidecar/text/utf8.h"

namespace waypost::cel {

std::unique_ptr<Expr> Parse(std::string_view source, const Limits& limits,
                            std::vector<Issue>* issues) {
  if (source.size() > static_cast<size_t>(limits.max_source_bytes)) {
    issues->push_back(
        {0, source.size(),
         "the expression is longer than " + std::to_string(limits.max_source_bytes) + " bytes"});
    return nullptr;
  }
  if (const std::optional<size_t> invalid = FindInvalidUtf8(source)) {
    issues->push_back({*invalid, *invalid + 1, "the text is not valid UTF-8 here"});
    return nullptr;
  }
  const size_t issues_before = issues->size();
  std::vector<Token> tokens = Tokenize(source, issues);
  if (issues->size() != issues_before) {
    return nullptr;
  }
  return Grammar(source, std::move(tokens), limits, issues).Run();
}

}  // namespace waypost::cel
