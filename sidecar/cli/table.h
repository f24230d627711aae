// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::cli {

// Columns of text for people: each as wide as its widest cell, two spaces between. Widths count
// Unicode code points, so names in any language line up. Cells are made Printable.
class Table {
 public:
  enum class Align { kLeft, kRight };
  struct Column {
    std::string title;
    Align align = Align::kLeft;
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // Missing cells are empty; cells beyond the columns are dropped.
  void AddRow(std::vector<std::string> cells);

  [[nodiscard]] bool empty() const { return rows_.empty(); }

  // Titles, then rows, each line after `indent`. Without titles when all are empty.
  void Print(std::ostream& out, std::string_view indent = "") const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

// "141,712".
[[nodiscard]] std::string WithThousands(int64_t number);

// The number of Unicode code points.
[[nodiscard]] size_t DisplayWidth(std::string_view text);

}  // namespace waypost::cli
