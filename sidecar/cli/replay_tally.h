// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "sidecar/cli/event_reader.h"
#include "sidecar/journey/person_record.h"
#include "waypost/internal/v1/state.pb.h"
#include "waypost/v1/enrichment.pb.h"
#include "waypost/v1/ticket.pb.h"

namespace waypost::cli {

inline constexpr size_t kEventTypes = v1::EventType_MAX + 1;

// Events derived of one ticket, by type.
struct TicketTally {
  std::string source;
  std::string ref;
  int64_t events = 0;
  std::array<int32_t, kEventTypes> derived = {};
};

// What one rule did.
struct RuleTally {
  int64_t alerts = 0;
  int64_t updates = 0;
  int64_t surveys_sent = 0;
  int64_t surveys_not_sent = 0;
  int64_t shadow = 0;   // of all these, not delivered
  int64_t by_time = 0;  // of all these, those that no event brought
  int64_t tickets = 0;  // in which it fired

  [[nodiscard]] int64_t by_event() const {
    return alerts + updates + surveys_sent + surveys_not_sent - by_time;
  }
};

// A place of the file that gave no event, or an event that was refused.
struct Rejection {
  int64_t line = 0;
  std::string reason;
};

// Counts what a replay decides, event by event. Not thread-safe.
class ReplayTally {
 public:
  void Add(const v1::TicketEvent& event, const v1::Enrichment& enrichment);
  // A decision that time brought to the person.
  void AddDue(const internal::v1::Decision& decision, const journey::PersonRecord& person);
  void AddDuplicate() { ++duplicates_; }
  void AddClamped() { ++clamped_; }
  void Reject(int64_t line, std::string_view reason);

  struct UnmappedGroup {
    std::string source;
    std::string type;
    std::string signal;
    std::string channel;
    int64_t count = 0;
  };

  [[nodiscard]] int64_t events() const { return events_; }
  [[nodiscard]] int64_t duplicates() const { return duplicates_; }
  [[nodiscard]] int64_t clamped() const { return clamped_; }
  [[nodiscard]] int64_t late() const { return late_; }
  [[nodiscard]] int64_t unmapped() const { return unmapped_; }
  [[nodiscard]] int64_t rule_errors() const { return rule_errors_; }
  // Decisions that time brought, also those to do nothing.
  [[nodiscard]] int64_t due() const { return due_; }
  [[nodiscard]] int64_t rejected() const { return rejected_; }
  // The first ten.
  [[nodiscard]] const std::vector<Rejection>& rejections() const { return rejections_; }
  [[nodiscard]] const std::vector<TicketTally>& tickets() const { return tickets_; }
  // Events of that type over all tickets and signals, and tickets that have one.
  [[nodiscard]] int64_t Derived(v1::EventType type) const { return derived_[type]; }
  [[nodiscard]] int64_t TicketsWith(v1::EventType type) const;
  [[nodiscard]] const std::map<std::string, RuleTally>& rules() const { return rules_; }
  // Most frequent first, at most `limit`.
  [[nodiscard]] std::vector<UnmappedGroup> TopUnmapped(size_t limit) const;

 private:
  static constexpr size_t kNoTicket = SIZE_MAX;

  size_t TicketOf(const std::string& tenant, const std::string& source, const std::string& ref);
  void CountActions(const v1::Enrichment& enrichment, bool by_time);
  void CountRules(const v1::Enrichment& enrichment, size_t ticket);
  void CountUnmapped(const v1::TicketEvent& event, const v1::Enrichment& enrichment);

  int64_t events_ = 0;
  int64_t duplicates_ = 0;
  int64_t clamped_ = 0;
  int64_t late_ = 0;
  int64_t unmapped_ = 0;
  int64_t rule_errors_ = 0;
  int64_t due_ = 0;
  int64_t rejected_ = 0;
  std::vector<Rejection> rejections_;
  std::array<int64_t, kEventTypes> derived_ = {};
  std::vector<TicketTally> tickets_;
  absl::flat_hash_map<std::string, size_t> ticket_numbers_;
  std::string key_;  // scratch
  std::map<std::string, RuleTally> rules_;
  std::map<std::string, std::vector<bool>> rule_tickets_;
  std::map<std::tuple<std::string, std::string, std::string, std::string>, int64_t> groups_;
};

}  // namespace waypost::cli
