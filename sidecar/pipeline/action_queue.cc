// SPDX-License-Identifier: Apache-2.0
#include "sidecar/pipeline/action_queue.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "sidecar/journey/micros.h"
#include "sidecar/text/absl_view.h"

namespace waypost::pipeline {
namespace {

using internal::v1::ActionChange;
using internal::v1::ActionRecord;

// Told in outbox_service.proto.
constexpr absl::Duration kFirstRedelivery = absl::Seconds(10);
constexpr absl::Duration kLastRedelivery = absl::Hours(1);

constexpr std::string_view kExpired = "EXPIRED";
constexpr std::string_view kAttempts = "ATTEMPTS";
constexpr std::string_view kRejected = "REJECTED";

absl::Time Deadline(const ActionRecord& record) {
  return absl::FromUnixMicros(record.action().deadline());
}

absl::Duration RetryDelay(const v1::ActionResult& result, int attempts) {
  if (result.has_retry_after()) {
    return absl::Seconds(result.retry_after().seconds()) +
           absl::Nanoseconds(result.retry_after().nanos());
  }
  absl::Duration delay = kFirstRedelivery;
  for (int i = 1; i < attempts && delay < kLastRedelivery; ++i) delay *= 2;
  return std::min(delay, kLastRedelivery);
}

template <typename Item>
bool Contains(const std::vector<Item>& items, const Item& item) {
  return std::find(items.begin(), items.end(), item) != items.end();
}

}  // namespace

v1::ActionLease ToLease(const TakenAction& taken) {
  v1::ActionLease lease;
  lease.set_action_id(taken.record.action().id());
  lease.set_lease_id(taken.lease_id);
  journey::SetTime(absl::ToUnixMicros(taken.lease_end), lease.mutable_expires_at());
  return lease;
}

v1::AcknowledgeCode JudgeSettled(const ActionRecord& record, const v1::ActionResult& result,
                                 ActionChange* change) {
  if (record.state() == v1::ACTION_STATE_DONE) return v1::ACKNOWLEDGE_CODE_ALREADY_DONE;
  if (result.outcome() != v1::ACTION_OUTCOME_DONE) return v1::ACKNOWLEDGE_CODE_ALREADY_DEAD;
  change->set_action_id(result.action_id());
  change->set_attempts(record.attempts());
  change->set_state(v1::ACTION_STATE_DONE);
  return v1::ACKNOWLEDGE_CODE_ACCEPTED;
}

ActionQueue::Name ActionQueue::NameOf(const Entry& entry) {
  return {entry.record.tenant(), entry.record.action().id()};
}

// Empty when it concerns no ticket: then it waits for no other.
std::string ActionQueue::TicketOf(const ActionRecord& record) {
  const internal::v1::NewAction& action = record.action();
  if (action.ticket_ref().empty()) return "";
  return absl::StrCat(record.tenant(), absl::string_view("\0", 1), action.source(),
                      absl::string_view("\0", 1), action.ticket_ref());
}

OwnerRates::Owner ActionQueue::OwnerOf(const ActionRecord& record) {
  return {record.tenant(), record.action().owner_id()};
}

ActionQueue::Shelf ActionQueue::ShelfOf(const ActionRecord& record) {
  return {record.tenant(), record.action().source(), record.action().kind()};
}

ActionQueue::Entry* ActionQueue::FindEntry(std::string_view tenant, std::string_view id) const {
  const auto found = entries_.find(Name(tenant, id));
  return found == entries_.end() ? nullptr : found->second.get();
}

const ActionRecord* ActionQueue::Find(std::string_view tenant, std::string_view id) const {
  const Entry* entry = FindEntry(tenant, id);
  return entry == nullptr ? nullptr : &entry->record;
}

std::vector<std::string> ActionQueue::TicketsOf(const ActionRecord& record,
                                                const ActionContext& context) const {
  std::vector<std::string> tickets;
  const auto add = [&](std::string ticket) {
    const bool known = std::find(tickets.begin(), tickets.end(), ticket) != tickets.end();
    if (!ticket.empty() && !known) tickets.push_back(std::move(ticket));
  };
  add(TicketOf(record));
  for (const std::string& id : context.alerts_taken_up) {
    if (const ActionRecord* alert = Find(record.tenant(), id)) add(TicketOf(*alert));
  }
  return tickets;
}

// A row that is loaded may come before one that is there.
void ActionQueue::Join(const std::string& ticket, absl::Time now, Entry* entry) {
  Queue& queue = tickets_[ticket];
  queue.emplace(entry->order(), entry);
  const auto second = std::next(queue.begin());
  if (queue.begin()->second == entry && second != queue.end()) Place(second->second, now);
}

void ActionQueue::Leave(const std::string& ticket, absl::Time now, Entry* entry) {
  const auto queue = tickets_.find(ticket);
  if (queue == tickets_.end()) return;
  queue->second.erase(entry->order());
  if (queue->second.empty()) {
    tickets_.erase(queue);
  } else {
    Place(queue->second.begin()->second, now);
  }
}

ActionQueue::Entry* ActionQueue::Insert(ActionRecord record, absl::Time now,
                                        const ActionContext& context) {
  if (FindEntry(record.tenant(), record.action().id()) != nullptr) return nullptr;
  auto owned = std::make_unique<Entry>();
  Entry* entry = owned.get();
  entry->tickets = TicketsOf(record, context);
  entry->alert_id = context.alert_id;
  entry->is_new = context.is_new;
  entry->record = std::move(record);
  entries_.emplace(NameOf(*entry), std::move(owned));
  if (entry->settled()) return entry;
  unsettled_.emplace(entry->order(), entry);
  if (entry->held()) {
    entry->tickets.clear();
    rates_.Hold(OwnerOf(entry->record), entry->order(), entry->record.action().id(),
                absl::FromUnixMicros(entry->record.retry_at()));
  }
  for (const std::string& ticket : entry->tickets) Join(ticket, now, entry);
  Place(entry, now);
  return entry;
}

void ActionQueue::SupersedeBefore(const Entry& newer, absl::Time now) {
  const AnnotationScope scope = ScopeOf(newer.record.action());
  if (scope != AnnotationScope::kPosition && scope != AnnotationScope::kBoth) return;
  const auto queue = tickets_.find(TicketOf(newer.record));
  if (queue == tickets_.end()) return;
  std::vector<Entry*> over;
  for (const auto& [order, older] : queue->second) {
    if (order >= newer.order()) break;
    const bool replaced = ScopeOf(older->record.action()) == AnnotationScope::kPosition;
    if (replaced && !older->leased()) over.push_back(older);
  }
  for (Entry* older : over) {
    Settle(v1::ACTION_STATE_DONE, kSuperseded, newer.record.decided_at(), now, older);
    if (older->has_row) continue;
    changed_.erase(older->change);
    older->change = 0;
    Forget(older);
  }
}

void ActionQueue::Load(ActionRecord record, absl::Time now, const ActionContext& context) {
  Entry* entry = Insert(std::move(record), now, context);
  if (entry != nullptr) entry->has_row = true;
}

void ActionQueue::Add(ActionRecord record, absl::Time now, const ActionContext& context) {
  Entry* entry = FindEntry(record.tenant(), record.action().id());
  if (entry == nullptr) {
    entry = Insert(std::move(record), now, context);
    NoteChange(entry);
  }
  // Also of one that is known: its row may be newer than those of what it superseded.
  SupersedeBefore(*entry, now);
}

bool ActionQueue::IsNext(Entry* entry) const {
  if (entry->held() || entry->withdrawn) return false;
  if (entry->record.action().kind() == v1::ACTION_KIND_ALERT_DIGEST) return true;
  return std::all_of(entry->tickets.begin(), entry->tickets.end(), [&](const auto& ticket) {
    return tickets_.at(ticket).begin()->second == entry;
  });
}

void ActionQueue::Displace(Entry* entry) {
  if (entry->placed()) timed_.erase({entry->wake, entry->order()});
  entry->wake = absl::InfiniteFuture();
  if (!entry->ready) return;
  const auto queue = ready_.find(ShelfOf(entry->record));
  queue->second.erase(entry->order());
  if (queue->second.empty()) ready_.erase(queue);
  entry->ready = false;
}

void ActionQueue::Place(Entry* entry, absl::Time now) {
  Displace(entry);
  if (entry->settled()) return;
  if (entry->leased()) {
    entry->wake = entry->lease_end;
  } else {
    entry->wake = Deadline(entry->record);
    const absl::Time retry_at = absl::FromUnixMicros(entry->record.retry_at());
    const bool next = IsNext(entry);
    if (next && retry_at > now) {
      entry->wake = std::min(entry->wake, retry_at);
    } else if (next) {
      ready_[ShelfOf(entry->record)].emplace(entry->order(), entry);
      entry->ready = true;
    }
  }
  timed_.emplace(std::make_tuple(entry->wake, entry->order()), entry);
}

void ActionQueue::EndLease(Entry* entry) {
  if (!entry->leased()) return;
  entry->lease_end = absl::InfinitePast();
  --leased_;
}

void ActionQueue::Settle(v1::ActionState state, std::string_view reason_code, int64_t at,
                         absl::Time now, Entry* entry) {
  const bool settled_before = entry->settled();
  EndLease(entry);
  Displace(entry);
  entry->record.set_state(state);
  entry->record.set_reason_code(std::string(reason_code));
  entry->record.set_settled_at(at);
  entry->record.clear_retry_at();
  NoteChange(entry);
  if (settled_before) return;
  unsettled_.erase(entry->order());
  rates_.Release(OwnerOf(entry->record), entry->order());
  for (const std::string& ticket : entry->tickets) Leave(ticket, now, entry);
}

void ActionQueue::Change(std::string_view tenant, const ActionChange& change, uint64_t position,
                         int64_t at, absl::Time now) {
  Entry* entry = FindEntry(tenant, change.action_id());
  const bool open = change.state() == v1::ACTION_STATE_DONE
                        ? entry->record.state() != v1::ACTION_STATE_DONE
                        : !entry->settled();
  if (!open || position <= entry->record.changed_at_position()) return Forget(entry);
  entry->record.set_changed_at_position(position);
  entry->record.set_attempts(std::max(entry->record.attempts(), change.attempts()));
  entry->record.set_error(change.error());
  if (change.state() != v1::ACTION_STATE_WAITING) {
    Settle(change.state(), change.reason_code(), at, now, entry);
    return;
  }
  EndLease(entry);
  entry->record.set_retry_at(change.retry_at());
  entry->record.set_reason_code(change.reason_code());
  NoteChange(entry);
  Place(entry, now);
}

std::vector<WithdrawnAlert> ActionQueue::Withdraw(const std::string& tenant,
                                                  const internal::v1::NewAction& resolution,
                                                  const std::string& alert_id) {
  std::vector<WithdrawnAlert> withdrawn;
  const auto withdraw = [&](Entry* entry) {
    if (entry == nullptr || entry->withdrawn || !entry->never_left()) return;
    if (entry->record.action().kind() != v1::ACTION_KIND_ALERT || entry->alert_id != alert_id) {
      return;
    }
    withdrawn.push_back({entry->record.action().id(), entry->held()});
    withdrawn_.push_back(entry);
    entry->withdrawn = true;
    Displace(entry);
  };
  withdraw(FindEntry(tenant, alert_id));
  for (const auto& [order, id] : rates_.HeldFor({tenant, resolution.owner_id()})) {
    withdraw(FindEntry(tenant, id));
  }
  ActionRecord of_resolution;
  of_resolution.set_tenant(tenant);
  *of_resolution.mutable_action() = resolution;
  const auto ticket = tickets_.find(TicketOf(of_resolution));
  if (ticket == tickets_.end()) return withdrawn;
  for (const auto& [order, entry] : ticket->second) withdraw(entry);
  return withdrawn;
}

void ActionQueue::Reinstate(absl::Time now) {
  for (Entry* entry : withdrawn_) {
    entry->withdrawn = false;
    Place(entry, now);
  }
  withdrawn_.clear();
}

TakenAction ActionQueue::Lease(absl::Duration lease, absl::Time now, Entry* entry) {
  entry->record.set_attempts(entry->record.attempts() + 1);
  entry->lease_id = absl::StrCat(epoch_, "-", ++leases_);
  entry->lease_end = now + lease;
  ++leased_;
  Place(entry, now);
  return {entry->record, entry->lease_id, entry->lease_end};
}

ActionQueue::Entry* ActionQueue::FirstReady(const std::string& tenant,
                                            const ActionFilter& filter) const {
  Entry* first = nullptr;
  const Shelf begin{tenant, "", v1::ACTION_KIND_UNSPECIFIED};
  for (auto next = ready_.lower_bound(begin); next != ready_.end(); ++next) {
    const auto& [of_tenant, source, kind] = next->first;
    if (of_tenant != tenant) break;
    if (!filter.kinds.empty() && !Contains(filter.kinds, kind)) continue;
    if (!filter.sources.empty() && !source.empty() && !Contains(filter.sources, source)) continue;
    Entry* entry = next->second.begin()->second;
    if (first == nullptr || entry->order() < first->order()) first = entry;
  }
  return first;
}

std::vector<TakenAction> ActionQueue::Take(std::string_view tenant, const ActionFilter& filter,
                                           size_t max, absl::Duration lease, absl::Time now) {
  Advance(now);
  const std::string of_tenant(tenant);
  std::vector<TakenAction> taken;
  while (taken.size() < max) {
    Entry* entry = FirstReady(of_tenant, filter);
    if (entry == nullptr) break;
    taken.push_back(Lease(lease, now, entry));
  }
  return taken;
}

std::optional<TakenAction> ActionQueue::TakeOne(std::string_view tenant, std::string_view id,
                                                absl::Duration lease, absl::Time now) {
  Advance(now);
  Entry* entry = FindEntry(tenant, id);
  if (entry == nullptr || !entry->ready) return std::nullopt;
  return Lease(lease, now, entry);
}

void ActionQueue::Return(const TakenAction& taken, absl::Time now) {
  Entry* entry = FindEntry(taken.record.tenant(), taken.record.action().id());
  if (entry == nullptr || !entry->leased() || entry->lease_id != taken.lease_id) return;
  entry->record.set_attempts(entry->record.attempts() - 1);
  EndLease(entry);
  Place(entry, now);
}

void ActionQueue::Bury(const TakenAction& taken, absl::Time now) {
  Entry* entry = FindEntry(taken.record.tenant(), taken.record.action().id());
  if (entry == nullptr || entry->settled() || entry->lease_id != taken.lease_id) return;
  Settle(v1::ACTION_STATE_DEAD, kExpired, absl::ToUnixMicros(now), now, entry);
}

v1::AcknowledgeCode ActionQueue::Judge(std::string_view tenant, const v1::ActionResult& result,
                                       absl::Time now, ActionChange* change) const {
  const Entry* entry = FindEntry(tenant, result.action_id());
  const ActionRecord& record = entry->record;
  if (entry->settled()) return JudgeSettled(record, result, change);
  change->set_action_id(result.action_id());
  change->set_attempts(record.attempts());
  if (result.outcome() == v1::ACTION_OUTCOME_DONE) {
    change->set_state(v1::ACTION_STATE_DONE);
    return v1::ACKNOWLEDGE_CODE_ACCEPTED;
  }
  // What is held was nobody's.
  const bool theirs =
      !entry->held() &&
      (result.lease_id().empty() ? entry->lease_end <= now : result.lease_id() == entry->lease_id);
  if (!theirs) return v1::ACKNOWLEDGE_CODE_LEASE_LOST;
  change->set_error(result.error());
  if (result.outcome() == v1::ACTION_OUTCOME_DEAD) {
    change->set_state(v1::ACTION_STATE_DEAD);
    change->set_reason_code(std::string(kRejected));
  } else if (record.attempts() >= kMaxDeliveries) {
    change->set_state(v1::ACTION_STATE_DEAD);
    change->set_reason_code(std::string(kAttempts));
  } else {
    change->set_state(v1::ACTION_STATE_WAITING);
    change->set_retry_at(absl::ToUnixMicros(now + RetryDelay(result, record.attempts())));
  }
  return v1::ACKNOWLEDGE_CODE_ACCEPTED;
}

void ActionQueue::Advance(absl::Time now) {
  while (!timed_.empty() && std::get<0>(timed_.begin()->first) <= now) {
    Entry* entry = timed_.begin()->second;
    const bool in_vain = entry->leased() && entry->record.attempts() >= kMaxDeliveries;
    EndLease(entry);
    if (Deadline(entry->record) <= now) {
      Settle(v1::ACTION_STATE_DEAD, kExpired, absl::ToUnixMicros(now), now, entry);
    } else if (in_vain) {
      Settle(v1::ACTION_STATE_DEAD, kAttempts, absl::ToUnixMicros(now), now, entry);
    } else {
      Place(entry, now);
    }
  }
}

absl::Time ActionQueue::next() const {
  return timed_.empty() ? absl::InfiniteFuture() : std::get<0>(timed_.begin()->first);
}

absl::Time ActionQueue::LeaseEnd(std::string_view tenant, std::string_view id) const {
  const Entry* entry = FindEntry(tenant, id);
  return entry == nullptr ? absl::InfinitePast() : entry->lease_end;
}

absl::Time ActionQueue::oldest() const {
  if (unsettled_.empty()) return absl::InfiniteFuture();
  return absl::FromUnixMicros(unsettled_.begin()->second->record.decided_at());
}

}  // namespace waypost::pipeline
