// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/silence.h"

#include <algorithm>
#include <string>

#include "sidecar/journey/micros.h"
#include "sidecar/journey/possession.h"

namespace waypost::journey {
namespace {

using internal::v1::JourneyState;
using internal::v1::SilenceMark;

// Grows with whatever may change what a condition says, but for the passing of time itself.
uint64_t HappenedSoFar(const JourneyState& journey) {
  const v1::JourneyFacts& facts = journey.facts();
  return journey.base().entries() + journey.entry_count() +
         static_cast<uint64_t>(facts.promises_kept() + facts.promises_broken());
}

// The last time the rule acted, or the last time it was looked at and did not.
const SilenceMark* FindMark(const rules::Rule& rule, bool acted, const JourneyState& journey) {
  for (const SilenceMark& mark : journey.silence_marks()) {
    if (mark.rule_id() == rule.id && mark.acted() == acted) return &mark;
  }
  return nullptr;
}

// What Waypost tells the person is no news to a rule that only alerts: it may not make the desk
// look better than it is.
int64_t LastNews(const rules::Rule& rule, const JourneyState& journey) {
  const int64_t seen = journey.facts().has_last_visible_at()
                           ? MicrosOf(journey.facts().last_visible_at())
                           : journey.progress().started_at();
  const bool writes = rule.update.has_value() || rule.survey.has_value();
  return writes ? std::max(seen, journey.told_at()) : seen;
}

// Business time takes no less than the time it is counted in; the last of several business days may
// be as good as over when it begins, and one before it have 23 hours.
absl::Duration LeastWait(const calendar::Span& span) {
  return span.business_days > 0 ? (span.business_days - 1) * absl::Hours(23) : span.length;
}

}  // namespace

SilenceDue NextSilence(const rules::RuleSet& rules, const rules::Rule& rule,
                       const JourneyState& journey, absl::Time before) {
  const SilenceMark* acted = FindMark(rule, true, journey);
  const SilenceMark* looked = FindMark(rule, false, journey);
  const bool nothing_new = looked != nullptr && looked->happened() == HappenedSoFar(journey);
  int64_t since = LastNews(rule, journey);
  if (acted != nullptr) since = std::max(since, acted->at());
  if (nothing_new && looked->too_late()) since = std::max(since, looked->at());
  SilenceDue next;
  for (int number = 0; number < journey.progress().tickets_size(); ++number) {
    if (!IsOpen(journey.progress().tickets(number))) continue;
    const std::string& priority = journey.tickets(number).ticket().priority();
    const calendar::Span* silence = rules::ForKey(rule.after_silence, priority);
    if (silence == nullptr) continue;
    const absl::Time begin = absl::FromUnixMicros(since);
    if (begin + LeastWait(*silence) >= std::min(before, next.at)) continue;
    const absl::Time due = calendar::EndOf(*silence, begin, rules.CalendarOf(rule, priority));
    if (due < next.at) next = {due, number};
  }
  const bool in_vain = nothing_new && absl::FromUnixMicros(looked->at()) >= next.at;
  return in_vain ? SilenceDue() : next;
}

SilenceMark MarkSilence(const rules::Rule& rule, absl::Time now, bool acted,
                        const JourneyState& journey) {
  SilenceMark mark;
  mark.set_rule_id(rule.id);
  mark.set_at(absl::ToUnixMicros(now));
  mark.set_happened(HappenedSoFar(journey));
  mark.set_acted(acted);
  return mark;
}

}  // namespace waypost::journey
