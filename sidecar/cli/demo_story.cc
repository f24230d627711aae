// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cli/demo_story.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "sidecar/cli/names.h"

namespace waypost::cli {
namespace {

constexpr const char* kPerson = "mara.keller";

class StoryWriter {
 public:
  explicit StoryWriter(absl::Time start) : start_(start) {}

  v1::TicketEvent& Step(int minute, std::string narration) {
    DemoStep step;
    step.narration = std::move(narration);
    step.event.set_event_id(absl::StrCat("password-reset-", steps_.size() + 1));
    step.event.set_source(kDemoSource);
    ToProto(start_ + absl::Minutes(minute), step.event.mutable_occurred_at());
    steps_.push_back(std::move(step));
    return steps_.back().event;
  }

  v1::Signal& Signal(int minute, const char* name, const char* channel, std::string narration) {
    v1::TicketEvent& event = Step(minute, std::move(narration));
    event.mutable_actor()->set_id(kPerson);
    event.mutable_actor()->set_name("Mara Keller");
    event.mutable_actor()->set_role(v1::ACTOR_ROLE_CUSTOMER);
    event.mutable_signal()->set_name(name);
    event.mutable_signal()->set_channel(channel);
    event.mutable_signal()->set_service("Log-in");
    return *event.mutable_signal();
  }

  v1::Ticket& Ticket(int minute, v1::ActorRole role, std::string narration) {
    v1::TicketEvent& event = Step(minute, std::move(narration));
    event.mutable_actor()->set_role(role);
    event.mutable_actor()->set_id(role == v1::ACTOR_ROLE_CUSTOMER ? kPerson : "agent.sam");
    event.mutable_ticket()->set_ref(kDemoStoryTicket);
    return *event.mutable_ticket();
  }

  std::vector<DemoStep> Take() { return std::move(steps_); }

 private:
  absl::Time start_;
  std::vector<DemoStep> steps_;
};

void WriteStepsBeforeTheTicket(StoryWriter* story) {
  story->Signal(0, "login_failed", "portal", "Mara cannot log in.");
  story->Signal(1, "login_failed", "portal", "She tries again. It fails again.");
  story->Signal(4, "call_abandoned", "phone",
                "She calls the desk and gives up after four minutes in the queue.");
  story->Signal(8, "portal_visited", "portal", "Against her liking she opens the portal.");
  (*story
        ->Signal(9, "search_no_result", "portal",
                 "She searches \"password not working\" and finds nothing.")
        .mutable_attributes())["query"] = "password not working";
  story->Signal(12, "article_viewed", "portal", "By chance she finds the reset page.");
  story->Signal(14, "password_reset_requested", "portal", "She asks for a new password.");
  story->Signal(15, "password_reset_mail_sent", "email",
                "The reset link goes to the mailbox that she cannot open.");
}

void FillNewTicket(v1::Ticket* ticket) {
  ticket->set_url(absl::StrCat("https://desk.example/", kDemoStoryTicket));
  ticket->set_type("incident");
  ticket->set_subject("Cannot log in");
  ticket->set_status("New");
  ticket->set_status_category(v1::STATUS_CATEGORY_NEW);
  ticket->set_priority("P3");
  ticket->set_channel("phone");
  ticket->set_service("Log-in");
  ticket->set_category("access");
  v1::Person* requester = ticket->mutable_requester();
  requester->set_id(kPerson);
  requester->set_name("Mara Keller");
  requester->set_language("en");
  requester->set_time_zone("Europe/London");
}

void WriteTicket(StoryWriter* story) {
  FillNewTicket(&story->Ticket(20, v1::ACTOR_ROLE_CUSTOMER,
                               "She calls again and gets through. Only now does a ticket exist."));
  v1::Ticket& taken = story->Ticket(22, v1::ACTOR_ROLE_AGENT, "The service desk takes it.");
  taken.set_group("Service Desk");
  taken.set_status("In progress");
  taken.set_status_category(v1::STATUS_CATEGORY_OPEN);
  story->Ticket(26, v1::ACTOR_ROLE_AGENT, "The desk hands it to the network team.")
      .set_group("Network Access");
  story->Ticket(31, v1::ACTOR_ROLE_AGENT, "The network team sends it back: not theirs.")
      .set_group("Service Desk");
  v1::Ticket& solved =
      story->Ticket(36, v1::ACTOR_ROLE_AGENT, "The desk sets a new password over the phone.");
  solved.set_status("Resolved");
  solved.set_status_category(v1::STATUS_CATEGORY_RESOLVED);
  v1::Ticket& closed = story->Ticket(41, v1::ACTOR_ROLE_SYSTEM, "The tool closes the ticket.");
  closed.set_status("Closed");
  closed.set_status_category(v1::STATUS_CATEGORY_CLOSED);
}

}  // namespace

std::vector<DemoStep> PasswordResetStory(absl::Time start) {
  StoryWriter story(start);
  WriteStepsBeforeTheTicket(&story);
  WriteTicket(&story);
  return story.Take();
}

}  // namespace waypost::cli
