// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/possession.h"

#include <string>

#include "sidecar/journey/derive.h"
#include "sidecar/journey/micros.h"

namespace waypost::journey {
namespace {

using internal::v1::Progress;
using internal::v1::TicketProgress;

v1::Party PartyOf(v1::StatusCategory category) {
  switch (category) {
    case v1::STATUS_CATEGORY_WAITING_ON_CUSTOMER:
      return v1::PARTY_CUSTOMER;
    case v1::STATUS_CATEGORY_WAITING_ON_PROVIDER:
      return v1::PARTY_THIRD_PARTY;
    default:
      return v1::PARTY_PROVIDER;
  }
}

int Precedence(v1::Party party) {
  switch (party) {
    case v1::PARTY_PROVIDER:
      return 3;
    case v1::PARTY_THIRD_PARTY:
      return 2;
    case v1::PARTY_CUSTOMER:
      return 1;
    default:
      return 0;
  }
}

// The number plus one of the possession of that party and holder, which is added when missing.
uint32_t PossessionOf(v1::Party party, std::string_view holder, v1::JourneyFacts* facts) {
  for (int i = 0; i < facts->possessions_size(); ++i) {
    const v1::Possession& possession = facts->possessions(i);
    if (possession.party() == party && possession.holder() == holder) return i + 1;
  }
  // A few slots beyond the limit stay free for the holder-less possessions of the three parties.
  if (facts->possessions_size() >= kMaxPossessions && !holder.empty()) {
    return PossessionOf(party, {}, facts);
  }
  v1::Possession* possession = facts->add_possessions();
  possession->set_party(party);
  possession->mutable_holder()->assign(holder);
  return facts->possessions_size();
}

struct Ball {
  v1::Party party = v1::PARTY_UNSPECIFIED;
  const TicketProgress* ticket = nullptr;
};

Ball FindBall(const Progress& progress, int* open_tickets) {
  Ball ball;
  for (const TicketProgress& ticket : progress.tickets()) {
    if (!IsOpen(ticket)) continue;
    ++*open_tickets;
    const v1::Party party = PartyOf(ticket.category());
    const int better = Precedence(party) - Precedence(ball.party);
    if (better > 0 || (better == 0 && ticket.opened_at() < ball.ticket->opened_at())) {
      ball = {party, &ticket};
    }
  }
  return ball;
}

}  // namespace

bool IsOpen(const TicketProgress& ticket) {
  return ticket.opened_at() != 0 && ticket.ended_at() == 0;
}

void PassTime(int64_t elapsed_micros, const Progress& progress, v1::JourneyFacts* facts) {
  if (progress.possession() == 0 || elapsed_micros == 0) return;
  auto* held =
      facts->mutable_possessions(static_cast<int>(progress.possession()) - 1)->mutable_held();
  SetDuration(MicrosOf(*held) + elapsed_micros, held);
}

void PassBall(int64_t at, std::string_view names, Progress* progress, v1::JourneyFacts* facts) {
  int open_tickets = 0;
  const Ball ball = FindBall(*progress, &open_tickets);
  facts->set_open_tickets(open_tickets);
  const bool held_by_group = ball.ticket != nullptr && ball.party != v1::PARTY_CUSTOMER;
  const std::string_view holder = NameOf(held_by_group ? ball.ticket->group() : kUntold, names);
  if (ball.party == facts->waiting_on() && holder == facts->holder()) return;
  facts->set_waiting_on(ball.party);
  facts->mutable_holder()->assign(holder);
  if (ball.ticket == nullptr) {
    facts->clear_waiting_since();
    progress->set_possession(0);
    return;
  }
  SetTime(at, facts->mutable_waiting_since());
  progress->set_possession(PossessionOf(ball.party, holder, facts));
}

}  // namespace waypost::journey
