// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cli/story_suite.h"

#include <cctype>
#include <charconv>
#include <filesystem>
#include <memory>
#include <set>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "sidecar/cel/text_form.h"
#include "sidecar/cli/names.h"
#include "sidecar/cli/story_expectation.h"
#include "sidecar/cli/yaml_message.h"
#include "sidecar/mapping/enum_words.h"
#include "sidecar/mapping/spec_reader.h"

namespace waypost::cli {
namespace {

std::optional<absl::Duration> UnitOf(char letter) {
  switch (letter) {
    case 's':
      return absl::Seconds(1);
    case 'm':
      return absl::Minutes(1);
    case 'h':
      return absl::Hours(1);
    case 'd':
      return absl::Hours(24);
    case 'w':
      return absl::Hours(24 * 7);
    default:
      return std::nullopt;
  }
}

std::optional<absl::Time> ReadTime(std::string_view text) {
  absl::Time time;
  return cel::ReadTimestamp(text, &time) ? std::optional(time) : std::nullopt;
}

// What a suite or a story assumes where a step tells nothing.
struct Defaults {
  std::string tenant = "default";
  std::string source = "story";
  v1::Person agent;
  v1::Ticket ticket;  // with its requester
};

class SuiteReader {
 public:
  SuiteReader(const yaml::Document& document, StorySuite* suite, DiagnosticSink* sink)
      : reader_(document, sink), root_(document.root()), suite_(*suite) {}

  void Read() {
    if (!reader_.CheckMapping(root_, {"apiVersion", "kind", "name", "rules", "defaults", "stories"},
                              {"apiVersion", "kind", "name", "stories"})) {
      return;
    }
    reader_.Choice(root_, "apiVersion", {"waypost/v1"});
    reader_.Choice(root_, "kind", {"story-suite"});
    suite_.name = reader_.Text(root_, "name").value_or("");
    const std::filesystem::path folder = std::filesystem::path(suite_.path).parent_path();
    suite_.rules =
        (folder / reader_.Text(root_, "rules").value_or(".")).lexically_normal().string();
    Defaults defaults;
    defaults.ticket.set_ref("TICKET-1");
    defaults.ticket.mutable_requester()->set_id("requester");
    defaults.agent.set_id("agent");
    ReadDefaults(root_, &defaults);
    for (const yaml::Node* story : reader_.Items(root_, "stories")) {
      ReadStory(*story, defaults);
    }
  }

 private:
  void ReadDefaults(const yaml::Node& parent, Defaults* defaults) {
    const yaml::Node* node = parent.Find("defaults");
    if (node == nullptr ||
        !reader_.CheckMapping(*node, {"tenant", "source", "requester", "agent", "ticket"}, {})) {
      return;
    }
    defaults->tenant = reader_.Text(*node, "tenant").value_or(defaults->tenant);
    defaults->source = reader_.Text(*node, "source").value_or(defaults->source);
    const TimeReader read_time = ReadTime;
    if (const yaml::Node* requester = node->Find("requester"); requester != nullptr) {
      defaults->ticket.mutable_requester()->Clear();
      FillMessage(*requester, read_time, &reader_, defaults->ticket.mutable_requester());
    }
    if (const yaml::Node* agent = node->Find("agent"); agent != nullptr) {
      defaults->agent.Clear();
      FillMessage(*agent, read_time, &reader_, &defaults->agent);
    }
    if (const yaml::Node* ticket = node->Find("ticket"); ticket != nullptr) {
      FillMessage(*ticket, read_time, &reader_, &defaults->ticket);
    }
  }

  void ReadStory(const yaml::Node& node, Defaults defaults) {
    if (!reader_.CheckMapping(node, {"name", "start", "tickets_take", "defaults", "steps"},
                              {"name", "steps"})) {
      return;
    }
    Story story;
    story.location = reader_.LocationOf(node);
    story.name = reader_.Text(node, "name").value_or("");
    story.start = ReadStart(node);
    story.tickets_take = ReadTicketsTake(node);
    ReadDefaults(node, &defaults);
    if (node.Find("steps") != nullptr && reader_.Items(node, "steps").empty()) {
      reader_.Report(node, DiagnosticCode::kSpecBadValue, "a story needs at least one step");
    }
    known_tickets_.clear();
    for (const yaml::Node* step : reader_.Items(node, "steps")) {
      ReadStep(*step, defaults, &story);
    }
    suite_.stories.push_back(std::move(story));
  }

  absl::Time ReadStart(const yaml::Node& story) {
    const absl::Time usual =
        absl::FromCivil(absl::CivilDay(2026, 3, 2), absl::UTCTimeZone()) + absl::Hours(9);
    const std::optional<std::string> text = reader_.Text(story, "start");
    if (!text.has_value()) {
      return usual;
    }
    const std::optional<absl::Time> time = ReadTime(*text);
    if (!time.has_value()) {
      reader_.Report(*story.Find("start"), DiagnosticCode::kSpecBadValue,
                     absl::StrCat("\"", *text, "\" is not a time; write 2026-03-02T09:00:00Z"));
    }
    return time.value_or(usual);
  }

  std::optional<TicketsTake> ReadTicketsTake(const yaml::Node& story) {
    const yaml::Node* node = story.Find("tickets_take");
    if (node == nullptr || !reader_.CheckMapping(*node, {"p50", "p80"}, {"p50", "p80"})) {
      return std::nullopt;
    }
    TicketsTake take{ReadLength(*node, "p50"), ReadLength(*node, "p80")};
    if (node->Find("p80") != nullptr && take.p50 > take.p80) {
      reader_.Report(*node, DiagnosticCode::kSpecBadValue,
                     "half of the tickets (p50) cannot take longer than eight of ten (p80) do");
    }
    return take;
  }

  absl::Duration ReadLength(const yaml::Node& mapping, std::string_view key) {
    const std::optional<std::string> text = reader_.Text(mapping, key);
    if (!text.has_value()) return absl::ZeroDuration();
    const std::optional<absl::Duration> length = ParseStep(*text);
    if (!length.has_value() || *length < absl::ZeroDuration()) {
      reader_.Report(*mapping.Find(key), DiagnosticCode::kSpecBadValue,
                     absl::StrCat("\"", *text, "\" is not a length of time; write 3h or 2d12h"));
    }
    return length.value_or(absl::ZeroDuration());
  }

  void ReadStep(const yaml::Node& node, const Defaults& defaults, Story* story) {
    if (!reader_.CheckMapping(
            node, {"at", "id", "by", "type", "event", "signal", "comment", "feedback", "expect"},
            {"at"})) {
      return;
    }
    StoryStep step;
    step.location = reader_.LocationOf(node);
    const TimeReader read_time = [&](std::string_view text) -> std::optional<absl::Time> {
      const std::optional<absl::Duration> since = ParseStep(text);
      return since.has_value() ? story->start + *since : ReadTime(text);
    };
    ReadAt(node, read_time, &step);
    const yaml::Node* expect = node.Find("expect");
    if (expect != nullptr) step.expect = ReadExpectation(*expect, &reader_);
    if (node.Find("event") != nullptr || node.Find("signal") != nullptr ||
        node.Find("comment") != nullptr || node.Find("feedback") != nullptr ||
        node.Find("type") != nullptr) {
      ReadEvent(node, defaults, read_time, story->steps.size() + 1, &step);
    } else if (expect == nullptr) {
      reader_.Report(
          node, DiagnosticCode::kSpecMissingKey,
          "a step needs an event, a signal, a comment, feedback or a type; or expect, for "
          "what time alone brings");
    } else {
      CheckTimeStep(node, *expect);
    }
    story->steps.push_back(std::move(step));
  }

  // Without an event nobody acts and nobody moves.
  void CheckTimeStep(const yaml::Node& node, const yaml::Node& expect) {
    for (const char* key : {"id", "by"}) {
      if (const yaml::Node* value = node.Find(key); value != nullptr) {
        reader_.Report(*value, DiagnosticCode::kSpecUnknownKey,
                       absl::StrCat("a step without an event has no \"", key, "\""));
      }
    }
    for (const char* key : {"stage", "touchpoint", "owner"}) {
      if (const yaml::Node* value = expect.Find(key); value != nullptr) {
        reader_.Report(
            *value, DiagnosticCode::kSpecUnknownKey,
            absl::StrCat("time alone moves nobody, so a step without an event expects no \"", key,
                         "\""));
      }
    }
  }

  void ReadEvent(const yaml::Node& node, const Defaults& defaults, const TimeReader& read_time,
                 size_t number, StoryStep* step) {
    v1::TicketEvent& event = step->event.emplace();
    event.set_event_id(reader_.Text(node, "id").value_or(absl::StrCat("step-", number)));
    event.set_tenant(defaults.tenant);
    event.set_source(defaults.source);
    ToProto(step->at, event.mutable_occurred_at());
    const bool first = ReadTicket(node, defaults, read_time, &event);
    ReadSignal(node, read_time, &event);
    ReadFeedback(node, step);
    ReadComment(node, read_time, &event);
    if (const auto type =
            reader_.Choice(node, "type", mapping::EnumWords(*v1::EventType_descriptor()));
        type.has_value()) {
      event.set_type(static_cast<v1::EventType>(
          mapping::FindEnumValue(*v1::EventType_descriptor(), *type)->number()));
    }
    ReadActor(node, defaults, first, &event);
  }

  void ReadAt(const yaml::Node& node, const TimeReader& read_time, StoryStep* step) {
    const std::optional<std::string> text = reader_.Text(node, "at");
    const std::optional<absl::Time> time =
        text.has_value() ? read_time(*text) : std::optional<absl::Time>();
    step->at = time.value_or(absl::UnixEpoch());
    if (!time.has_value() && text.has_value()) {
      reader_.Report(
          *node.Find("at"), DiagnosticCode::kSpecBadValue,
          absl::StrCat("\"", *text, "\" is not a time; write +2h30m or 2026-03-02T09:00:00Z"));
    }
  }

  // The first event of a ticket carries the defaults; whether this is one. A signal alone has no
  // ticket.
  bool ReadTicket(const yaml::Node& node, const Defaults& defaults, const TimeReader& read_time,
                  v1::TicketEvent* event) {
    const yaml::Node* fields = node.Find("event");
    if (fields == nullptr && node.Find("signal") != nullptr) {
      return true;
    }
    v1::Ticket told;
    if (fields != nullptr) {
      FillMessage(*fields, read_time, &reader_, &told);
    }
    if (told.ref().empty()) {
      told.set_ref(defaults.ticket.ref());
    }
    const bool first = known_tickets_.insert(told.ref()).second;
    if (first) {
      *event->mutable_ticket() = defaults.ticket;
      if (told.has_requester()) {
        event->mutable_ticket()->clear_requester();
      }
    }
    event->mutable_ticket()->MergeFrom(told);
    return first;
  }

  void ReadSignal(const yaml::Node& node, const TimeReader& read_time, v1::TicketEvent* event) {
    const yaml::Node* signal = node.Find("signal");
    if (signal == nullptr) {
      return;
    }
    if (signal->kind == yaml::NodeKind::kScalar) {
      event->mutable_signal()->set_name(signal->text);
    } else {
      FillMessage(*signal, read_time, &reader_, event->mutable_signal());
    }
  }

  void ReadFeedback(const yaml::Node& node, StoryStep* step) {
    const yaml::Node* feedback = node.Find("feedback");
    if (feedback == nullptr ||
        !reader_.CheckMapping(*feedback, {"survey", "rating", "lost_time"}, {"survey", "rating"})) {
      return;
    }
    step->answers = reader_.Text(*feedback, "survey").value_or("");
    v1::Feedback& answer = *step->event->mutable_feedback();
    int rating = 0;
    if (absl::SimpleAtoi(reader_.Text(*feedback, "rating").value_or(""), &rating)) {
      answer.set_rating(rating);
    } else {
      reader_.Report(*feedback, DiagnosticCode::kSpecBadValue, "the rating is no whole number");
    }
    if (const auto text = reader_.Text(*feedback, "lost_time"); text.has_value()) {
      const std::optional<absl::Duration> lost = ParseStep(*text);
      if (lost.has_value()) {
        answer.mutable_lost_time()->set_seconds(absl::ToInt64Seconds(*lost));
      } else {
        reader_.Report(*feedback->Find("lost_time"), DiagnosticCode::kSpecBadValue,
                       absl::StrCat("\"", *text, "\" is not a length of time; write 4h or 1d"));
      }
    }
  }

  void ReadComment(const yaml::Node& node, const TimeReader& read_time, v1::TicketEvent* event) {
    const yaml::Node* comment = node.Find("comment");
    if (comment == nullptr) {
      return;
    }
    event->mutable_comment()->set_visibility(v1::VISIBILITY_BOTH);
    if (comment->kind == yaml::NodeKind::kScalar) {
      event->mutable_comment()->set_body(comment->text);
    } else {
      FillMessage(*comment, read_time, &reader_, event->mutable_comment());
    }
  }

  void ReadActor(const yaml::Node& node, const Defaults& defaults, bool first,
                 v1::TicketEvent* event) {
    const std::string by = reader_.Choice(node, "by", {"customer", "agent", "system", "waypost"})
                               .value_or(first ? "customer" : "agent");
    v1::Actor& actor = *event->mutable_actor();
    actor.set_role(static_cast<v1::ActorRole>(
        mapping::FindEnumValue(*v1::ActorRole_descriptor(), by)->number()));
    if (by == "customer" || !event->has_ticket()) {
      const v1::Person& requester = event->ticket().has_requester() ? event->ticket().requester()
                                                                    : defaults.ticket.requester();
      actor.set_id(requester.id());
      actor.set_name(requester.name());
    } else if (by == "agent") {
      actor.set_id(defaults.agent.id());
      actor.set_name(defaults.agent.name());
    } else {
      actor.set_id(by);
    }
  }

  mapping::SpecReader reader_;
  const yaml::Node& root_;
  StorySuite& suite_;
  std::set<std::string> known_tickets_;  // of the story now read
};

}  // namespace

std::optional<absl::Duration> ParseStep(std::string_view text) {
  if (!text.empty() && text.front() == '+') {
    text.remove_prefix(1);
  }
  absl::Duration sum;
  bool any = false;
  while (!text.empty()) {
    int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || number < 0 || end == text.data() + text.size()) {
      return std::nullopt;
    }
    const std::optional<absl::Duration> unit = UnitOf(*end);
    if (!unit.has_value()) {
      return std::nullopt;
    }
    sum += *unit * number;
    text.remove_prefix(static_cast<size_t>(end - text.data()) + 1);
    any = true;
  }
  return any ? std::optional(sum) : std::nullopt;
}

std::optional<StorySuite> StorySuite::Load(const std::string& path, DiagnosticSink* sink) {
  const std::unique_ptr<const yaml::Document> document = mapping::ReadDocument(path, sink);
  if (document == nullptr) {
    return std::nullopt;
  }
  StorySuite suite;
  suite.path = path;
  SuiteReader(*document, &suite, sink).Read();
  return sink->has_errors() ? std::nullopt : std::optional(std::move(suite));
}

}  // namespace waypost::cli
