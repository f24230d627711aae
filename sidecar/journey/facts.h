// SPDX-License-Identifier: Apache-2.0
// JourneyFacts as a pure fold over the entries of a journey.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sidecar/journey/derive.h"
#include "sidecar/journey/names.h"
#include "waypost/internal/v1/state.pb.h"
#include "waypost/v1/journey.pb.h"

namespace waypost::journey {

// The name of a group that the platform does not tell, for example in an anonymised export: coming
// to it and leaving it are reassignments, but nothing can return to it. (An empty group is nobody.)
inline constexpr std::string_view kUnknownGroup = "?";
// Distinct groups and channels listed: beyond, none are added, so that a journey stays bounded.
inline constexpr int kMaxGroups = 100;
inline constexpr int kMaxChannels = 32;
// A ticket opened at most this long after another of its journey ended is a repeat (the usual bound
// of a repeat contact).
inline constexpr int64_t kRepeatMicros = int64_t{7} * 24 * 3600 * 1'000'000;

// Entry.said is the emotion plus this.
inline constexpr int kSaidOffset = 3;

// What one entry did.
struct Extended {
  Changes changes;
  bool visible = false;  // the person saw it
};

// What was known of a journey when one of its entries had just happened.
struct AtTheTime {
  v1::JourneyFacts facts;
  // Where the user stood before it: ids, or empty.
  std::string stage;
  std::string touchpoint;
};

// Adds the next entry to facts and progress. It is not older than any added before (if it is, no
// time passes). progress.tickets covers the entry's ticket.
Extended Extend(const internal::v1::Entry& entry, std::string_view names,
                internal::v1::Progress* progress, v1::JourneyFacts* facts);

// Folds facts and progress anew, from the base or from nothing. The counters of surveys and
// promises stay as they are: no entry tells them. Returns what the entry of number `wanted` did,
// and fills `then`, unless it is nullptr, with what was known at its time.
Extended Refold(int wanted, internal::v1::JourneyState* journey, AtTheTime* then);

// Takes over the emotion that the person said in the entry, or else that of its touchpoints, if
// they have one: the user's before others'.
void TakeEmotion(const internal::v1::Entry& entry, v1::JourneyFacts* facts);

// Folds the oldest `count` entries into the base, and drops them.
void DropEntries(int count, internal::v1::JourneyState* journey);

}  // namespace waypost::journey
