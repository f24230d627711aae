// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cli/progress_bar.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sidecar/cli/table.h"

namespace waypost::cli {
namespace {

constexpr int kWidth = 30;
constexpr absl::Duration kRedraw = absl::Milliseconds(100);

std::string Left(absl::Duration left) {
  const int64_t seconds = absl::ToInt64Seconds(absl::Ceil(left, absl::Seconds(1)));
  return seconds < 120 ? absl::StrCat(seconds, " s left")
                       : absl::StrCat((seconds + 59) / 60, " min left");
}

}  // namespace

ProgressBar::ProgressBar(std::ostream& out, bool enabled, int64_t total, std::string noun,
                         const Clock& clock)
    : out_(&out),
      enabled_(enabled),
      total_(total),
      noun_(std::move(noun)),
      clock_(&clock),
      started_(clock.Now()) {}

void ProgressBar::Update(int64_t done, int64_t count) {
  if (!enabled_) {
    return;
  }
  const absl::Time now = clock_->Now();
  if (now - drawn_ < kRedraw) {
    return;
  }
  drawn_ = now;
  *out_ << '\r' << Line(done, count, now - started_) << "\033[K" << std::flush;
}

void ProgressBar::Finish() {
  if (enabled_ && drawn_ != absl::InfinitePast()) {
    *out_ << "\r\033[K" << std::flush;
  }
}

std::string ProgressBar::Line(int64_t done, int64_t count, absl::Duration elapsed) const {
  const double seconds = absl::ToDoubleSeconds(elapsed);
  const int64_t rate = seconds > 0 ? static_cast<int64_t>(static_cast<double>(count) / seconds) : 0;
  std::string line;
  if (total_ > 0) {
    const double share = std::min(1.0, static_cast<double>(done) / static_cast<double>(total_));
    const int filled = static_cast<int>(share * kWidth);
    line = absl::StrCat("[", std::string(filled, '='), filled < kWidth ? ">" : "",
                        std::string(std::max(0, kWidth - filled - 1), ' '), "] ",
                        absl::StrFormat("%3d %%  ", static_cast<int>(share * 100)));
  }
  absl::StrAppend(&line, WithThousands(count), " ", noun_, "  ", WithThousands(rate), "/s");
  if (total_ > 0 && done > 0 && seconds > 0.5) {
    const double left = static_cast<double>(std::max<int64_t>(0, total_ - done)) /
                        static_cast<double>(done) * seconds;
    absl::StrAppend(&line, "  ", Left(absl::Seconds(left)));
  }
  return line;
}

}  // namespace waypost::cli
