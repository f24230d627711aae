// SPDX-License-Identifier: Apache-2.0
// What the rules read when one event is decided on.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "sidecar/journey/fold.h"
#include "sidecar/journey/outlook.h"
#include "sidecar/journey/person_record.h"
#include "sidecar/rules/rule_set.h"
#include "sidecar/rules/vocabulary.h"
#include "waypost/internal/v1/state.pb.h"
#include "waypost/v1/enrichment.pb.h"
#include "waypost/v1/ticket.pb.h"

namespace waypost::journey {

// One event in its journey after Fold and before Apply, bound to the vocabulary. Borrows all it is
// given; nothing given may change while it lives. `outlook` may be nullptr: nothing is known of how
// long tickets take. Not thread-safe.
class Situation {
 public:
  Situation(const rules::RuleSet& rules, const v1::TicketEvent& event, const PersonRecord& record,
            const Folded& folded, absl::Time now, const Outlook* outlook);
  Situation(const Situation&) = delete;
  Situation& operator=(const Situation&) = delete;

  [[nodiscard]] const rules::RuleSet& rules() const { return rules_; }
  [[nodiscard]] const v1::TicketEvent& event() const { return event_; }
  [[nodiscard]] const Folded& folded() const { return folded_; }
  [[nodiscard]] const internal::v1::JourneyState& journey() const { return journey_; }
  // What the person is known for beyond this journey, such as what was sent to them.
  [[nodiscard]] const internal::v1::PersonState& person() const { return person_; }
  // The newest snapshot; an empty one for a lone signal, and but for its ref of a ticket of
  // somebody else that the person is asked about.
  [[nodiscard]] const v1::Ticket& ticket() const { return ticket_; }
  // The person who waits, as last told: for a lone signal by the journey's last ticket, in a
  // journey of surveys about others' tickets by the last one of their own. May be empty.
  [[nodiscard]] const v1::Person& requester() const { return requester_; }
  [[nodiscard]] const std::string& person_id() const;
  // Never unspecified.
  [[nodiscard]] v1::ActorRole actor_role() const { return actor_role_; }
  [[nodiscard]] absl::Time occurred_at() const;
  // When this is decided.
  [[nodiscard]] absl::Time now() const { return now_; }
  // The person's other journeys included.
  [[nodiscard]] const PersonRecord& record() const { return record_; }
  // The survey that the event answers; nullptr when it answers none.
  [[nodiscard]] const v1::SurveyDecision* answered() const { return answered_; }
  // The provider that holds the ball after the event; nullptr when none does or matches.
  [[nodiscard]] const rules::Provider* provider() const;

  // The bindings of a late event read the journey as it was known when the event happened, until
  // LookAtNewest.
  rules::Bindings& bindings() { return *bindings_; }
  void LookAtNewest();
  [[nodiscard]] const rules::Bindings& bindings() const { return *bindings_; }

  // Adds to a decision what was asked of how long the ticket will take, if anything was.
  void TellExpectation(v1::Enrichment* decided) const;

  // From here on `journey.stage` and `journey.touchpoint` read these.
  void MoveTo(std::string_view stage, std::string_view touchpoint);

 private:
  [[nodiscard]] rules::Subject MakeSubject() const;
  void MoveToUser();

  const rules::RuleSet& rules_;
  const v1::TicketEvent& event_;
  const PersonRecord& record_;
  const Folded& folded_;
  const internal::v1::JourneyState& journey_;
  const internal::v1::PersonState& person_;
  const absl::Time now_;
  const std::optional<v1::Ticket> asked_about_;
  const v1::Ticket& ticket_;
  const v1::Person& requester_;
  v1::ActorRole actor_role_;
  const v1::SurveyDecision* const answered_;
  const TicketOutlook outlook_;
  std::string stage_;
  std::string touchpoint_;
  rules::Subject subject_;
  std::optional<rules::Bindings> bindings_;
};

}  // namespace waypost::journey
