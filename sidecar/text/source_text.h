// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "sidecar/text/diagnostic.h"

namespace waypost {

// The content of a file with its lines indexed. Immutable; thread-safe. Offsets count bytes; one
// beyond the end means the end.
class SourceText {
 public:
  SourceText(std::string file, std::string content);

  [[nodiscard]] const std::string& file() const { return file_; }
  [[nodiscard]] const std::string& content() const { return content_; }

  [[nodiscard]] Location LocationAt(size_t offset) const;

  // The line of `offset` and below it a caret under that place, as two lines. Tabs stay tabs in
  // both so that the caret stands right at any tab width; of a long line only the surroundings are
  // shown.
  [[nodiscard]] std::string SnippetAt(size_t offset) const;

 private:
  // The number of the line that holds `offset`, from 0.
  [[nodiscard]] size_t LineAt(size_t offset) const;
  // Without its line break.
  [[nodiscard]] std::string_view Line(size_t number) const;

  std::string file_;
  std::string content_;
  std::vector<size_t> line_starts_;
};

}  // namespace waypost
