// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/visibility.h"

#include <algorithm>

#include "sidecar/journey/micros.h"

namespace waypost::journey {
namespace {

using internal::v1::Entry;

bool IsContactSignal(std::string_view name, std::string_view channel) {
  return channel == "phone" || channel == "ivr" || channel == "chat" || channel == "walk-up" ||
         name == "mail_sent";
}

}  // namespace

bool IsPublic(v1::Visibility comment) {
  return comment == v1::VISIBILITY_BOTH || comment == v1::VISIBILITY_CONSUMER;
}

bool IsPersonal(std::string_view channel) { return channel != "monitoring" && channel != "api"; }

bool IsContact(const Entry& entry, bool created, std::string_view names) {
  if (entry.actor_role() == v1::ACTOR_ROLE_WAYPOST) return false;
  const std::string_view channel = NameOf(entry.channel(), names);
  if (created && IsPersonal(channel)) return true;
  if (entry.actor_role() == v1::ACTOR_ROLE_CUSTOMER && IsPublic(entry.comment())) return true;
  return entry.signal() != kUntold && IsContactSignal(NameOf(entry.signal(), names), channel);
}

bool IsVisible(const Entry& entry, const Changes& changes, v1::StatusCategory after, bool contact) {
  if (entry.actor_role() == v1::ACTOR_ROLE_WAYPOST) return false;
  if (contact || IsPublic(entry.comment())) return true;
  return std::any_of(changes.begin(), changes.end(), [after](const Change& change) {
    switch (change.type) {
      case v1::EVENT_TYPE_WAITING:
        return after == v1::STATUS_CATEGORY_WAITING_ON_CUSTOMER;
      case v1::EVENT_TYPE_RESOLVED:
      case v1::EVENT_TYPE_CLOSED:
      case v1::EVENT_TYPE_CANCELED:
      case v1::EVENT_TYPE_REOPENED:
        return true;
      default:
        return false;
    }
  });
}

v1::Visibility StepVisibility(const Entry& entry, bool visible) {
  if (entry.comment() == v1::VISIBILITY_CONSUMER) return v1::VISIBILITY_CONSUMER;
  if (visible || IsPublic(entry.comment())) return v1::VISIBILITY_BOTH;
  return entry.signal() != kUntold ? v1::VISIBILITY_CONSUMER : v1::VISIBILITY_PROVIDER;
}

void PassTimeInTheDark(int64_t elapsed_micros, internal::v1::Progress* progress,
                       v1::JourneyFacts* facts) {
  if (facts->waiting_on() != v1::PARTY_PROVIDER && facts->waiting_on() != v1::PARTY_THIRD_PARTY) {
    return;
  }
  if (elapsed_micros == 0) return;
  progress->set_dark(progress->dark() + elapsed_micros);
  SetDuration(MicrosOf(facts->time_in_the_dark()) + elapsed_micros,
              facts->mutable_time_in_the_dark());
  if (progress->dark() > MicrosOf(facts->longest_dark())) {
    SetDuration(progress->dark(), facts->mutable_longest_dark());
  }
}

void SeeSomething(int64_t at, internal::v1::Progress* progress, v1::JourneyFacts* facts) {
  progress->set_dark(0);
  SetTime(at, facts->mutable_last_visible_at());
}

}  // namespace waypost::journey
