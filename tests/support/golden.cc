// SPDX-License-Identifier: Apache-2.0
#include "tests/support/golden.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sidecar/text/absl_view.h"

namespace waypost::testing {
namespace {

bool Updating() { return std::getenv("WAYPOST_UPDATE_GOLDEN") != nullptr; }

std::string FullPath(std::string_view path) {
  return absl::StrCat(WAYPOST_SOURCE_DIR, "/", AbslView(path));
}

std::string ReadFile(std::string_view path) {
  std::ifstream file(FullPath(path), std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

void WriteFile(std::string_view path, std::string_view content) {
  std::ofstream file(FullPath(path), std::ios::binary | std::ios::trunc);
  file << content;
  ASSERT_TRUE(file.good()) << "cannot write " << path;
}

constexpr char kHint[] = "; WAYPOST_UPDATE_GOLDEN=1 writes it anew";

}  // namespace

void ExpectGolden(std::string_view path, std::string_view actual) {
  if (Updating()) {
    WriteFile(path, actual);
    return;
  }
  EXPECT_EQ(ReadFile(path), actual) << path << " differs" << kHint;
}

void ExpectGoldenSection(std::string_view path, std::string_view name, std::string_view actual) {
  const std::string file = ReadFile(path);
  const std::string begin = absl::StrCat("<!-- ", AbslView(name), ":begin -->\n");
  const std::string end = absl::StrCat("<!-- ", AbslView(name), ":end -->");
  const size_t at = file.find(begin);
  const size_t stop = file.find(end);
  ASSERT_TRUE(at != std::string::npos && stop != std::string::npos && at < stop)
      << path << " has no section " << name;
  const size_t start = at + begin.size();
  if (Updating()) {
    WriteFile(path, file.substr(0, start) + std::string(actual) + file.substr(stop));
    return;
  }
  EXPECT_EQ(file.substr(start, stop - start), actual)
      << "section " << name << " of " << path << " differs" << kHint;
}

}  // namespace waypost::testing
