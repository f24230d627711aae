// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cli/table.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "sidecar/text/printable.h"

namespace waypost::cli {

size_t DisplayWidth(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
  }));
}

std::string WithThousands(int64_t number) {
  std::string digits = std::to_string(number);
  const size_t first = number < 0 ? 1 : 0;
  for (size_t at = digits.size(); at > first + 3; at -= 3) {
    digits.insert(at - 3, ",");
  }
  return digits;
}

void Table::AddRow(std::vector<std::string> cells) {
  cells.resize(columns_.size());
  for (std::string& cell : cells) {
    cell = Printable(cell);
  }
  rows_.push_back(std::move(cells));
}

void Table::Print(std::ostream& out, std::string_view indent) const {
  std::vector<size_t> widths;
  std::vector<std::string> titles;
  bool titled = false;
  for (size_t column = 0; column < columns_.size(); ++column) {
    titles.push_back(columns_[column].title);
    titled = titled || !columns_[column].title.empty();
    size_t width = DisplayWidth(columns_[column].title);
    for (const std::vector<std::string>& row : rows_) {
      width = std::max(width, DisplayWidth(row[column]));
    }
    widths.push_back(width);
  }
  const auto print_row = [&](const std::vector<std::string>& cells) {
    std::string line(indent);
    for (size_t column = 0; column < cells.size(); ++column) {
      const std::string padding(widths[column] - DisplayWidth(cells[column]), ' ');
      line += column == 0 ? "" : "  ";
      line += columns_[column].align == Align::kRight ? padding + cells[column]
                                                      : cells[column] + padding;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << '\n';
  };
  if (titled) {
    print_row(titles);
  }
  for (const std::vector<std::string>& row : rows_) {
    print_row(row);
  }
}

}  // namespace waypost::cli
