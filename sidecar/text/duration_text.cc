// SPDX-License-Identifier: Apache-2.0
#include "sidecar/text/duration_text.h"

#include "absl/strings/str_cat.h"

namespace waypost {

std::string DurationText(absl::Duration length) {
  length = absl::AbsDuration(length);
  if (length >= absl::Hours(48) && length < absl::InfiniteDuration()) {
    return absl::StrCat(absl::ToInt64Hours(length) / 24, " days");
  }
  const absl::Duration unit = length >= absl::Hours(1) ? absl::Minutes(1) : absl::Seconds(1);
  return absl::FormatDuration(absl::Trunc(length, unit));
}

}  // namespace waypost
