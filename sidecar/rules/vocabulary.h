// SPDX-License-Identifier: Apache-2.0
// What conditions and texts may speak of.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "sidecar/calendar/business_calendar.h"
#include "sidecar/cel/environment.h"
#include "sidecar/cel/program.h"
#include "waypost/v1/enrichment.pb.h"
#include "waypost/v1/journey.pb.h"
#include "waypost/v1/ticket.pb.h"

namespace waypost::rules {

// The environment of every expression in a rules file: `event`, `ticket`, `requester`, `actor`,
// `journey`, `person`, `expect`, `now` and `update.next_update_by`. One per process, immutable,
// thread-safe. Fields that the person who waits must not read (internal comment, assignee, groups,
// custom fields, ...) are marked internal.
const cel::Environment& RulesEnvironment();

// What a person is known for beyond this journey. Rules read it as `person.*`.
struct PersonFacts {
  int open_journeys = 0;    // not counting this one
  int journeys = 0;         // all that are kept
  int recent_journeys = 0;  // started in the 7 days before now, not counting this one
};

// Who knows how long the ticket will still take. Asked only when an expression reads `expect.*`.
class ExpectationReader {
 public:
  virtual ~ExpectationReader() = default;
  // The same each time; lives as long as the reader.
  [[nodiscard]] virtual const v1::TicketExpectation& Read() const = 0;
};

// What one evaluation reads. Everything outlives it.
struct Subject {
  const v1::TicketEvent* event = nullptr;
  const v1::Ticket* ticket = nullptr;  // the newest snapshot; an empty one for a lone signal
  const v1::JourneyFacts* journey = nullptr;
  // Where the user stands: ids of stage and touchpoint. The strings may change between evaluations.
  const std::string* stage = nullptr;
  const std::string* touchpoint = nullptr;
  const v1::Person* requester = nullptr;  // default: the ticket's
  PersonFacts person;
  absl::Time started_at;  // of the journey
  bool late = false;
  // Of an answer to a survey: which one, and what the answer means ("negative").
  v1::SurveyKind answered = v1::SURVEY_KIND_UNSPECIFIED;
  std::string_view sentiment;
  const ExpectationReader* expectation = nullptr;  // default: nothing is known
  absl::Time now;
  // Whose business time counts; nullptr: all time does.
  const calendar::BusinessCalendar* calendar = nullptr;
};

// The values of the variables for one subject. Set `derived` before each evaluation for a derived
// event: it is what `event.type`, `event.from` and `event.to` read. Not thread-safe; cheap to make;
// does not copy the subject, which must outlive it.
class Bindings {
 public:
  explicit Bindings(const Subject& subject);
  ~Bindings();
  Bindings(const Bindings&) = delete;
  Bindings& operator=(const Bindings&) = delete;

  void SetDerived(const v1::DerivedEvent& derived);

  // Set before a status update is rendered: what `update.next_update_by` reads, the promise in the
  // requester's time zone as "2026-11-22 14:30", with " UTC" when that zone is not known; nothing:
  // the empty text, which is also the default.
  void SetNextUpdateBy(std::optional<absl::Time> promise);

  [[nodiscard]] cel::Activation activation() const;

 private:
  struct Rep;
  std::unique_ptr<Rep> rep_;
};

// The vocabulary for the language reference: variables and their fields in the order to show.
struct FieldDescription {
  std::string name;
  std::string type;
  bool internal = false;    // not for texts that customers read
  std::string description;  // a sentence in Markdown
};
struct VariableDescription {
  std::string name;
  std::string type;
  std::string description;
  std::vector<FieldDescription> fields;
};
[[nodiscard]] std::vector<VariableDescription> DescribeVocabulary();

// The name of an event type as rules write it: "priority_changed"; and back (UNSPECIFIED when there
// is no such name). The same for status categories ("waiting_on_customer"), roles, severities.
[[nodiscard]] const std::string& EventTypeName(v1::EventType type);
[[nodiscard]] v1::EventType EventTypeByName(std::string_view name);
[[nodiscard]] const std::string& StatusCategoryName(v1::StatusCategory category);
[[nodiscard]] const std::string& ConsumerRoleName(v1::ConsumerRole role);
[[nodiscard]] const std::string& SeverityName(v1::Severity severity);
[[nodiscard]] const std::string& ActorRoleName(v1::ActorRole role);

// The role that the event tells, or else the customer's when the actor is the requester and an
// agent's otherwise.
[[nodiscard]] v1::ActorRole ResolveActorRole(const v1::TicketEvent& event,
                                             std::string_view requester_id);

}  // namespace waypost::rules
