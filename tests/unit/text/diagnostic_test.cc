// SPDX-License-Identifier: Apache-2.0
#include "sidecar/text/diagnostic.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace waypost {
namespace {

Diagnostic At(std::string file, int line, int column, std::string message) {
  Diagnostic diagnostic;
  diagnostic.location = {std::move(file), line, column};
  diagnostic.code = "CODE";
  diagnostic.message = std::move(message);
  return diagnostic;
}

TEST(DiagnosticTest, PrintsPlaceLevelMessageCodeAndSnippet) {
  Diagnostic diagnostic = At("a.yaml", 3, 5, "wrong");
  diagnostic.snippet = "a: b\n   ^";
  EXPECT_EQ(diagnostic.ToString(), "a.yaml:3:5: error: wrong [CODE]\n  a: b\n     ^");
}

TEST(DiagnosticTest, PrintsNoLineForTheFileAsAWhole) {
  Diagnostic diagnostic = At("a.yaml", 0, 0, "empty");
  diagnostic.level = DiagnosticLevel::kWarning;
  EXPECT_EQ(diagnostic.ToString(), "a.yaml: warning: empty [CODE]");
}

TEST(DiagnosticSinkTest, SortsAndDropsRepetitions) {
  DiagnosticSink sink;
  sink.Add(At("b.yaml", 1, 1, "third"));
  sink.Add(At("a.yaml", 10, 1, "second"));
  sink.Add(At("a.yaml", 9, 20, "first"));
  sink.Add(At("a.yaml", 10, 1, "second"));
  const auto taken = sink.Take();
  ASSERT_EQ(taken.size(), 3u);
  EXPECT_EQ(taken[0].message, "first");
  EXPECT_EQ(taken[1].message, "second");
  EXPECT_EQ(taken[2].message, "third");
  EXPECT_TRUE(sink.Take().empty());
}

TEST(DiagnosticSinkTest, OnlyErrorsCountAsErrors) {
  DiagnosticSink sink;
  Diagnostic note = At("a.yaml", 1, 1, "fine");
  note.level = DiagnosticLevel::kNote;
  sink.Add(note);
  EXPECT_FALSE(sink.has_errors());
  sink.Add(At("a.yaml", 1, 1, "bad"));
  EXPECT_TRUE(sink.has_errors());
}

TEST(DiagnosticSinkTest, RemovesWhatATerminalMightObey) {
  DiagnosticSink sink;
  Diagnostic hostile = At("a.yaml", 1, 1, "\x1b[31mé\xc2\x9b\n\x7f");
  hostile.snippet = "\ta\x07\n\t^";
  sink.Add(hostile);
  const auto taken = sink.Take();
  EXPECT_EQ(taken[0].message, "?[31mé???");
  EXPECT_EQ(taken[0].snippet, "\ta?\n\t^");
}

TEST(DiagnosticSinkTest, KeepsABoundedNumberAndSaysSo) {
  DiagnosticSink sink;
  for (size_t i = 0; i < DiagnosticSink::kMaxKept + 5; ++i) {
    sink.Add(At("a.yaml", static_cast<int>(i) + 1, 1, absl::StrCat("finding ", i)));
  }
  const auto taken = sink.Take();
  ASSERT_EQ(taken.size(), DiagnosticSink::kMaxKept + 1);
  EXPECT_EQ(taken.back().ToString(), "a.yaml: note: 5 more findings are not shown [MORE_FINDINGS]");
}

}  // namespace
}  // namespace waypost
