// SPDX-License-Identifier: Apache-2.0
#include "sidecar/text/suggest.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace waypost {
namespace {

// Longer names are not compared: nobody mistypes those, and the work grows with the square.
constexpr size_t kMaxLength = 64;

std::string Fold(std::string_view name) {
  std::string folded(name);
  absl::AsciiStrToLower(&folded);
  std::replace(folded.begin(), folded.end(), '-', '_');
  return folded;
}

// Damerau-Levenshtein distance in its "optimal string alignment" form, in bytes.
size_t Distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before_last(b.size() + 1);
  std::vector<size_t> last(b.size() + 1);
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) {
    last[j] = j;
  }
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

}  // namespace

std::string Suggest(std::string_view name, const std::vector<std::string>& candidates) {
  if (name.empty() || name.size() > kMaxLength) {
    return "";
  }
  const std::string folded = Fold(name);
  const std::string* best = nullptr;
  size_t best_distance = std::max<size_t>(1, folded.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    const size_t longer = std::max(candidate.size(), folded.size());
    const size_t shorter = std::min(candidate.size(), folded.size());
    if (longer - shorter >= best_distance) {
      continue;
    }
    const size_t distance = Distance(folded, Fold(candidate));
    if (distance < best_distance && distance < candidate.size()) {
      best = &candidate;
      best_distance = distance;
    }
  }
  return best == nullptr ? "" : *best;
}

std::string DidYouMean(std::string_view name, const std::vector<std::string>& candidates) {
  const std::string suggestion = Suggest(name, candidates);
  return suggestion.empty() ? "" : absl::StrCat("; did you mean \"", suggestion, "\"?");
}

}  // namespace waypost
