// SPDX-License-Identifier: Apache-2.0
// Story tests: what should happen to a person's journey, event by event, on a virtual clock.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "sidecar/text/diagnostic.h"
#include "waypost/v1/enrichment.pb.h"
#include "waypost/v1/ticket.pb.h"

namespace waypost::cli {

// Values by consumer role. What is not set is not compared.
using ByRole = std::map<v1::ConsumerRole, std::string>;

struct ExpectedAlert {
  std::string rule;
  std::optional<std::string> owner;
  std::optional<std::string> severity;
  std::optional<std::string> text;  // a part of the text
  std::optional<bool> again;        // it repeats one that is open
  bool shadow = false;
};

struct ExpectedUpdate {
  std::string rule;
  std::optional<std::string> language;
  std::optional<std::string> text;               // a part of the text
  std::optional<absl::Duration> next_update_in;  // the promise, counted from the step
  std::optional<bool> draft;
  bool shadow = false;
};

struct ExpectedSurvey {
  std::string rule;
  std::optional<std::string> kind;
  // or "do_not_send", "scheduled", "remind", "expired", "answered"
  std::string outcome = "send";
  std::optional<std::string> reason;  // the reason code
  bool shadow = false;
};

// What a rule wanted and was not done, or not yet. Others need not be listed.
struct ExpectedSuppression {
  std::string rule;
  std::optional<std::string> reason;  // the reason code
};

// An alert that is not open any more. Others need not be listed.
struct ExpectedResolution {
  std::string rule;
  std::optional<std::string> reason;  // the reason code
};

struct Expectation {
  std::optional<std::vector<std::string>> events;  // the derived event types, in their fixed order
  ByRole stage;                                    // where the role stands after the step
  ByRole touchpoint;                               // that the step passes; "none": it passes none
  ByRole owner;                                    // of the touchpoint where the role stands
  std::vector<ExpectedAlert> alerts;
  std::vector<ExpectedUpdate> updates;
  std::vector<ExpectedSurvey> surveys;
  std::vector<ExpectedSuppression> suppressed;
  std::vector<ExpectedResolution> resolved;
  std::map<std::string, std::string> annotations;
};

struct StoryStep {
  Location location;
  absl::Time at;
  // None: the step expects what time alone brought since the step before.
  std::optional<v1::TicketEvent> event;
  // With feedback: the rule whose newest survey it answers.
  std::string answers;
  Expectation expect;
};

// How long tickets take from any moment on, as the desk's history says.
struct TicketsTake {
  absl::Duration p50;
  absl::Duration p80;
};

struct Story {
  std::string name;
  Location location;
  absl::Time start;
  std::optional<TicketsTake> tickets_take;  // none: nobody knows
  std::vector<StoryStep> steps;
};

// A file NAME_test.yaml. Each story starts with an empty desk. Whatever a step does not list must
// not happen: an alert, a status update or a survey to send that is not expected fails the story.
// Surveys that are neither sent nor reminded of, and what a rule in shadow mode decides, need not
// be listed.
//
// Time passes between the steps, up to the last one. What it brings without an event must be listed
// as well, by a step that has only `at` and `expect`: that expects everything that time brought
// since the step before, up to and including its own moment.
//
//   apiVersion: waypost/v1
//   kind: story-suite
//   name: Incidents
//   rules: .                         # file or folder, from this file; default: its folder
//   defaults:                        # for every story; a story's own defaults go first
//     requester: {id: ana, name: Ana Lopez, language: de}
//     agent: {id: sam, name: Sam}
//     ticket: {ref: INC1, type: incident, channel: phone, group: Service Desk}
//   stories:
//     - name: A ticket comes back
//       start: 2026-03-02T09:00:00Z
//       tickets_take: {p50: 3h, p80: 9h}   # what expect.* reads; default: it is not known
//       steps:
//         - at: +0m                  # from the start; or a time. Earlier than the step before:
//         late
//           by: customer             # customer, agent, system or waypost; default: customer for
//                                    # signals and a ticket's first event, else agent
//           event: {status: New, status_category: new, priority: P3}   # fields of the ticket
//           comment: It broke again  # public; or {body: ..., visibility: provider}
//           expect:
//             stage: engage          # of the user; or {user: engage, customer: agree}
//             touchpoint: reported
//             owner: service-desk-manager
//             updates: [{rule: acknowledge, language: de, text: Guten Tag, next_update_in: 4h}]
//         - at: +2h
//           signal: call_abandoned   # or {name: ..., channel: phone, attributes: {...}}
//         - at: +3h
//           event: {group: Network}
//           expect:
//             events: [assigned]
//             alerts: [{rule: ping-pong, owner: incident-manager, severity: warning, text: back}]
//         - at: +10h
//           by: customer
//           feedback: {survey: csat, rating: 2, lost_time: 1h}   # of the rule's newest survey
//         - at: +11h
//           expect: {updates: [{rule: keep-posted}]}   # after 8 h in which the customer saw
//           nothing
//             surveys: [{rule: csat, kind: csat, outcome: do_not_send, reason: MERGED}]
//             annotations: {journey.stage: co_create}
struct StorySuite {
  std::string path;
  std::string name;
  std::string rules;  // resolved against the suite's folder
  std::vector<Story> stories;

  // On failure returns nothing and adds at least one error to `sink`.
  static std::optional<StorySuite> Load(const std::string& path, DiagnosticSink* sink);
};

// "1d2h30m", "+45m", "90s", "2w"; nothing when it cannot be read.
[[nodiscard]] std::optional<absl::Duration> ParseStep(std::string_view text);

}  // namespace waypost::cli
