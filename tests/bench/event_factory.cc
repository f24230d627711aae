// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/event_factory.h"

#include <array>
#include <string_view>

#include "absl/strings/str_cat.h"

namespace waypost::bench {
namespace {

using v1::StatusCategory;
using v1::TicketEvent;
using v1::Visibility;

constexpr std::array<std::string_view, 6> kGroups = {
    "Service Desk",   "Network Operations",      "Identity and Access",
    "Workplace EMEA", "ERP Application Support", "L1 Service Desk"};
constexpr std::array<std::string_view, 5> kSubjects = {
    "VPN connection drops every ten minutes for remote finance users",
    "Cannot log in to the ERP client after the password was changed",
    "Laptop does not find the printers on the third floor any more",
    "Shared mailbox is missing since the migration at the weekend",
    "Request for access to the quarterly report folder was not answered"};
constexpr std::array<std::string_view, 4> kCategories = {"network/vpn", "access/password",
                                                         "hardware/printer", "email/mailbox"};
constexpr std::array<std::string_view, 4> kChannels = {"portal", "email", "phone", "chat"};
constexpr std::array<std::string_view, 4> kPriorities = {"P1", "P2", "P3", "P4"};

constexpr std::string_view kReport =
    "It worked yesterday. Since this morning I cannot work at all, and month end is tomorrow.";
constexpr std::string_view kQuestion =
    "We found an expired certificate on your device. Could you tell us when you can restart it?";
constexpr std::string_view kReply = "I restarted it now, please go on. When can I expect news?";
constexpr std::string_view kNote = "Handing over: the gateway log shows resets from the proxy.";
constexpr std::string_view kSolution =
    "The certificate was renewed and the connection is stable again. Please tell us if not.";

enum class Step { kAssign, kAsk, kReply, kHandOver, kResolve, kClose };
constexpr std::array kSteps = {Step::kAssign,   Step::kAsk,     Step::kReply,
                               Step::kHandOver, Step::kResolve, Step::kClose};

void SetStatus(TicketEvent& event, std::string_view name, StatusCategory category) {
  event.mutable_ticket()->set_status(std::string(name));
  event.mutable_ticket()->set_status_category(category);
}

void SetComment(TicketEvent& event, std::string_view body, Visibility visibility) {
  event.mutable_comment()->set_body(std::string(body));
  event.mutable_comment()->set_visibility(visibility);
  event.mutable_comment()->set_id(absl::StrCat(event.ticket().ref(), "-note"));
}

void ActAsCustomer(TicketEvent& event) {
  event.mutable_actor()->set_id(event.ticket().requester().id());
  event.mutable_actor()->set_name(event.ticket().requester().name());
  event.mutable_actor()->set_role(v1::ACTOR_ROLE_CUSTOMER);
}

void ActAsAgent(TicketEvent& event) {
  event.mutable_actor()->set_id(event.ticket().assignee().id());
  event.mutable_actor()->set_name(event.ticket().assignee().name());
  event.mutable_actor()->set_role(v1::ACTOR_ROLE_AGENT);
}

void Assign(TicketEvent& event, std::string_view group, uint64_t agent) {
  event.mutable_ticket()->set_group(std::string(group));
  event.mutable_ticket()->mutable_assignee()->set_id(absl::StrCat("agent-", agent));
  event.mutable_ticket()->mutable_assignee()->set_name(absl::StrCat("Agent Number ", agent));
}

void SetTime(google::protobuf::Timestamp& timestamp, absl::Time time) {
  timestamp.set_seconds(absl::ToUnixSeconds(time));
}

}  // namespace

EventFactory::EventFactory(const EventFactoryOptions& options)
    : options_(options),
      random_(options.seed * 1'000'003 + static_cast<uint64_t>(options.slot)),
      prefix_(absl::StrCat(options.seed, "-", options.slot, "-")),
      open_(static_cast<size_t>(options.only_created ? 1 : options.open_tickets)) {}

const TicketEvent& EventFactory::Next() {
  OpenTicket& open = open_[events_ % open_.size()];
  if (open.step == 0 || options_.only_created) {
    Report(open);
  } else {
    Advance(open);
  }
  Stamp(open.event);
  return open.event;
}

void EventFactory::Report(OpenTicket& open) {
  const uint64_t number = tickets_++;
  const uint64_t person =
      options_.only_created ? number : number % static_cast<uint64_t>(options_.persons);
  open = OpenTicket{.step = 1};
  TicketEvent& event = open.event;
  event.set_source("servicenow");
  v1::Ticket& ticket = *event.mutable_ticket();
  ticket.set_ref(absl::StrCat("INC", prefix_, number));
  ticket.set_url(absl::StrCat("https://desk.example.com/tickets/", ticket.ref()));
  ticket.set_type(Random(5) == 0 ? "request" : "incident");
  ticket.set_subject(std::string(kSubjects[Random(kSubjects.size())]));
  ticket.set_priority(std::string(kPriorities[Random(kPriorities.size())]));
  ticket.set_group(std::string(kGroups[0]));
  v1::Person& requester = *ticket.mutable_requester();
  requester.set_id(absl::StrCat("person-", prefix_, person));
  requester.set_name(absl::StrCat("Maria Example ", person));
  requester.set_email(absl::StrCat("maria.", prefix_, person, "@example.com"));
  requester.set_language(person % 3 == 0 ? "de" : "en");
  if (person % 20 == 0) requester.add_tags("vip");
  ticket.set_service("corporate-vpn");
  ticket.set_category(std::string(kCategories[Random(kCategories.size())]));
  ticket.set_channel(std::string(kChannels[Random(kChannels.size())]));
  (*ticket.mutable_custom_fields())["site"] = "MAD-03";
  (*ticket.mutable_custom_fields())["region"] = "emea-west";
  (*ticket.mutable_custom_fields())["change"] = "CHG0041872";
  ticket.set_impact("department");
  ticket.set_urgency("high");
  ticket.add_watchers()->set_id("team-lead-of-finance");
  SetStatus(event, "New", v1::STATUS_CATEGORY_NEW);
  SetComment(event, kReport, v1::VISIBILITY_BOTH);
  ActAsCustomer(event);
}

void EventFactory::Advance(OpenTicket& open) {
  TicketEvent& event = open.event;
  const Step step = kSteps[open.step - 1];
  ++open.step;
  switch (step) {
    case Step::kAssign:
      Assign(event, kGroups[Random(kGroups.size())], Random(40));
      SetStatus(event, "In Progress", v1::STATUS_CATEGORY_OPEN);
      event.clear_comment();
      ActAsAgent(event);
      break;
    case Step::kAsk:
      SetStatus(event, "Awaiting User Info", v1::STATUS_CATEGORY_WAITING_ON_CUSTOMER);
      SetComment(event, kQuestion, v1::VISIBILITY_BOTH);
      break;
    case Step::kReply:
      SetStatus(event, "In Progress", v1::STATUS_CATEGORY_OPEN);
      SetComment(event, kReply, v1::VISIBILITY_BOTH);
      ActAsCustomer(event);
      break;
    case Step::kHandOver:
      ActAsAgent(event);
      Assign(event, kGroups[Random(kGroups.size())], Random(40));
      SetComment(event, kNote, v1::VISIBILITY_PROVIDER);
      break;
    case Step::kResolve:
      SetStatus(event, "Resolved", v1::STATUS_CATEGORY_RESOLVED);
      SetComment(event, kSolution, v1::VISIBILITY_BOTH);
      ActAsAgent(event);
      break;
    case Step::kClose:
      if (!open.reopened && Random(10) == 0) {
        // The customer disagrees: back to work, and resolved once more.
        open.reopened = true;
        open.step = 4;
        SetStatus(event, "In Progress", v1::STATUS_CATEGORY_OPEN);
        SetComment(event, kReply, v1::VISIBILITY_BOTH);
        ActAsCustomer(event);
        break;
      }
      SetStatus(event, "Closed", v1::STATUS_CATEGORY_CLOSED);
      event.clear_comment();
      open.step = 0;
      break;
  }
}

void EventFactory::Stamp(TicketEvent& event) {
  const absl::Time now = options_.start + absl::Seconds(15) * static_cast<int64_t>(events_);
  event.set_event_id(absl::StrCat("bench-", prefix_, events_));
  SetTime(*event.mutable_occurred_at(), now);
  if (!event.ticket().has_opened_at()) {
    SetTime(*event.mutable_ticket()->mutable_opened_at(), now);
    SetTime(*event.mutable_ticket()->mutable_sla_due_at(), now + absl::Hours(8));
  }
  ++events_;
}

uint64_t EventFactory::Random(uint64_t bound) { return random_() % bound; }

}  // namespace waypost::bench
