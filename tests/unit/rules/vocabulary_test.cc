// SPDX-License-Identifier: Apache-2.0
#include "sidecar/rules/vocabulary.h"

#include <optional>
#include <set>
#include <string>

#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "gtest/gtest.h"
#include "sidecar/calendar/business_calendar.h"

namespace waypost::rules {
namespace {

void SetTime(google::protobuf::Timestamp* timestamp, int64_t seconds) {
  timestamp->set_seconds(seconds);
}

// A subject with something in every field.
class VocabularyTest : public testing::Test {
 protected:
  VocabularyTest() {
    event_.set_event_id("e1");
    event_.set_source("request-tracker");
    SetTime(event_.mutable_occurred_at(), 1000);
    event_.mutable_actor()->set_id("agent-1");
    event_.mutable_actor()->set_name("Ada");
    event_.mutable_comment()->set_body("look here");
    event_.mutable_comment()->set_visibility(v1::VISIBILITY_BOTH);
    event_.mutable_signal()->set_name("search_no_result");
    event_.mutable_signal()->set_channel("portal");
    (*event_.mutable_signal()->mutable_attributes())["query"] = "password";
    FillTicket(event_.mutable_ticket());
    FillFacts();
    derived_.set_type(v1::EVENT_TYPE_PRIORITY_CHANGED);
    derived_.set_from("P3");
    derived_.set_to("P1");
    subject_.event = &event_;
    subject_.ticket = &event_.ticket();
    subject_.journey = &facts_;
    subject_.stage = &stage_;
    subject_.touchpoint = &touchpoint_;
    subject_.person = {.open_journeys = 1, .journeys = 5, .recent_journeys = 2};
    subject_.started_at = absl::FromUnixSeconds(400);
    subject_.late = true;
    expectation_.answer.set_known(true);
    SetTime(expectation_.answer.mutable_resolve_p50(), 4000);
    SetTime(expectation_.answer.mutable_resolve_p80(), 5400);
    expectation_.answer.set_alike("group");
    expectation_.answer.set_sample_size(40);
    subject_.expectation = &expectation_;
    subject_.now = absl::FromUnixSeconds(1000);
  }

  static void FillTicket(v1::Ticket* ticket) {
    ticket->set_ref("INC1");
    ticket->set_url("https://desk.example/INC1");
    ticket->set_type("incident");
    ticket->set_subject("Cannot log in");
    ticket->set_status("Awaiting User Info");
    ticket->set_status_category(v1::STATUS_CATEGORY_WAITING_ON_CUSTOMER);
    ticket->set_priority("P1");
    ticket->set_impact("1 - High");
    ticket->set_urgency("2 - Medium");
    ticket->set_group("Service Desk");
    ticket->mutable_assignee()->set_id("agent-2");
    ticket->mutable_assignee()->set_name("Bob");
    v1::Person* requester = ticket->mutable_requester();
    requester->set_id("u1");
    requester->set_name("Cy");
    requester->set_email("cy@example.com");
    requester->set_language("de-AT");
    requester->set_time_zone("Europe/Vienna");
    requester->add_tags("vip");
    ticket->add_watchers()->set_id("w1");
    ticket->set_service("mail");
    ticket->set_category("access/password");
    ticket->set_channel("phone");
    ticket->set_parent_ref("PRB1");
    ticket->set_merged_into_ref("INC0");
    SetTime(ticket->mutable_sla_due_at(), 5000);
    SetTime(ticket->mutable_opened_at(), 500);
    (*ticket->mutable_custom_fields())["u_floor"] = "3";
    (*ticket->mutable_custom_fields())["a_desk"] = "17";
  }

  void FillFacts() {
    const google::protobuf::Reflection* reflection = facts_.GetReflection();
    for (int i = 0; i < facts_.descriptor()->field_count(); ++i) {
      const google::protobuf::FieldDescriptor* field = facts_.descriptor()->field(i);
      if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_INT32) {
        reflection->SetInt32(&facts_, field, 100 + field->number());
      }
    }
    facts_.add_channels("portal");
    facts_.add_channels("phone");
    facts_.add_groups("Service Desk");
    facts_.set_waiting_on(v1::PARTY_THIRD_PARTY);
    facts_.set_holder("Service Desk");
    SetTime(facts_.mutable_waiting_since(), 900);
    SetTime(facts_.mutable_last_visible_at(), 940);
    facts_.mutable_longest_dark()->set_seconds(70);
    facts_.mutable_time_in_the_dark()->set_seconds(80);
    facts_.set_emotion_basis(v1::EMOTION_BASIS_INFERRED);
    v1::Possession* possession = facts_.add_possessions();
    possession->set_party(v1::PARTY_PROVIDER);
    possession->set_holder("Service Desk");
    possession->mutable_held()->set_seconds(60);
  }

  // What `path` ("ticket.assignee.name") is for the subject, for messages.
  std::string Read(const Bindings& bindings, const std::string& path) {
    std::string rest = path;
    const auto next = [&rest] {
      const size_t dot = rest.find('.');
      std::string name = rest.substr(0, dot);
      rest = dot == std::string::npos ? "" : rest.substr(dot + 1);
      return name;
    };
    cel::Value value = bindings.activation()[RulesEnvironment().Slot(next())];
    while (!rest.empty()) {
      const cel::Object& object = value.AsObject();
      value = object.Get(object.type().FieldNumber(next()));
    }
    return value.ToDisplayString();
  }

  v1::TicketEvent event_;
  v1::DerivedEvent derived_;
  v1::JourneyFacts facts_;
  std::string stage_ = "co_create";
  std::string touchpoint_ = "handed-over";
  struct FixedExpectation final : ExpectationReader {
    [[nodiscard]] const v1::TicketExpectation& Read() const override { return answer; }
    v1::TicketExpectation answer;
  };
  FixedExpectation expectation_;
  Subject subject_;
};

TEST_F(VocabularyTest, ReadsEveryFieldThatHasARow) {
  const struct {
    const char* path;
    const char* want;
  } kCases[] = {
      {"event.type", "\"priority_changed\""},
      {"event.from", "\"P3\""},
      {"event.to", "\"P1\""},
      {"event.id", "\"e1\""},
      {"event.source", "\"request-tracker\""},
      {"event.occurred_at", "1970-01-01T00:16:40Z"},
      {"event.late", "true"},
      {"event.channel", "\"portal\""},
      {"event.signal", "\"search_no_result\""},
      {"event.comment", "\"look here\""},
      {"event.comment_visibility", "\"both\""},
      {"actor.id", "\"agent-1\""},
      {"actor.name", "\"Ada\""},
      {"actor.role", "\"agent\""},
      {"ticket.ref", "\"INC1\""},
      {"ticket.url", "\"https://desk.example/INC1\""},
      {"ticket.type", "\"incident\""},
      {"ticket.subject", "\"Cannot log in\""},
      {"ticket.status", "\"Awaiting User Info\""},
      {"ticket.status_category", "\"waiting_on_customer\""},
      {"ticket.priority", "\"P1\""},
      {"ticket.impact", "\"1 - High\""},
      {"ticket.urgency", "\"2 - Medium\""},
      {"ticket.group", "\"Service Desk\""},
      {"ticket.assignee.id", "\"agent-2\""},
      {"ticket.assignee.name", "\"Bob\""},
      {"ticket.watchers", "1"},
      {"ticket.service", "\"mail\""},
      {"ticket.category", "\"access/password\""},
      {"ticket.channel", "\"phone\""},
      {"ticket.parent_ref", "\"PRB1\""},
      {"ticket.merged_into_ref", "\"INC0\""},
      {"ticket.sla_due_at", "1970-01-01T01:23:20Z"},
      {"ticket.opened_at", "1970-01-01T00:08:20Z"},
      {"requester.id", "\"u1\""},
      {"requester.name", "\"Cy\""},
      {"requester.email", "\"cy@example.com\""},
      {"requester.language", "\"de-AT\""},
      {"requester.time_zone", "\"Europe/Vienna\""},
      {"requester.tags", "[\"vip\"]"},
      {"journey.stage", "\"co_create\""},
      {"journey.touchpoint", "\"handed-over\""},
      {"journey.channels", "[\"portal\", \"phone\"]"},
      {"journey.groups", "[\"Service Desk\"]"},
      {"journey.waiting_on", "\"third_party\""},
      {"journey.holder", "\"Service Desk\""},
      {"journey.emotion_basis", "\"inferred\""},
      {"person.journeys", "5"},
      {"person.open_journeys", "1"},
      {"person.recent_journeys", "2"},
      {"expect.known", "true"},
      {"expect.resolve_by", "\"1970-01-01 03:00\""},  // up to the hour, in Vienna
      {"expect.resolve_p50", "1970-01-01T01:06:40Z"},
      {"expect.resolve_p80", "1970-01-01T01:30:00Z"},
      {"expect.reason", "\"\""},
      {"expect.alike", "\"group\""},
      {"expect.sample_size", "40"},
      {"now", "1970-01-01T00:16:40Z"},
  };
  Bindings bindings(subject_);
  bindings.SetDerived(derived_);
  for (const auto& row : kCases) {
    EXPECT_EQ(Read(bindings, row.path), row.want) << row.path;
  }
}

TEST_F(VocabularyTest, AWindowThatIsNotKnownHasNoTimes) {
  expectation_.answer.Clear();
  expectation_.answer.set_reason_code("COVERAGE_TOO_LOW");
  for (const bool asked : {true, false}) {
    if (!asked) subject_.expectation = nullptr;
    const Bindings bindings(subject_);
    EXPECT_EQ(Read(bindings, "expect.known"), "false");
    EXPECT_EQ(Read(bindings, "expect.resolve_by"), "\"\"");
    EXPECT_EQ(Read(bindings, "expect.resolve_p50"), "null");
    EXPECT_EQ(Read(bindings, "expect.resolve_p80"), "null");
    EXPECT_EQ(Read(bindings, "expect.reason"), asked ? "\"COVERAGE_TOO_LOW\"" : "\"\"");
  }
}

TEST_F(VocabularyTest, HasEveryJourneyFactUnderItsProtoName) {
  Bindings bindings(subject_);
  const cel::ObjectType& journey =
      *RulesEnvironment().variables()[RulesEnvironment().Slot("journey")].type.object();
  for (int i = 0; i < facts_.descriptor()->field_count(); ++i) {
    const google::protobuf::FieldDescriptor* field = facts_.descriptor()->field(i);
    ASSERT_GE(journey.FieldNumber(field->name()), 0) << field->name();
    if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_INT32) {
      EXPECT_EQ(Read(bindings, "journey." + field->name()), std::to_string(100 + field->number()))
          << field->name();
    }
  }
}

TEST_F(VocabularyTest, TellsTimesOfTheJourneyFromNow) {
  Bindings bindings(subject_);
  const cel::Object& journey = bindings.activation()[RulesEnvironment().Slot("journey")].AsObject();
  const auto duration = [&journey](const char* field) {
    return journey.Get(journey.type().FieldNumber(field)).AsDuration();
  };
  EXPECT_EQ(duration("age"), absl::Seconds(600));
  EXPECT_EQ(duration("business_age"), absl::Seconds(600)) << "without a calendar all time counts";
  EXPECT_EQ(duration("dark_for"), absl::Seconds(60));
  EXPECT_EQ(duration("longest_dark"), absl::Seconds(70));
  EXPECT_EQ(duration("time_in_the_dark"), absl::Seconds(80));
  facts_.set_open_tickets(0);
  EXPECT_EQ(duration("dark_for"), absl::ZeroDuration());
}

TEST_F(VocabularyTest, TheAgeInBusinessTimeLeavesTheNightOut) {
  calendar::OpeningHours hours;
  hours.week.fill({{9 * 60, 17 * 60}});
  const auto desk = calendar::BusinessCalendar::Create(hours);
  ASSERT_TRUE(desk.ok()) << desk.status();
  subject_.calendar = &*desk;
  subject_.started_at = absl::FromUnixSeconds(0) + absl::Hours(16);
  subject_.now = absl::FromUnixSeconds(0) + absl::Hours(34);
  Bindings bindings(subject_);
  EXPECT_EQ(Read(bindings, "journey.age"), "64800s");
  EXPECT_EQ(Read(bindings, "journey.business_age"), "7200s");
}

TEST_F(VocabularyTest, MapsFindKeysAndListThemInOrder) {
  Bindings bindings(subject_);
  const cel::Object& ticket = bindings.activation()[RulesEnvironment().Slot("ticket")].AsObject();
  const cel::Value fields = ticket.Get(ticket.type().FieldNumber("custom_fields"));
  cel::Value found;
  ASSERT_TRUE(fields.AsMap().Find(cel::Value::StringView("u_floor"), &found));
  EXPECT_EQ(found.AsString(), "3");
  EXPECT_FALSE(fields.AsMap().Find(cel::Value::StringView("u_room"), &found));
  EXPECT_FALSE(fields.AsMap().Find(cel::Value::Int(3), &found));
  EXPECT_EQ(fields.AsMap().KeyAt(0).AsString(), "a_desk");
  EXPECT_EQ(fields.AsMap().KeyAt(1).AsString(), "u_floor");
}

TEST_F(VocabularyTest, PossessionsAreObjects) {
  Bindings bindings(subject_);
  const cel::Object& journey = bindings.activation()[RulesEnvironment().Slot("journey")].AsObject();
  const cel::Value list = journey.Get(journey.type().FieldNumber("possessions"));
  ASSERT_EQ(list.AsList().size(), 1u);
  const cel::Value first = list.AsList().At(0);
  EXPECT_EQ(first.AsObject().Get(first.AsObject().type().FieldNumber("party")).AsString(),
            "provider");
}

TEST(VocabularyDefaultsTest, AnEmptySubjectReadsAsEmptyAndUnset) {
  const v1::TicketEvent event;
  const v1::JourneyFacts facts;
  Subject subject;
  subject.event = &event;
  subject.ticket = &event.ticket();
  subject.journey = &facts;
  const Bindings bindings(subject);
  const std::set<std::string> known = {"journey.started_at", "actor.role", "event.occurred_at",
                                       "ticket.assignee"};
  for (const cel::Variable& variable : RulesEnvironment().variables()) {
    if (variable.type.kind() != cel::TypeKind::kObject) {
      continue;
    }
    const cel::Object& object =
        bindings.activation()[RulesEnvironment().Slot(variable.name)].AsObject();
    for (size_t i = 0; i < object.type().fields().size(); ++i) {
      const std::string path = variable.name + "." + object.type().fields()[i].name;
      EXPECT_EQ(object.Has(static_cast<int>(i)), known.count(path) != 0) << path;
    }
  }
}

TEST(VocabularyDefaultsTest, TheActorOfALoneSignalIsTheRequester) {
  v1::TicketEvent event;
  event.mutable_signal()->set_name("login_failed");
  event.mutable_actor()->set_id("u9");
  const v1::JourneyFacts facts;
  Subject subject;
  subject.event = &event;
  subject.ticket = &event.ticket();
  subject.journey = &facts;
  const Bindings bindings(subject);
  const cel::Object& requester =
      bindings.activation()[RulesEnvironment().Slot("requester")].AsObject();
  const cel::Object& actor = bindings.activation()[RulesEnvironment().Slot("actor")].AsObject();
  EXPECT_EQ(requester.Get(requester.type().FieldNumber("id")).AsString(), "u9");
  EXPECT_EQ(actor.Get(actor.type().FieldNumber("role")).AsString(), "customer");
}

TEST(VocabularyNamesTest, EveryEnumValueHasTheNameOfItsConstant) {
  const auto lower_without_prefix = [](const std::string& constant, size_t prefix) {
    std::string name = constant.substr(prefix);
    for (char& letter : name) {
      letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    }
    return name;
  };
  for (int i = 1; i < v1::EventType_ARRAYSIZE; ++i) {
    const auto type = static_cast<v1::EventType>(i);
    EXPECT_EQ(EventTypeName(type), lower_without_prefix(v1::EventType_Name(type), 11));
    EXPECT_EQ(EventTypeByName(EventTypeName(type)), type);
  }
  for (int i = 1; i < v1::StatusCategory_ARRAYSIZE; ++i) {
    const auto category = static_cast<v1::StatusCategory>(i);
    EXPECT_EQ(StatusCategoryName(category),
              lower_without_prefix(v1::StatusCategory_Name(category), 16));
  }
  for (int i = 1; i < v1::ConsumerRole_ARRAYSIZE; ++i) {
    const auto role = static_cast<v1::ConsumerRole>(i);
    EXPECT_EQ(ConsumerRoleName(role), lower_without_prefix(v1::ConsumerRole_Name(role), 14));
  }
  for (int i = 1; i < v1::Severity_ARRAYSIZE; ++i) {
    const auto severity = static_cast<v1::Severity>(i);
    EXPECT_EQ(SeverityName(severity), lower_without_prefix(v1::Severity_Name(severity), 9));
  }
  EXPECT_EQ(EventTypeByName("nonsense"), v1::EVENT_TYPE_UNSPECIFIED);
  EXPECT_EQ(EventTypeByName(""), v1::EVENT_TYPE_UNSPECIFIED);
  EXPECT_EQ(EventTypeName(static_cast<v1::EventType>(99)), "");
}

}  // namespace
}  // namespace waypost::rules
