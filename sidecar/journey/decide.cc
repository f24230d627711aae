// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/decide.h"

#include "sidecar/journey/actions.h"
#include "sidecar/journey/alerts.h"
#include "sidecar/journey/feedback.h"
#include "sidecar/journey/identity.h"
#include "sidecar/journey/letters.h"
#include "sidecar/journey/positions.h"
#include "sidecar/journey/promises.h"
#include "sidecar/journey/situation.h"
#include "sidecar/journey/survey_requests.h"
#include "sidecar/journey/surveys.h"
#include "sidecar/rules/matcher.h"

namespace waypost::journey {
namespace {

void WriteHead(const Situation& situation, v1::Enrichment* decided) {
  decided->set_decision_id(DecisionId(situation.event()));
  decided->set_journey_id(situation.journey().id());
  decided->mutable_events()->Reserve(static_cast<int>(situation.folded().events.size()));
  for (const v1::DerivedEvent& event : situation.folded().events) {
    *decided->add_events() = event;
  }
  decided->set_rule_set_digest(situation.rules().digest);
  decided->set_late(situation.folded().late);
}

// The parent's news tells nothing of the ticket.
void Learn(const Situation& situation, internal::v1::Decision* decision) {
  const int ticket = situation.folded().ticket;
  if (ticket < 0 || situation.event().type() == v1::EVENT_TYPE_PARENT_NEWS) return;
  *decision->mutable_observation() =
      ObserveTicket(situation.journey(), ticket, situation.provider(), situation.occurred_at());
}

}  // namespace

internal::v1::Decision Decide(const rules::RuleSet& rules, const v1::TicketEvent& event,
                              const PersonRecord& record, const Folded& folded, absl::Time now,
                              const Outlook* outlook) {
  internal::v1::Decision decision;
  *decision.mutable_placement() = folded.placement;
  decision.set_decided_at(absl::ToUnixMicros(now));
  v1::Enrichment& decided = *decision.mutable_enrichment();
  Situation situation(rules, event, record, folded, now, outlook);
  WriteHead(situation, &decided);

  rules::Matcher matcher(rules, folded.events, &situation.bindings());
  const bool of_others = IsOfRequests(situation.journey());
  if (event.type() == v1::EVENT_TYPE_SURVEY_REQUESTED && of_others) {
    DecideRequest(situation, &decision);
    return decision;
  }
  if (!of_others) {
    const RoleSteps steps = TakeSteps(&matcher, &situation, decided.mutable_rule_errors());
    WritePositions(steps, situation, &decision);
    AnnotateMove(situation, &decided);
  }
  Learn(situation, &decision);
  if (situation.actor_role() == v1::ACTOR_ROLE_WAYPOST) {
    situation.TellExpectation(&decided);
    return decision;
  }
  // A parent's news is nothing that the person could meet with.
  decided.set_unmapped(decision.touchpoints().empty() && !of_others &&
                       event.type() != v1::EVENT_TYPE_PARENT_NEWS);
  SettlePromises(situation, &decision);
  SettleAlerts(&situation, &decision);

  DecideAnswer(situation, &decision);
  CancelSurveys(situation, &decision);
  rules::Matches matches;
  matcher.FindRules(&matches, decided.mutable_rule_errors());
  for (const rules::Match& match : matches) {
    ActOnRule(rules.rules[match.number], match, &situation, &decision);
  }
  MakePromises(situation, &decision);
  WriteLetters(situation, &decision);
  situation.TellExpectation(&decided);
  return decision;
}

}  // namespace waypost::journey
