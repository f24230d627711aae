// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/attention.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace waypost::journey {
namespace {

constexpr absl::Duration kWeek = absl::Hours(7 * 24);

double ShareOf(Worth worth) {
  switch (worth) {
    case Worth::kOther:
      return 0.6;
    case Worth::kSurvey:
      return 0.8;
    default:
      return 1.0;
  }
}

}  // namespace

bool IsUrgent(std::string_view priority) { return priority == "P1" || priority == "P2"; }

absl::Time FreeFrom(absl::Time from, int limit, absl::Duration window,
                    const std::vector<absl::Time>& times) {
  const auto room = static_cast<size_t>(limit);
  return times.size() < room ? from : std::max(from, times[times.size() - room] + window);
}

Gate AttentionGate(Worth worth, absl::Time at, const rules::Caps& caps,
                   const internal::v1::PersonState& person) {
  constexpr std::string_view kCode = "ATTENTION_BUDGET";
  if (worth == Worth::kUrgent) return {kCode, true, "The ticket is urgent."};
  const int budget = caps.messages_per_person_per_week;
  const int limit = std::max(1, static_cast<int>(ShareOf(worth) * budget));
  std::vector<absl::Time> times;
  for (const internal::v1::Contact& contact : person.contacts()) {
    // Somebody else was asked: their customer, say.
    if (!contact.recipient().empty()) continue;
    times.push_back(absl::FromUnixMicros(contact.at()));
  }
  std::sort(times.begin(), times.end());
  const auto used = std::count_if(times.begin(), times.end(),
                                  [at](absl::Time time) { return time > at - kWeek; });
  const absl::Time free = FreeFrom(at, limit, kWeek, times);
  if (free > at) {
    return {kCode, false,
            absl::StrCat("The person got ", used, " messages in 7 days; of the ", budget,
                         " that they may get, ", limit, " may be used for this."),
            free};
  }
  return {kCode, true,
          absl::StrCat("The person got ", used, " messages in 7 days; ", limit, " may be used.")};
}

}  // namespace waypost::journey
