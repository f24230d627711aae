// SPDX-License-Identifier: Apache-2.0
#include "sidecar/mapping/message_mapping.h"

#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "sidecar/yaml/document.h"
#include "waypost/v1/ticket.pb.h"

namespace waypost::mapping {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A mapping of the expressions under `event`, over a dyn `x` whose value each test gives.
class MessageMappingTest : public testing::Test {
 protected:
  void Read(const std::string& text) {
    document_ = yaml::Document::Parse("t.yaml", text, {}, &sink_);
    environment_.AddVariable("x", cel::Type());
    rules_.environment = &environment_;
    rules_.zone = absl::UTCTimeZone();
    rules_.required = {"event_id"};
    rules_.excluded = {"tenant"};
    rules_.time_key = "text";
    SpecReader reader(*document_, &sink_);
    rules_.compile_time = [&](const yaml::Node& node) {
      return reader.Expression(node, environment_, {cel::TypeKind::kString});
    };
    mapping_.Read(document_->root(), *v1::TicketEvent::descriptor(), rules_, &reader);
    for (const Diagnostic& finding : sink_.Take()) findings_.push_back(finding.message);
  }

  absl::Status Apply(cel::Value x) {
    event_.Clear();
    unset_.clear();
    const cel::Value values[] = {std::move(x)};
    return mapping_.Apply(values, &event_, &unset_);
  }

  DiagnosticSink sink_;
  std::unique_ptr<const yaml::Document> document_;
  cel::Environment environment_;
  MappingRules rules_;
  MessageMapping mapping_;
  std::vector<std::string> findings_;
  v1::TicketEvent event_;
  std::vector<UnsetField> unset_;
};

struct Fit {
  const char* name;
  const char* field;       // YAML of one field beside event_id
  const char* want;        // the event in text format, without event_id; or
  const char* unset = "";  // why the field is unset
};

class FieldFitTest : public MessageMappingTest, public testing::WithParamInterface<Fit> {};

TEST_P(FieldFitTest, TakesWhatFits) {
  Read(std::string("event_id: '\"e\"'\n") + GetParam().field + "\n");
  ASSERT_THAT(findings_, IsEmpty());
  ASSERT_TRUE(Apply(cel::Value::Null()).ok());
  event_.clear_event_id();
  std::string text;
  google::protobuf::TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  printer.PrintToString(event_, &text);
  EXPECT_EQ(text, GetParam().want);
  EXPECT_EQ(unset_.empty() ? "" : unset_[0].reason, GetParam().unset);
}

INSTANTIATE_TEST_SUITE_P(
    Fields, FieldFitTest,
    testing::Values(
        Fit{"text", "source: '\"rt\"'", "source: \"rt\" "},
        Fit{"integer_as_text", "ticket: {ref: dyn(4711)}", "ticket { ref: \"4711\" } "},
        Fit{"number_with_point_is_no_text", "source: dyn(1.5)", "",
            "the expression gives 1.5, which does not fit"},
        Fit{"null_is_unset", "source: 'null'", ""},
        Fit{"empty_optional_is_unset", "source: '{\"a\": \"b\"}[?\"c\"]'", ""},
        Fit{"optional_of_null_is_unset", "source: 'optional.of(dyn(null))'", ""},
        Fit{"missing_key_is_told", "source: 'dyn({}).name'", "",
            "no such key: 'name' in dyn({}).name"},
        Fit{"enum_word", "type: '\"resolved\"'", "type: EVENT_TYPE_RESOLVED "},
        Fit{"no_enum_word", "actor: {role: '\"boss\"'}", "",
            "\"boss\" is not one of customer, agent, system, waypost"},
        Fit{"time_as_text", "occurred_at: '\"2026-05-04T12:00:00.5+02:00\"'",
            "occurred_at { seconds: 1777888800 nanos: 500000000 } "},
        Fit{"time_before_1970", "occurred_at: '\"1969-12-31T23:59:59.5Z\"'",
            "occurred_at { seconds: -1 nanos: 500000000 } "},
        Fit{"no_time", "occurred_at: '\"today\"'", "",
            "\"today\" is no time such as 2026-03-02T09:00:00Z"},
        Fit{"time_in_layout",
            "occurred_at: {text: '\"04.05.2026 12:00\"', layout: '%d.%m.%Y %H:%M', zone: "
            "Europe/Berlin}",
            "occurred_at { seconds: 1777888800 } "},
        Fit{"not_in_layout", "occurred_at: {text: '\"4 May\"', layout: '%d.%m.%Y'}", "",
            "\"4 May\" is not of the form %d.%m.%Y"},
        Fit{"number", "feedback: {rating: dyn(4)}", "feedback { rating: 4 } "},
        Fit{"number_too_large", "feedback: {rating: dyn(3000000000)}", "",
            "the expression gives 3000000000, which does not fit"},
        Fit{"length_of_time", "feedback: {lost_time: 'duration(\"90m\")'}",
            "feedback { lost_time { seconds: 5400 } } "},
        Fit{"list", "ticket: {requester: {tags: '[\"a\", \"b\"]'}}",
            "ticket { requester { tags: \"a\" tags: \"b\" } } "},
        Fit{"map_of_expressions", "ticket: {custom_fields: {floor: dyn(3), gone: 'null'}}",
            "ticket { custom_fields { key: \"floor\" value: \"3\" } } "},
        Fit{"map_as_a_whole",
            "ticket: {custom_fields: 'dyn({\"l\": [\"a\", \"b\"], \"n\": null})'}",
            "ticket { custom_fields { key: \"l\" value: \"a, b\" } } "},
        Fit{"map_in_map", "ticket: {custom_fields: 'dyn({\"m\": {\"a\": 1}})'}", "",
            "the entry \"m\" is neither text nor number"}),
    [](const auto& info) { return info.param.name; });

TEST_F(MessageMappingTest, ARequiredFieldThatFailsFailsTheEvent) {
  Read("event_id: x.id");
  EXPECT_THAT(
      std::string(
          Apply(cel::Value::Map(std::vector<std::pair<cel::Value, cel::Value>>())).message()),
      "event_id: no such key: 'id' in x.id");
  EXPECT_THAT(std::string(Apply(cel::Value::Null()).message()), HasSubstr("event_id: "));
}

TEST_F(MessageMappingTest, ARequiredFieldThatIsNullFailsTheEvent) {
  Read("event_id: x");
  EXPECT_EQ(Apply(cel::Value::Null()).message(), "event_id: it is not told");
}

TEST_F(MessageMappingTest, WordsForUnknownAreLeftUnset) {
  mapping_.SetUnknown({"?"});
  Read("event_id: '\"e\"'\nsource: x");
  ASSERT_TRUE(Apply(cel::Value::String("?")).ok());
  EXPECT_EQ(event_.source(), "");
  EXPECT_THAT(unset_, IsEmpty());
}

TEST_F(MessageMappingTest, EverythingThatIsWrongIsReportedAtOnce) {
  Read(R"(ticket: {reff: x.a, ref: true, subject: x.}
tenant: '"t"'
occurred_at: {text: x.t}
)");
  EXPECT_THAT(
      findings_,
      ElementsAre(HasSubstr("\"event_id\" is missing"),
                  HasSubstr("unknown key \"reff\"; did you mean \"ref\"?"),
                  HasSubstr("expected an expression of type string, found one of type bool"),
                  HasSubstr(""), HasSubstr("unknown key \"tenant\""),
                  HasSubstr("\"layout\" is missing")));
}

}  // namespace
}  // namespace waypost::mapping
