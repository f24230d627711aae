// SPDX-License-Identifier: Apache-2.0
#include "sidecar/pipeline/ticket_directory.h"

#include <utility>

#include "absl/hash/hash.h"
#include "sidecar/base/status_macros.h"

namespace waypost::pipeline {
namespace {

// 0xff never occurs in UTF-8, so the parts cannot run together.
std::string KeyOf(const TicketName& ticket) {
  std::string key;
  key.reserve(ticket.tenant.size() + ticket.source.size() + ticket.ref.size() + 2);
  key.append(ticket.tenant).append(1, '\xff').append(ticket.source).append(1, '\xff');
  return key.append(ticket.ref);
}

}  // namespace

TicketDirectory::Stripe& TicketDirectory::StripeOf(const std::string& key) {
  return stripes_[absl::HashOf(key) % kStripes];
}

const TicketHome* TicketDirectory::Stripe::Find(const std::string& key) {
  for (const Homes* homes : {&unwritten, &young, &old}) {
    const auto found = homes->find(key);
    if (found != homes->end()) return &found->second;
  }
  return nullptr;
}

void TicketDirectory::Stripe::Remember(const std::string& key, TicketHome home,
                                       size_t max_entries) {
  if (young.size() >= max_entries) {
    old = std::move(young);
    young.clear();
  }
  old.erase(key);
  young.insert_or_assign(key, std::move(home));
}

absl::StatusOr<std::optional<TicketHome>> TicketDirectory::Find(const TicketName& ticket) {
  const std::string key = KeyOf(ticket);
  Stripe& stripe = StripeOf(key);
  {
    absl::MutexLock lock(&stripe.mutex);
    if (const TicketHome* home = stripe.Find(key); home != nullptr) return *home;
  }
  WAYPOST_ASSIGN_OR_RETURN(std::optional<store::TicketRow> row,
                           store_->FindTicket(ticket.tenant, ticket.source, ticket.ref));
  absl::MutexLock lock(&stripe.mutex);
  if (const TicketHome* home = stripe.Find(key); home != nullptr) return *home;
  if (!row.has_value()) return std::nullopt;
  TicketHome home{std::move(row->person_id), std::move(row->journey_id)};
  stripe.Remember(key, home, max_entries_);
  return home;
}

bool TicketDirectory::Claim(const TicketName& ticket, std::string_view person_id) {
  const std::string key = KeyOf(ticket);
  Stripe& stripe = StripeOf(key);
  absl::MutexLock lock(&stripe.mutex);
  if (stripe.Find(key) != nullptr) return false;
  stripe.unwritten.insert({key, TicketHome{std::string(person_id), ""}});
  return true;
}

void TicketDirectory::Unclaim(const TicketName& ticket) {
  const std::string key = KeyOf(ticket);
  Stripe& stripe = StripeOf(key);
  absl::MutexLock lock(&stripe.mutex);
  stripe.unwritten.erase(key);
}

bool TicketDirectory::Put(const TicketName& ticket, TicketHome home) {
  const std::string key = KeyOf(ticket);
  Stripe& stripe = StripeOf(key);
  absl::MutexLock lock(&stripe.mutex);
  if (const TicketHome* known = stripe.Find(key); known != nullptr && *known == home) return false;
  stripe.young.erase(key);
  stripe.old.erase(key);
  stripe.unwritten.insert_or_assign(key, std::move(home));
  return true;
}

std::optional<TicketHome> TicketDirectory::Unwritten(const TicketName& ticket) {
  const std::string key = KeyOf(ticket);
  Stripe& stripe = StripeOf(key);
  absl::MutexLock lock(&stripe.mutex);
  const auto found = stripe.unwritten.find(key);
  if (found == stripe.unwritten.end()) return std::nullopt;
  return found->second;
}

void TicketDirectory::Written(const store::TicketRow& row) {
  const std::string key = KeyOf({row.tenant, row.source, row.ref});
  Stripe& stripe = StripeOf(key);
  absl::MutexLock lock(&stripe.mutex);
  const auto found = stripe.unwritten.find(key);
  if (found == stripe.unwritten.end()) return;
  if (found->second != TicketHome{row.person_id, row.journey_id}) return;
  TicketHome home = std::move(found->second);
  stripe.unwritten.erase(found);
  stripe.Remember(key, std::move(home), max_entries_);
}

void TicketDirectory::DropWritten() {
  for (Stripe& stripe : stripes_) {
    absl::MutexLock lock(&stripe.mutex);
    stripe.young.clear();
    stripe.old.clear();
  }
}

void TicketDirectory::Clear() {
  for (Stripe& stripe : stripes_) {
    absl::MutexLock lock(&stripe.mutex);
    stripe.unwritten.clear();
    stripe.young.clear();
    stripe.old.clear();
  }
}

}  // namespace waypost::pipeline
