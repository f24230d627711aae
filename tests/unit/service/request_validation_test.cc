// SPDX-License-Identifier: Apache-2.0
#include "sidecar/service/request_validation.h"

#include <functional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "gtest/gtest.h"

namespace waypost::service {
namespace {

using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::Message;
using ::google::protobuf::Reflection;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

v1::TicketEvent GoodEvent() {
  v1::TicketEvent event;
  event.set_event_id("e1");
  event.set_source("request-tracker");
  event.mutable_occurred_at()->set_seconds(1'800'000'000);
  event.mutable_ticket()->set_ref("INC1");
  event.mutable_ticket()->mutable_requester()->set_id("p1");
  return event;
}

std::vector<std::string> Fields(const v1::TicketEvent& event) {
  std::vector<std::string> fields;
  for (const pipeline::Violation& violation : CheckEvent(event, "event", kNow)) {
    fields.push_back(violation.field);
  }
  return fields;
}

TEST(CheckEventTest, GoodEventHasNoViolation) { EXPECT_THAT(Fields(GoodEvent()), IsEmpty()); }

TEST(CheckEventTest, ThePlatformsClockMayBeALittleAhead) {
  v1::TicketEvent event = GoodEvent();
  event.mutable_occurred_at()->set_seconds(absl::ToUnixSeconds(kNow + kMaxClockSkew));
  EXPECT_THAT(Fields(event), IsEmpty());
}

struct Case {
  std::string name;
  std::function<void(v1::TicketEvent*)> spoil;
  std::vector<std::string> fields;
  std::string description;
};

class SpoiledEventTest : public testing::TestWithParam<Case> {};

TEST_P(SpoiledEventTest, IsNamedWithItsField) {
  v1::TicketEvent event = GoodEvent();
  GetParam().spoil(&event);
  EXPECT_EQ(Fields(event), GetParam().fields);
  const auto violations = CheckEvent(event, "event", kNow);
  ASSERT_FALSE(violations.empty());
  EXPECT_THAT(violations[0].description, HasSubstr(GetParam().description));
}

v1::Person* AddWatcher(v1::TicketEvent* event) { return event->mutable_ticket()->add_watchers(); }

const std::vector<Case>& Cases() {
  static const auto* const cases = new std::vector<Case>{
      {"NoEventId", [](auto* e) { e->clear_event_id(); }, {"event.event_id"}, "is required"},
      {"LongEventId",
       [](auto* e) { e->set_event_id(std::string(201, 'x')); },
       {"event.event_id"},
       "has 201 bytes; at most 200 fit"},
      {"ControlCharacterInEventId",
       [](auto* e) { e->set_event_id("a\nb"); },
       {"event.event_id"},
       "control character"},
      {"NulInRef",
       [](auto* e) { e->mutable_ticket()->set_ref(std::string("a\0b", 3)); },
       {"event.ticket.ref"},
       "control character"},
      {"UpperCaseTenant", [](auto* e) { e->set_tenant("Acme"); }, {"event.tenant"}, "a-z, 0-9"},
      {"NoSource", [](auto* e) { e->clear_source(); }, {"event.source"}, "is required"},
      {"NoTime", [](auto* e) { e->clear_occurred_at(); }, {"event.occurred_at"}, "is required"},
      {"Year9999",
       [](auto* e) { e->mutable_occurred_at()->set_seconds(253'402'300'799); },
       {"event.occurred_at"},
       "more than 10 minutes ahead"},
      {"ElevenMinutesAhead",
       [](auto* e) { e->mutable_occurred_at()->set_seconds(absl::ToUnixSeconds(kNow) + 11 * 60); },
       {"event.occurred_at"},
       "more than 10 minutes ahead"},
      {"BeyondTime",
       [](auto* e) { e->mutable_occurred_at()->set_seconds(INT64_MAX); },
       {"event.occurred_at"},
       "is no instant"},
      {"NegativeNanos",
       [](auto* e) { e->mutable_occurred_at()->set_nanos(-1); },
       {"event.occurred_at"},
       "is no instant"},
      {"Year1999",
       [](auto* e) { e->mutable_occurred_at()->set_seconds(946'684'799); },
       {"event.occurred_at"},
       "before 2000-01-01"},
      {"UnknownType",
       [](auto* e) { e->set_type(static_cast<v1::EventType>(99)); },
       {"event.type"},
       "value 99"},
      {"UnknownCategory",
       [](auto* e) {
         e->mutable_ticket()->set_status_category(static_cast<v1::StatusCategory>(-1));
       },
       {"event.ticket.status_category"},
       "value -1"},
      {"UnknownRole",
       [](auto* e) { e->mutable_actor()->set_role(static_cast<v1::ActorRole>(77)); },
       {"event.actor.role"},
       "value 77"},
      {"UnknownVisibility",
       [](auto* e) { e->mutable_comment()->set_visibility(static_cast<v1::Visibility>(4)); },
       {"event.comment.visibility"},
       "value 4"},
      {"NeitherTicketNorSignal", [](auto* e) { e->clear_ticket(); }, {"event.ticket"}, "unless"},
      {"SignalTypeWithoutSignal",
       [](auto* e) { e->set_type(v1::EVENT_TYPE_SIGNAL); },
       {"event.signal"},
       "is required"},
      {"SignalWithoutPerson",
       [](auto* e) {
         e->clear_ticket();
         e->mutable_signal()->set_name("login_failed");
       },
       {"event.actor.id"},
       "person concerned"},
      {"SignalNameWithCapitals",
       [](auto* e) { e->mutable_signal()->set_name("LoginFailed"); },
       {"event.signal.name"},
       "snake case"},
      {"RequesterWithoutId",
       [](auto* e) { e->mutable_ticket()->mutable_requester()->clear_id(); },
       {"event.ticket.requester.id"},
       "is required"},
      {"WatcherWithoutId",
       [](auto* e) { AddWatcher(e)->set_name("x"); },
       {"event.ticket.watchers[0].id"},
       "is required"},
      {"TooManyWatchers",
       [](auto* e) {
         for (int i = 0; i < 65; ++i) AddWatcher(e)->set_id("w");
       },
       {"event.ticket.watchers"},
       "has 65 entries; at most 64"},
      {"TooManyTags",
       [](auto* e) {
         for (int i = 0; i < 65; ++i) e->mutable_ticket()->mutable_requester()->add_tags("t");
       },
       {"event.ticket.requester.tags"},
       "at most 64"},
      {"TooManyCustomFields",
       [](auto* e) {
         for (int i = 0; i < 65; ++i) {
           (*e->mutable_ticket()->mutable_custom_fields())[std::to_string(i)] = "v";
         }
       },
       {"event.ticket.custom_fields"},
       "at most 64"},
      {"LongCustomValue",
       [](auto* e) {
         (*e->mutable_ticket()->mutable_custom_fields())["k"] = std::string(4097, 'v');
       },
       {"event.ticket.custom_fields[\"k\"]"},
       "at most 4096"},
      {"RelativeUrl",
       [](auto* e) { e->mutable_ticket()->set_url("/ticket/1"); },
       {"event.ticket.url"},
       "absolute"},
      {"SlaOutOfRange",
       [](auto* e) { e->mutable_ticket()->mutable_sla_due_at()->set_seconds(INT64_MIN); },
       {"event.ticket.sla_due_at"},
       "is no instant"},
      {"SeveralAtOnce",
       [](auto* e) {
         e->clear_event_id();
         e->mutable_ticket()->clear_ref();
         AddWatcher(e);
       },
       {"event.event_id", "event.ticket.ref", "event.ticket.watchers[0].id"},
       "is required"},
  };
  return *cases;
}

INSTANTIATE_TEST_SUITE_P(All, SpoiledEventTest, testing::ValuesIn(Cases()),
                         [](const auto& info) { return info.param.name; });

void AddEntry(const std::string& key, const std::string& value, const FieldDescriptor* field,
              Message* message) {
  Message* entry = message->GetReflection()->AddMessage(message, field);
  const google::protobuf::Descriptor* type = entry->GetDescriptor();
  entry->GetReflection()->SetString(entry, type->map_key(), key);
  entry->GetReflection()->SetString(entry, type->map_value(), value);
}

// Makes each string below `message` too long in turn and calls `visit` with its path meanwhile.
void VisitStrings(Message* message, const std::string& path,
                  const std::function<void(const std::string&)>& visit) {
  const Reflection* reflection = message->GetReflection();
  const google::protobuf::Descriptor* descriptor = message->GetDescriptor();
  if (descriptor->full_name() == "google.protobuf.Timestamp") return;
  const std::string too_long(70'000, 'x');
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* field = descriptor->field(i);
    const std::string here = path + "." + field->name();
    if (field->is_map()) {
      AddEntry("k", too_long, field, message);
      visit(here + "[\"k\"]");
      reflection->ClearField(message, field);
      AddEntry(too_long, "v", field, message);
      visit(here + " (a name)");
      reflection->ClearField(message, field);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      if (field->is_repeated()) {
        reflection->AddString(message, field, too_long);
        visit(here + "[0]");
      } else {
        reflection->SetString(message, field, too_long);
        visit(here);
      }
      reflection->ClearField(message, field);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      const bool repeated = field->is_repeated();
      Message* child = repeated ? reflection->AddMessage(message, field)
                                : reflection->MutableMessage(message, field);
      VisitStrings(child, here + (repeated ? "[0]" : ""), visit);
      reflection->ClearField(message, field);
    }
  }
}

TEST(CheckEventTest, EveryStringOfTheProtoHasABound) {
  v1::TicketEvent event;
  int strings = 0;
  VisitStrings(&event, "event", [&](const std::string& path) {
    ++strings;
    const std::vector<std::string> fields = Fields(event);
    if (path == "event.tenant") {
      EXPECT_THAT(fields, testing::Contains(path));
      return;
    }
    bool found = false;
    for (const pipeline::Violation& violation : CheckEvent(event, "event", kNow)) {
      found |= violation.field == path && violation.description.find("70000") != std::string::npos;
    }
    EXPECT_TRUE(found) << path << " has no bound";
  });
  EXPECT_GT(strings, 40);
}

TEST(CheckRequestTest, ListsEveryViolation) {
  v1::ListJourneysRequest request;
  EXPECT_TRUE(CheckRequest(request).ok());
  request.set_page_size(1001);
  request.set_tenant("A");
  const absl::Status status = CheckRequest(request);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("tenant"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("1 more"));
}

TEST(CheckRequestTest, AJourneyIsNamedOneWay) {
  v1::GetJourneyRequest request;
  EXPECT_THAT(std::string(CheckRequest(request).message()), HasSubstr("journey_id or ticket"));
  request.mutable_ticket()->set_ref("INC1");
  EXPECT_THAT(std::string(CheckRequest(request).message()), HasSubstr("ticket.source"));
  request.mutable_ticket()->set_source("rt");
  EXPECT_TRUE(CheckRequest(request).ok());
}

}  // namespace
}  // namespace waypost::service
