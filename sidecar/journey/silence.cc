// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/silence.h"

#include <algorithm>
#include <optional>
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

// What Waypost tells the person is no news to a rule that only alerts: it may not make the desk
// look better than it is.
int64_t LastNews(const rules::Rule& rule, const JourneyState& journey) {
  const int64_t seen = journey.facts().has_last_visible_at()
                           ? MicrosOf(journey.facts().last_visible_at())
                           : journey.progress().started_at();
  const bool writes = rule.update.has_value() || rule.survey.has_value();
  return writes ? std::max(seen, journey.told_at()) : seen;
}

// When the rule was looked at before.
struct Marks {
  Marks(const rules::Rule& rule, const JourneyState& journey) {
    for (const SilenceMark& mark : journey.silence_marks()) {
      if (mark.rule_id() != rule.id) continue;
      (mark.acted() ? acted : looked) = &mark;
    }
    nothing_new = looked != nullptr && looked->happened() == HappenedSoFar(journey);
  }

  // Since when the silence counts, if `news` was the last.
  [[nodiscard]] int64_t Since(int64_t news) const {
    int64_t since = news;
    if (acted != nullptr) since = std::max(since, acted->at());
    if (nothing_new && looked->too_late()) since = std::max(since, looked->at());
    return since;
  }

  const SilenceMark* acted = nullptr;   // the last time it acted
  const SilenceMark* looked = nullptr;  // the last time it was looked at and did not
  bool nothing_new = false;             // nothing has happened since it was looked at
};

// Business time takes no less than the time it is counted in; the last of several business days may
// be as good as over when it begins, and one before it have 23 hours.
absl::Duration LeastWait(const calendar::Span& span) {
  return span.business_days > 0 ? (span.business_days - 1) * absl::Hours(23) : span.length;
}

}  // namespace

SilenceDue NextSilence(const rules::RuleSet& rules, const rules::Rule& rule,
                       const JourneyState& journey, absl::Time before) {
  const int64_t news = LastNews(rule, journey);
  std::optional<Marks> marks;  // read once the news alone do not rule it out
  SilenceDue next;
  for (int number = 0; number < journey.progress().tickets_size(); ++number) {
    if (!IsOpen(journey.progress().tickets(number))) continue;
    const std::string& priority = journey.tickets(number).ticket().priority();
    const calendar::Span* silence = rules::ForKey(rule.after_silence, priority);
    if (silence == nullptr) continue;
    const absl::Time latest = std::min(before, next.at) - LeastWait(*silence);
    if (absl::FromUnixMicros(news) >= latest) continue;
    if (!marks.has_value()) marks.emplace(rule, journey);
    const absl::Time begin = absl::FromUnixMicros(marks->Since(news));
    if (begin >= latest) continue;
    const absl::Time due = calendar::EndOf(*silence, begin, rules.CalendarOf(rule, priority));
    if (due < next.at) next = {due, number};
  }
  const bool in_vain = marks.has_value() && marks->nothing_new &&
                       absl::FromUnixMicros(marks->looked->at()) >= next.at;
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
