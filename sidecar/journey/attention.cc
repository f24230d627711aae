// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/attention.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace waypost::journey {
namespace {

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

bool IsUpdate(const internal::v1::Contact& contact) {
  return contact.kind() == internal::v1::CONTACT_KIND_NOTICE ||
         contact.kind() == internal::v1::CONTACT_KIND_DIGEST;
}

std::vector<absl::Time> ContactTimes(const internal::v1::PersonState& person, absl::Time since,
                                     absl::FunctionRef<bool(const internal::v1::Contact&)> counts) {
  std::vector<absl::Time> times;
  for (const internal::v1::Contact& contact : person.contacts()) {
    const absl::Time at = absl::FromUnixMicros(contact.at());
    if (at > since && counts(contact)) times.push_back(at);
  }
  std::sort(times.begin(), times.end());
  return times;
}

absl::Time FreeFrom(absl::Time from, int limit, absl::Duration window,
                    const std::vector<absl::Time>& times) {
  const auto room = static_cast<size_t>(limit);
  return times.size() < room ? from : std::max(from, times[times.size() - room] + window);
}

Gate AttentionGate(Worth worth, absl::Time at, const rules::Caps& caps,
                   const internal::v1::PersonState& person) {
  if (worth == Worth::kUrgent) return {kAttentionBudget, true, "The ticket is urgent."};
  const int budget = caps.messages_per_person_per_week;
  const int limit = std::max(1, static_cast<int>(ShareOf(worth) * budget));
  const std::vector<absl::Time> times =
      ContactTimes(person, at - kWeek, [](const internal::v1::Contact&) { return true; });
  const absl::Time free = FreeFrom(at, limit, kWeek, times);
  if (free > at) {
    return {kAttentionBudget, false,
            absl::StrCat("The person got ", times.size(), " messages in 7 days; of the ", budget,
                         " that they may get, ", limit, " may be used for this."),
            free};
  }
  return {kAttentionBudget, true,
          absl::StrCat("The person got ", times.size(), " messages in 7 days; ", limit,
                       " may be used.")};
}

}  // namespace waypost::journey
