// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sidecar/base/proto_time.h"
#include "sidecar/cli/demo_story.h"
#include "sidecar/cli/names.h"

namespace waypost::cli {
namespace {

constexpr int kPersons = 120;
constexpr std::array kChannels = {"phone", "phone", "portal", "portal", "email", "chat", "walk-up"};
constexpr std::array kServices = {"E-mail", "Log-in", "Printing", "Payroll", "VPN", "Telephony"};
constexpr std::array kGroups = {"Network Access", "L2 Applications", "Workplace", "Identity"};
constexpr std::array kLanguages = {"en", "en", "de"};

// SplitMix64 (Steele, Lea and Flood 2014): enough variety for a demo, the same everywhere.
class Dice {
 public:
  explicit Dice(uint64_t seed) : state_(seed) {}

  // 0 to `sides` - 1.
  int Roll(int sides) {
    state_ += 0x9E3779B97F4A7C15U;
    uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
    mixed ^= mixed >> 31U;
    return static_cast<int>(mixed % static_cast<uint64_t>(sides));
  }

  template <typename Choices>
  auto Pick(const Choices& choices) {
    return choices[static_cast<size_t>(Roll(static_cast<int>(choices.size())))];
  }

 private:
  uint64_t state_;
};

// Writes the life of one ticket.
class TicketLife {
 public:
  TicketLife(int number, absl::Time opened, Dice* dice, std::vector<v1::TicketEvent>* events)
      : ref_(absl::StrFormat("INC%07d", 1000 + number)),
        person_(absl::StrFormat("person.%03d", dice->Roll(kPersons))),
        now_(opened),
        dice_(*dice),
        events_(*events) {}

  void Live() {
    Open();
    Assign("Service Desk", "In progress");
    const int fate = dice_.Roll(100);
    if (fate < 15) {
      ComeBack();
    } else if (fate < 40) {
      HandOver();
    }
    if (dice_.Roll(100) < 18) {
      Wait();
    }
    if (dice_.Roll(100) < 8) {
      Chase();
    }
    if (dice_.Roll(100) < 88) {
      End();
    }
  }

 private:
  v1::TicketEvent& Event(v1::ActorRole role, int max_minutes) {
    now_ += absl::Minutes(1 + dice_.Roll(max_minutes));
    v1::TicketEvent event;
    event.set_event_id(absl::StrCat(ref_, "-", ++count_));
    event.set_source(kDemoSource);
    ToProto(now_, event.mutable_occurred_at());
    event.mutable_actor()->set_role(role);
    event.mutable_actor()->set_id(
        role == v1::ACTOR_ROLE_CUSTOMER ? person_ : absl::StrCat("agent.", dice_.Roll(12)));
    event.mutable_ticket()->set_ref(ref_);
    events_.push_back(std::move(event));
    return events_.back();
  }

  v1::Ticket& Change(v1::ActorRole role, int max_minutes) {
    return *Event(role, max_minutes).mutable_ticket();
  }

  void Open() {
    v1::Ticket& ticket = Change(v1::ACTOR_ROLE_CUSTOMER, 5);
    ticket.set_url(absl::StrCat("https://desk.example/", ref_));
    ticket.set_type(dice_.Roll(4) == 0 ? "request" : "incident");
    ticket.set_status("New");
    ticket.set_status_category(v1::STATUS_CATEGORY_NEW);
    const int urgency = dice_.Roll(100);
    ticket.set_priority(urgency < 3 ? "P1" : urgency < 12 ? "P2" : urgency < 75 ? "P3" : "P4");
    ticket.set_channel(dice_.Pick(kChannels));
    ticket.set_service(dice_.Pick(kServices));
    ticket.set_category(absl::StrCat("topic ", dice_.Roll(6)));
    ticket.mutable_requester()->set_id(person_);
    ticket.mutable_requester()->set_name(absl::StrCat("Person ", person_.substr(7)));
    ticket.mutable_requester()->set_language(dice_.Pick(kLanguages));
  }

  void Assign(const char* group, const char* status) {
    v1::Ticket& ticket = Change(v1::ACTOR_ROLE_AGENT, 30);
    ticket.set_group(group);
    ticket.set_status(status);
    ticket.set_status_category(v1::STATUS_CATEGORY_OPEN);
  }

  void HandOver() {
    const int times = 1 + dice_.Roll(3);
    for (int at = 0; at < times; ++at) {
      Assign(dice_.Pick(kGroups), "In progress");
    }
  }

  void ComeBack() {
    Assign(dice_.Pick(kGroups), "In progress");
    Assign("Service Desk", "In progress");
    if (dice_.Roll(2) == 0) {
      HandOver();
    }
  }

  void Wait() {
    const bool on_customer = dice_.Roll(3) > 0;
    v1::Ticket& waiting = Change(v1::ACTOR_ROLE_AGENT, 40);
    waiting.set_status(on_customer ? "Waiting for customer" : "Waiting for vendor");
    waiting.set_status_category(on_customer ? v1::STATUS_CATEGORY_WAITING_ON_CUSTOMER
                                            : v1::STATUS_CATEGORY_WAITING_ON_PROVIDER);
    if (on_customer) {
      Write(v1::ACTOR_ROLE_CUSTOMER, "Here is what you asked for.");
    }
    v1::Ticket& resumed = Change(v1::ACTOR_ROLE_AGENT, 60);
    resumed.set_status("In progress");
    resumed.set_status_category(v1::STATUS_CATEGORY_OPEN);
  }

  void Chase() {
    Write(v1::ACTOR_ROLE_CUSTOMER, "Any news?");
    Write(v1::ACTOR_ROLE_CUSTOMER, "I am still waiting.");
    Write(v1::ACTOR_ROLE_AGENT, "We are on it, next news this afternoon.");
  }

  void End() {
    Resolve();
    const int after = dice_.Roll(100);
    if (after < 5) {
      Write(v1::ACTOR_ROLE_CUSTOMER, "It is broken again.");
      Assign("Service Desk", "Reopened");
      Resolve();
    } else if (after < 25) {
      Write(v1::ACTOR_ROLE_CUSTOMER, "Thank you, it works.");
    }
    if (dice_.Roll(100) < 70) {
      v1::Ticket& closed = Change(v1::ACTOR_ROLE_SYSTEM, 90);
      closed.set_status("Closed");
      closed.set_status_category(v1::STATUS_CATEGORY_CLOSED);
    }
  }

  void Resolve() {
    v1::Ticket& resolved = Change(v1::ACTOR_ROLE_AGENT, 120);
    resolved.set_status("Resolved");
    resolved.set_status_category(v1::STATUS_CATEGORY_RESOLVED);
  }

  void Write(v1::ActorRole role, const char* text) {
    v1::TicketEvent& event = Event(role, 45);
    event.mutable_comment()->set_body(text);
    event.mutable_comment()->set_visibility(v1::VISIBILITY_BOTH);
  }

  std::string ref_;
  std::string person_;
  absl::Time now_;
  int count_ = 0;
  Dice& dice_;
  std::vector<v1::TicketEvent>& events_;
};

}  // namespace

std::vector<v1::TicketEvent> DemoDay(int tickets, absl::Time end) {
  Dice dice(20'260'302);
  std::vector<v1::TicketEvent> events;
  const absl::Time start = end - absl::Hours(24);
  for (int number = 1; number <= tickets; ++number) {
    const absl::Time opened = start + absl::Minutes(dice.Roll(14 * 60));
    TicketLife(number, opened, &dice, &events).Live();
  }
  std::erase_if(
      events, [end](const v1::TicketEvent& event) { return FromProto(event.occurred_at()) > end; });
  std::stable_sort(events.begin(), events.end(),
                   [](const v1::TicketEvent& left, const v1::TicketEvent& right) {
                     return left.occurred_at().seconds() < right.occurred_at().seconds();
                   });
  return events;
}

}  // namespace waypost::cli
