// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/alignment.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace waypost::journey {
namespace {

bool Fits(std::string_view touchpoint, std::string_view step) {
  if (!step.ends_with('*')) return touchpoint == step;
  step.remove_suffix(1);
  return touchpoint.starts_with(step);
}

v1::Gap MakeGap(v1::GapKind kind, const std::string& step) {
  v1::Gap gap;
  gap.set_kind(kind);
  gap.set_step(step);
  return gap;
}

class Comparison {
 public:
  Comparison(absl::Span<const std::string> passed, const std::vector<std::string>& ideal)
      : passed_(passed), ideal_(ideal), columns_(ideal.size() + 1) {
    longest_.resize((passed.size() + 1) * columns_);
    for (size_t i = 1; i <= passed.size(); ++i) {
      for (size_t j = 1; j <= ideal.size(); ++j) {
        const uint32_t diagonal = At(i - 1, j - 1) + (Fits(passed[i - 1], ideal[j - 1]) ? 1 : 0);
        longest_[i * columns_ + j] = std::max({At(i - 1, j), At(i, j - 1), diagonal});
      }
    }
  }

  Alignment Run() {
    const uint32_t matched = At(passed_.size(), ideal_.size());
    reached_ = ideal_.size();
    while (reached_ > 0 && At(passed_.size(), reached_ - 1) == matched) --reached_;
    Alignment result;
    Walk(&result.gaps);
    const size_t total = reached_ + unmatched_;
    result.alignment = total == 0 ? 1.0 : static_cast<double>(matched) / static_cast<double>(total);
    return result;
  }

 private:
  // The longest common subsequence of the first i touchpoints and the first j ideal steps.
  [[nodiscard]] uint32_t At(size_t i, size_t j) const { return longest_[i * columns_ + j]; }

  // Backwards from the last step reached; the gaps come out in reverse.
  void Walk(std::vector<v1::Gap>* gaps) {
    size_t i = passed_.size();
    size_t j = reached_;
    while (i > 0 || j > 0) {
      if (i > 0 && At(i - 1, j) == At(i, j)) {
        --i;
        ++unmatched_;
        gaps->push_back(
            MakeGap(OccurredBefore(i) ? v1::GAP_KIND_REPEATED : v1::GAP_KIND_EXTRA, passed_[i]));
      } else if (j > 0 && At(i, j - 1) == At(i, j)) {
        --j;
        gaps->push_back(MakeGap(v1::GAP_KIND_SKIPPED, ideal_[j]));
      } else {
        --i;
        --j;
      }
    }
    std::reverse(gaps->begin(), gaps->end());
  }

  [[nodiscard]] bool OccurredBefore(size_t place) const {
    const std::string& touchpoint = passed_[place];
    return std::any_of(passed_.begin(), passed_.begin() + static_cast<std::ptrdiff_t>(place),
                       [&](const std::string& earlier) {
                         return earlier == touchpoint || ShareStep(earlier, touchpoint);
                       });
  }

  [[nodiscard]] bool ShareStep(std::string_view one, std::string_view other) const {
    return std::any_of(ideal_.begin(), ideal_.end(), [&](const std::string& step) {
      return Fits(one, step) && Fits(other, step);
    });
  }

  const absl::Span<const std::string> passed_;
  const std::vector<std::string>& ideal_;
  const size_t columns_;
  std::vector<uint32_t> longest_;
  size_t reached_ = 0;
  size_t unmatched_ = 0;
};

}  // namespace

Alignment Align(absl::Span<const std::string> passed, const rules::JourneyDefinition& definition) {
  if (definition.ideal.empty()) return {};
  return Comparison(passed, definition.ideal).Run();
}

}  // namespace waypost::journey
