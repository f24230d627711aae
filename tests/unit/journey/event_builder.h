// SPDX-License-Identifier: Apache-2.0
// Short forms for events and for playing them into a person's record.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "gtest/gtest.h"
#include "sidecar/journey/fold.h"
#include "sidecar/journey/micros.h"
#include "sidecar/journey/person_record.h"

namespace waypost::journey {

inline constexpr int64_t kMinute = 60 * kMicrosPerSecond;
inline constexpr int64_t kStart = int64_t{1'700'000'000} * kMicrosPerSecond;

// An event `minute` minutes after the start, of ticket T-1 unless told otherwise.
class EventBuilder {
 public:
  explicit EventBuilder(std::string_view id, int64_t minute = 0) {
    event_.set_event_id(std::string(id));
    event_.set_tenant("default");
    event_.set_source("tool");
    SetTime(kStart + minute * kMinute, event_.mutable_occurred_at());
    Ref("T-1");
  }

  EventBuilder& Ref(std::string_view ref) { return Set(ticket().mutable_ref(), ref); }
  EventBuilder& Type(v1::EventType type) {
    event_.set_type(type);
    return *this;
  }
  EventBuilder& Status(std::string_view name, v1::StatusCategory category) {
    ticket().set_status_category(category);
    return Set(ticket().mutable_status(), name);
  }
  EventBuilder& Is(v1::StatusCategory category) {
    ticket().set_status_category(category);
    return *this;
  }
  EventBuilder& Group(std::string_view group) { return Set(ticket().mutable_group(), group); }
  EventBuilder& Assignee(std::string_view id) {
    return Set(ticket().mutable_assignee()->mutable_id(), id);
  }
  EventBuilder& Requester(std::string_view id) {
    return Set(ticket().mutable_requester()->mutable_id(), id);
  }
  EventBuilder& Priority(std::string_view text) { return Set(ticket().mutable_priority(), text); }
  EventBuilder& Parent(std::string_view ref) { return Set(ticket().mutable_parent_ref(), ref); }
  EventBuilder& MergedInto(std::string_view ref) {
    return Set(ticket().mutable_merged_into_ref(), ref);
  }
  EventBuilder& Matter(std::string_view service, std::string_view category) {
    Set(ticket().mutable_service(), service);
    return Set(ticket().mutable_category(), category);
  }
  EventBuilder& Channel(std::string_view channel) {
    return Set(ticket().mutable_channel(), channel);
  }
  EventBuilder& By(v1::ActorRole role) {
    event_.mutable_actor()->set_role(role);
    return *this;
  }
  EventBuilder& Comment(v1::Visibility visibility) {
    event_.mutable_comment()->set_body("text");
    event_.mutable_comment()->set_visibility(visibility);
    return *this;
  }
  EventBuilder& Signal(std::string_view name, std::string_view channel,
                       std::string_view service = "") {
    event_.mutable_signal()->set_name(std::string(name));
    event_.mutable_signal()->set_channel(std::string(channel));
    event_.mutable_signal()->set_service(std::string(service));
    return *this;
  }
  EventBuilder& LoneSignal(std::string_view name, std::string_view channel,
                           std::string_view service = "") {
    event_.clear_ticket();
    return Signal(name, channel, service);
  }
  v1::Ticket& ticket() { return *event_.mutable_ticket(); }
  operator const v1::TicketEvent&() const { return event_; }  // NOLINT(google-explicit-constructor)

 private:
  EventBuilder& Set(std::string* field, std::string_view text) {
    field->assign(text);
    return *this;
  }

  v1::TicketEvent event_;
};

// A person into whose record events are folded in the order of the calls.
class Player {
 public:
  explicit Player(std::string_view person = "ann") {
    record.person.set_tenant("default");
    record.person.set_person_id(std::string(person));
  }

  Folded Play(const v1::TicketEvent& event) {
    absl::StatusOr<Folded> folded = Fold(event, ++position, stitching, nullptr, &record);
    EXPECT_TRUE(folded.ok()) << folded.status();
    return folded.ok() ? *std::move(folded) : Folded();
  }
  void PlayAll(const std::vector<v1::TicketEvent>& events) {
    for (const v1::TicketEvent& event : events) Play(event);
  }
  // Of the only journey.
  const internal::v1::JourneyState& journey() const {
    EXPECT_EQ(record.journeys.size(), 1U);
    return record.journeys.front();
  }
  const v1::JourneyFacts& facts() const { return journey().facts(); }

  rules::Stitching stitching;
  PersonRecord record;
  uint64_t position = 0;
};

// "created commented": the types in their order, by the names of the constants.
inline std::string TypesOf(const Folded& folded) {
  return absl::StrJoin(folded.events, " ", [](std::string* out, const v1::DerivedEvent& event) {
    const std::string name = v1::EventType_Name(event.type());
    absl::StrAppend(out, absl::AsciiStrToLower(absl::StripPrefix(name, "EVENT_TYPE_")));
  });
}

inline double Minutes(const google::protobuf::Duration& duration) {
  return static_cast<double>(MicrosOf(duration)) / static_cast<double>(kMinute);
}

}  // namespace waypost::journey
