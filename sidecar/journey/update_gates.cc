// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/update_gates.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sidecar/base/hash.h"
#include "sidecar/journey/attention.h"
#include "sidecar/journey/derive.h"
#include "sidecar/journey/facts.h"
#include "sidecar/journey/possession.h"
#include "sidecar/journey/promises.h"
#include "sidecar/rules/vocabulary.h"
#include "sidecar/text/duration_text.h"

namespace waypost::journey {
namespace {

using internal::v1::Contact;
using internal::v1::Decision;
using internal::v1::PendingAction;
using internal::v1::TicketProgress;

// What one update is asked about.
struct Asked {
  const rules::Rule& rule;
  const PendingAction* waited;
  const Situation& situation;
  const Decision& decision;
  const TicketProgress* ticket;  // nullptr: it is about none

  [[nodiscard]] const rules::Caps& caps() const { return situation.rules().caps; }
  [[nodiscard]] const std::string& ref() const { return situation.ticket().ref(); }
  [[nodiscard]] const rules::UpdateAction& update() const { return *rule.update; }
  [[nodiscard]] absl::Time now() const { return situation.now(); }
  [[nodiscard]] bool urgent() const { return IsUrgent(situation.ticket().priority()); }
};

std::string Text(absl::Duration length) { return DurationText(length); }
std::string Text(absl::Time time) { return MinuteText(time); }

// The rule whose update about the ticket this decision already holds; empty when there is none.
std::string ToldBy(const Asked& asked) {
  for (const v1::StatusUpdate& update : asked.decision.enrichment().status_updates()) {
    if (!update.shadow() && !update.draft() && update.ticket_ref() == asked.ref()) {
      return update.rule_id();
    }
  }
  for (const PendingAction& pending : asked.decision.pending()) {
    if (pending.has_status_update() && pending.status_update().ticket_ref() == asked.ref()) {
      return pending.rule_id();
    }
  }
  return "";
}

bool Waits(const Asked& asked) {
  const auto& pending = asked.situation.journey().pending();
  const auto& digest = asked.situation.person().digest();
  const auto same = [&](const PendingAction& action) {
    return action.has_status_update() && action.status_update().ticket_ref() == asked.ref();
  };
  return std::any_of(pending.begin(), pending.end(), same) ||
         std::any_of(digest.begin(), digest.end(), [&](const auto& item) {
           return item.journey_id() == asked.situation.journey().id() && same(item.update());
         });
}

bool IsSilence(const Situation& situation) {
  return situation.folded().events.front().type() == v1::EVENT_TYPE_SILENCE;
}

// The ticket ended since the update was decided on.
bool EndedMeanwhile(const Asked& asked) {
  if (asked.ticket == nullptr || IsOpen(*asked.ticket)) return false;
  return asked.waited != nullptr ? !IsEnded(asked.waited->category()) : IsFromTime(asked.situation);
}

Gate Superseded(const Asked& asked) {
  if (const std::string rule = ToldBy(asked); !rule.empty() && !asked.update().draft) {
    return {kSuperseded, false,
            absl::StrCat("The rule ", rule, ", which comes before it, tells about the ticket.")};
  }
  if (EndedMeanwhile(asked)) return {kSuperseded, false, "The ticket has ended."};
  if (asked.waited != nullptr && asked.ticket != nullptr) {
    if (std::string why = WhyOutdated(*asked.waited, asked.update(), *asked.ticket); !why.empty()) {
      return {kSuperseded, false, std::move(why)};
    }
  }
  if (asked.waited == nullptr && IsSilence(asked.situation) && Waits(asked)) {
    return {kSuperseded, false, "A message about the ticket already waits to be sent."};
  }
  return {kSuperseded, true, "Nothing says more."};
}

Gate WaitedTooLong(const Asked& asked) {
  const absl::Duration late = asked.now() - absl::FromUnixMicros(asked.waited->due_at());
  if (late > kLongestDelay) {
    return {kTooLate, false,
            absl::StrCat("It was due ", Text(late), " ago, when nobody could look.")};
  }
  return {kTooLate, true, "It is looked at in time."};
}

// What an import or the first look at an old ticket tells is no news to the person.
Gate TooLate(const Asked& asked) {
  if (asked.waited != nullptr) return WaitedTooLong(asked);
  const absl::Duration ago = asked.now() - asked.situation.occurred_at();
  if (ago > kNewsAge) {
    return {
        kTooLate, false,
        absl::StrCat("It happened ", Text(ago), " ago, which is more than ", Text(kNewsAge), ".")};
  }
  return {kTooLate, true, absl::StrCat("It happened within ", Text(kNewsAge), ".")};
}

Gate ToolJustWrote(const Asked& asked) {
  const absl::Duration window = asked.caps().tool_message_window;
  if (asked.ticket != nullptr && asked.ticket->provider_wrote_at() != 0) {
    const absl::Duration ago =
        asked.situation.occurred_at() - absl::FromUnixMicros(asked.ticket->provider_wrote_at());
    if (ago >= absl::ZeroDuration() && ago < window) {
      return {kToolJustWrote, false,
              absl::StrCat("The desk wrote to the person ", Text(ago), " ago, which is less than ",
                           Text(window), ".")};
    }
  }
  return {kToolJustWrote, true,
          absl::StrCat("The desk has not written to the person within ", Text(window), ".")};
}

Gate FirstEntry(const Asked& asked) {
  if (asked.ticket == nullptr) return {kFirstEntry, true, "It is about no ticket."};
  const std::string& status = rules::StatusCategoryName(asked.ticket->category());
  if (asked.ticket->category_since() != asked.situation.folded().at) {
    return {kFirstEntry, false, absl::StrCat("The ticket was ", status, " before.")};
  }
  if (asked.ticket->entered_again()) {
    return {kFirstEntry, false,
            absl::StrCat("The ticket was ", status,
                         " before, and was not reopened since it was first.")};
  }
  return {kFirstEntry, true, absl::StrCat("The ticket is ", status, " for the first time.")};
}

Gate ParentTells(const Asked& asked) {
  const std::string& parent = asked.situation.ticket().parent_ref();
  if (parent.empty() || parent == kUnknownGroup) {
    return {kParentTells, true, "The ticket has no parent that is known."};
  }
  return {kParentTells, false, absl::StrCat("The parent ", parent, " brings the news.")};
}

bool IsInDigest(const std::string& ticket_ref, const Contact& contact) {
  const auto& refs = contact.digest_ticket_refs();
  return std::find(refs.begin(), refs.end(), ticket_ref) != refs.end();
}

// When the person was told about the ticket, as far back as any gate looks; ascending.
std::vector<absl::Time> TimesTold(const Asked& asked) {
  const absl::Duration longest =
      std::max({asked.caps().merge_window, asked.caps().update_interval, kDay});
  return ContactTimes(asked.situation.person(), asked.now() - longest, [&](const Contact& contact) {
    if (contact.kind() == internal::v1::CONTACT_KIND_DIGEST)
      return IsInDigest(asked.ref(), contact);
    return contact.kind() == internal::v1::CONTACT_KIND_NOTICE &&
           contact.ticket_ref() == asked.ref() &&
           contact.journey_id() == asked.situation.journey().id();
  });
}

Gate MergeWindow(const Asked& asked, const std::vector<absl::Time>& told) {
  const absl::Duration window = asked.caps().merge_window;
  const absl::Time until = told.empty() ? absl::InfinitePast() : told.back() + window;
  if (until > asked.now()) {
    return {kMergeWindow, false,
            absl::StrCat("The person was told about the ticket ", Text(asked.now() - told.back()),
                         " ago; further changes are told at once at ", Text(until), "."),
            until};
  }
  return {kMergeWindow, true,
          absl::StrCat("The person was not told about the ticket within ", Text(window), ".")};
}

Gate TicketCap(const Asked& asked, const std::vector<absl::Time>& told) {
  const rules::Caps& caps = asked.caps();
  if (!told.empty() && !asked.update().once_per_status) {
    const absl::Time until = told.back() + caps.update_interval;
    if (until > asked.now()) {
      return {kTicketCap, false,
              absl::StrCat("The person was told about the ticket ", Text(asked.now() - told.back()),
                           " ago, which is less than ", Text(caps.update_interval),
                           "; it waits until ", Text(until), "."),
              until};
    }
  }
  const absl::Time until = FreeFrom(asked.now(), caps.updates_per_ticket_per_day, kDay, told);
  if (until > asked.now()) {
    return {kTicketCap, false,
            absl::StrCat("The person was told about the ticket ", caps.updates_per_ticket_per_day,
                         " times in 24 hours; it waits until ", Text(until), "."),
            until};
  }
  return {kTicketCap, true, "The person was not told too often about the ticket."};
}

Gate QuietHours(const Asked& asked) {
  if (asked.waited == nullptr && asked.situation.actor_role() == v1::ACTOR_ROLE_CUSTOMER) {
    return {kQuietHours, true, "It answers what the person has just done."};
  }
  const absl::Time now = asked.now();
  const absl::Time until =
      AfterQuietHours(now, asked.caps(), asked.situation.requester().time_zone(),
                      absl::StrCat(asked.situation.journey().id(), "/", asked.rule.id));
  if (until > now) {
    return {kQuietHours, false,
            absl::StrCat("The person is not written to at this hour; it waits until ", Text(until),
                         "."),
            until};
  }
  return {kQuietHours, true, "The person may be written to at this hour."};
}

Gate PersonCap(const Asked& asked) {
  const std::vector<absl::Time> times =
      ContactTimes(asked.situation.person(), asked.now() - kDay, IsUpdate);
  const int cap = asked.caps().updates_per_person_per_day;
  const absl::Time until = FreeFrom(asked.now(), cap, kDay, times);
  if (until > asked.now()) {
    return {kPersonCap, false,
            absl::StrCat("The person got ", cap, " updates in 24 hours; it goes into a digest."),
            until};
  }
  return {kPersonCap, true,
          absl::StrCat("The person got fewer than ", cap, " updates in 24 hours.")};
}

Worth WorthOf(const Asked& asked) {
  if (asked.urgent()) return Worth::kUrgent;
  const bool promises =
      rules::ForKey(asked.update().next_update_by, asked.situation.ticket().priority()) != nullptr;
  const bool keeps = OpenPromise(asked.ref(), asked.situation.journey()) != nullptr;
  return promises || keeps || asked.update().once_per_status ? Worth::kPromise : Worth::kOther;
}

// Adds the gate; whether it is open.
bool Pass(Gate gate, Gates* gates) {
  gates->push_back(std::move(gate));
  return gates->back().passed;
}

bool PassWorthTelling(const Asked& asked, Gates* gates) {
  if (!Pass(LateGate(asked.situation), gates)) return false;
  if (!Pass(Superseded(asked), gates) || !Pass(TooLate(asked), gates)) return false;
  if (!Pass(ToolJustWrote(asked), gates)) return false;
  if (asked.update().once_per_status && asked.waited == nullptr &&
      !Pass(FirstEntry(asked), gates)) {
    return false;
  }
  return !IsSilence(asked.situation) || Pass(ParentTells(asked), gates);
}

}  // namespace

bool IsFromTime(const Situation& situation) {
  const v1::EventType type = situation.folded().events.front().type();
  return type == v1::EVENT_TYPE_SILENCE || type == v1::EVENT_TYPE_PROMISE_DUE ||
         type == v1::EVENT_TYPE_PROMISE_BROKEN;
}

std::string WhyOutdated(const PendingAction& waited, const rules::UpdateAction& update,
                        const TicketProgress& ticket) {
  const v1::StatusCategory before = waited.category();
  const v1::StatusCategory after = ticket.category();
  const bool asks = after == v1::STATUS_CATEGORY_WAITING_ON_CUSTOMER;
  if (before != after && (update.once_per_status || asks)) {
    return absl::StrCat("The ticket is no longer ", rules::StatusCategoryName(before), " but ",
                        rules::StatusCategoryName(after), ".");
  }
  if (!update.once_per_status && ticket.provider_wrote_at() > waited.decided_at()) {
    return "The desk has written to the person since.";
  }
  return "";
}

absl::Time AfterQuietHours(absl::Time at, const rules::Caps& caps, const std::string& time_zone,
                           std::string_view spread) {
  if (!caps.quiet_hours.has_value()) return at;
  absl::TimeZone zone = absl::UTCTimeZone();
  if (!time_zone.empty()) static_cast<void>(absl::LoadTimeZone(time_zone, &zone));
  const absl::Time allowed = caps.quiet_hours->NextAllowed(at, zone);
  if (allowed == at) return at;
  const auto seconds = static_cast<uint64_t>(absl::ToInt64Seconds(kMorningSpread));
  return allowed + absl::Seconds(static_cast<int64_t>(StableHash(spread) % seconds));
}

Gates UpdateGates(const rules::Rule& rule, const PendingAction* waited, const Situation& situation,
                  const Decision& decision) {
  const int number = situation.folded().ticket;
  const Asked asked{rule, waited, situation, decision,
                    number < 0 ? nullptr : &situation.journey().progress().tickets(number)};
  Gates gates;
  if (!PassWorthTelling(asked, &gates) || asked.update().draft) return gates;
  const std::vector<absl::Time> told = TimesTold(asked);
  if (!Pass(MergeWindow(asked, told), &gates) || asked.urgent()) return gates;
  if (!Pass(TicketCap(asked, told), &gates) || !Pass(QuietHours(asked), &gates)) return gates;
  if (!Pass(PersonCap(asked), &gates)) return gates;
  Pass(AttentionGate(WorthOf(asked), asked.now(), asked.caps(), situation.person()), &gates);
  return gates;
}

}  // namespace waypost::journey
