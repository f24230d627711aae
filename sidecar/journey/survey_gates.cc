// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/survey_gates.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "sidecar/journey/attention.h"
#include "sidecar/journey/derive.h"
#include "sidecar/journey/entries.h"
#include "sidecar/journey/facts.h"
#include "sidecar/journey/micros.h"
#include "sidecar/journey/possession.h"
#include "sidecar/journey/visibility.h"
#include "sidecar/rules/matcher.h"

namespace waypost::journey {
namespace {

using internal::v1::Entry;
using internal::v1::JourneyState;
using internal::v1::PendingAction;
using internal::v1::TicketProgress;

constexpr std::string_view kServiceAccountTag = "service-account";
constexpr std::string_view kNoSurveysTag = "no-surveys";

std::string Days(absl::Duration duration) {
  const int64_t hours = absl::ToInt64Hours(duration);
  return hours % 24 == 0 ? absl::StrCat(hours / 24, hours == 24 ? " day" : " days")
                         : absl::FormatDuration(duration);
}

// What every gate sees.
struct Look {
  const SurveyCase& asked;
  const Situation& situation;
  const v1::Enrichment& decided;

  [[nodiscard]] const JourneyState& journey() const { return situation.journey(); }
  [[nodiscard]] int ticket() const { return situation.folded().ticket; }
  // Of the ticket; there is one.
  [[nodiscard]] const TicketProgress& progress() const {
    return journey().progress().tickets(ticket());
  }
};

bool HasTag(std::string_view tag, const v1::Person& person) {
  return std::any_of(person.tags().begin(), person.tags().end(),
                     [&](const std::string& each) { return each == tag; });
}

Gate Merged(const Look& look) {
  const std::string& target = look.situation.ticket().merged_into_ref();
  if (target.empty()) return {"MERGED", true, "The ticket was not merged into another."};
  return {"MERGED", false,
          absl::StrCat("The ticket was merged into ", target, ", which gets the survey.")};
}

Gate ChildOfParent(const Look& look) {
  const std::string& parent = look.situation.ticket().parent_ref();
  if (parent.empty() || parent == kUnknownGroup) {
    return {"CHILD_OF_PARENT", true, "The ticket has no parent that is known."};
  }
  return {"CHILD_OF_PARENT", false,
          absl::StrCat("The ticket is a child of ", parent, ", which gets the survey.")};
}

Gate NoTicket(const Look& look) {
  return look.ticket() < 0 ? Gate{"NO_TICKET", false, "There is no ticket to ask about."}
                           : Gate{"NO_TICKET", true, "There is a ticket to ask about."};
}

Gate RequesterIsAgent(const Look& look) {
  const Situation& situation = look.situation;
  const std::string& requester = situation.person_id();
  if (!requester.empty() && requester == situation.ticket().assignee().id()) {
    return {"REQUESTER_IS_AGENT", false, "The requester is the ticket's assignee."};
  }
  if (!requester.empty() && requester == situation.event().actor().id() &&
      situation.actor_role() == v1::ACTOR_ROLE_AGENT) {
    return {"REQUESTER_IS_AGENT", false, "The requester is the agent who acted."};
  }
  return {"REQUESTER_IS_AGENT", true, "The requester neither works on the ticket nor acted on it."};
}

Gate SelfLogged(const Look& look) {
  return look.journey().tickets(look.ticket()).self_logged()
             ? Gate{"SELF_LOGGED", false, "The requester logged the ticket as an agent."}
             : Gate{"SELF_LOGGED", true, "The requester did not log the ticket as an agent."};
}

// Whether a person had a part in the last closure of the ticket: resolved it, or closed what the
// tool had resolved.
bool ClosedByPerson(const JourneyState& journey, int ticket) {
  v1::StatusCategory category = v1::STATUS_CATEGORY_UNSPECIFIED;
  v1::StatusCategory thanked = v1::STATUS_CATEGORY_UNSPECIFIED;  // what a thank-you opened again
  bool by_person = true;
  ForEachEntry(journey, [&](const Entry& entry) {
    if (static_cast<int>(entry.ticket()) != ticket + 1 || entry.category() == category ||
        entry.category() == v1::STATUS_CATEGORY_UNSPECIFIED) {
      return;
    }
    if (entry.thanks()) thanked = entry.category();
    if (entry.category() == thanked) return;
    const bool person =
        entry.actor_role() == v1::ACTOR_ROLE_AGENT || entry.actor_role() == v1::ACTOR_ROLE_CUSTOMER;
    if (IsEnded(entry.category())) by_person = person || (IsEnded(category) && by_person);
    category = entry.category();
  });
  return by_person;
}

Gate AutoClosed(const Look& look) {
  return ClosedByPerson(look.journey(), look.ticket())
             ? Gate{"AUTO_CLOSED", true, "A person closed the ticket, or it is open."}
             : Gate{"AUTO_CLOSED", false,
                    "The tool closed the ticket by itself; nobody had resolved it."};
}

Gate NotServed(const Look& look) {
  if (look.progress().deleted()) return {"NOT_SERVED", false, "The ticket was deleted."};
  if (look.progress().category() == v1::STATUS_CATEGORY_CANCELED) {
    return {"NOT_SERVED", false, "The ticket was canceled: nothing was done for the person."};
  }
  return {"NOT_SERVED", true, "The ticket was neither canceled nor deleted."};
}

Gate ServiceAccount(const Look& look) {
  return HasTag(kServiceAccountTag, look.situation.requester())
             ? Gate{"SERVICE_ACCOUNT", false, "The requester has the tag \"service-account\"."}
             : Gate{"SERVICE_ACCOUNT", true, "The requester has no tag \"service-account\"."};
}

// A condition of the rules that closes the gate when it holds. What cannot be evaluated closes it
// too: nobody is bothered by mistake.
Gate Conditional(std::string_view code, std::string_view key,
                 const std::optional<cel::Program>& condition, const Look& look) {
  std::string error;
  const cel::Activation activation = look.situation.bindings().activation();
  switch (rules::EvaluateCondition(condition, activation, &error)) {
    case rules::Truth::kTrue:
      return {code, false,
              absl::StrCat("\"surveys.", std::string(key), "\" holds: ", condition->source())};
    case rules::Truth::kError:
      return {code, false,
              absl::StrCat("\"surveys.", std::string(key), "\" cannot be evaluated: ", error)};
    case rules::Truth::kFalse:
      break;
  }
  return {code, true, absl::StrCat("\"surveys.", std::string(key), "\" does not hold.")};
}

Gate Excluded(const Look& look) {
  const auto& condition = look.situation.rules().surveys.exclude;
  if (!condition.has_value()) return {"EXCLUDED", true, "The rules exclude nothing."};
  return Conditional("EXCLUDED", "exclude", condition, look);
}

Gate OptedOut(const Look& look) {
  const auto& condition = look.situation.rules().surveys.opted_out;
  if (condition.has_value()) return Conditional("OPTED_OUT", "opted_out", condition, look);
  return HasTag(kNoSurveysTag, look.situation.requester())
             ? Gate{"OPTED_OUT", false, "The requester has the tag \"no-surveys\"."}
             : Gate{"OPTED_OUT", true, "The requester has not opted out."};
}

Gate NoRecipient(const Look& look) {
  const std::string& role = rules::ConsumerRoleName(look.asked.rule->survey->role);
  return look.asked.recipient.empty()
             ? Gate{"NO_RECIPIENT", false,
                    absl::StrCat("Nobody is known who could be asked in the role ", role, ".")}
             : Gate{"NO_RECIPIENT", true,
                    absl::StrCat("Somebody is known to be asked in the role ", role, ".")};
}

Gate Reopened(const Look& look) {
  return look.asked.closed_at != 0 && IsOpen(look.progress())
             ? Gate{"REOPENED", false, "The ticket was closed and is open again."}
             : Gate{"REOPENED", true, "The ticket was not opened again."};
}

Gate NewWord(const Look& look) {
  bool wrote = false;
  ForEachEntry(look.journey(), [&](const Entry& entry) {
    wrote = wrote || (look.asked.closed_at != 0 && entry.at() > look.asked.closed_at &&
                      !entry.thanks() && IsContact(entry, false, look.journey().names()));
  });
  return wrote ? Gate{"NEW_WORD_FROM_CUSTOMER", false,
                      "The person wrote or called after the ticket was closed."}
               : Gate{"NEW_WORD_FROM_CUSTOMER", true,
                      "The person neither wrote nor called after the ticket was closed, save to "
                      "say thank you."};
}

Gate OtherTicketOpen(const Look& look) {
  const auto& tickets = look.journey().progress().tickets();
  for (int number = 0; number < tickets.size(); ++number) {
    if (number != look.ticket() && IsOpen(tickets[number])) {
      return {"OTHER_TICKET_OPEN", false,
              absl::StrCat("The ticket ", look.journey().tickets(number).ticket().ref(),
                           " about the same matter is open.")};
    }
  }
  return {"OTHER_TICKET_OPEN", true, "No other ticket about the same matter is open."};
}

Gate TooLate(const Look& look) {
  const absl::Duration late = look.asked.ask_at - look.asked.planned_at;
  if (late <= look.asked.rule->survey->expires) {
    return {kTooLate, true, "The survey comes in time."};
  }
  return {kTooLate, false,
          absl::StrCat("The survey was due on ", MinuteText(look.asked.planned_at),
                       ", which is more than ", Days(look.asked.rule->survey->expires), " ago.")};
}

bool IsInvitation(const v1::SurveyDecision& survey) {
  return !survey.shadow() && survey.outcome() != v1::SURVEY_OUTCOME_DO_NOT_SEND &&
         survey.outcome() != v1::SURVEY_OUTCOME_SCHEDULED;
}

Gate Asked(const std::string& rule_id) {
  return {"ALREADY_SURVEYED", false,
          absl::StrCat("The rule ", rule_id, " has already asked about this journey.")};
}

// Another rule than this one is about to ask.
const v1::SurveyDecision* ScheduledByOther(const Look& look) {
  const auto waits = [&](const v1::SurveyDecision& survey) {
    return !survey.shadow() && survey.person_id() == look.asked.recipient &&
           survey.outcome() == v1::SURVEY_OUTCOME_SCHEDULED &&
           survey.rule_id() != look.asked.rule->id;
  };
  for (const PendingAction& pending : look.journey().pending()) {
    if (pending.has_survey() && waits(pending.survey())) return &pending.survey();
  }
  for (const v1::SurveyDecision& survey : look.decided.surveys()) {
    if (waits(survey)) return &survey;
  }
  return nullptr;
}

Gate AlreadySurveyed(const Look& look) {
  for (const v1::SurveyDecision& survey : look.decided.surveys()) {
    if (IsInvitation(survey) && survey.person_id() == look.asked.recipient) {
      return Asked(survey.rule_id());
    }
  }
  int sent = 0;
  for (const v1::SurveyDecision& survey : look.journey().surveys()) {
    if (!IsInvitation(survey) || survey.person_id() != look.asked.recipient) continue;
    const bool unanswered_before = survey.closure() < look.asked.closure && !survey.has_answer();
    if (!unanswered_before || ++sent > 1) return Asked(survey.rule_id());
  }
  if (const v1::SurveyDecision* other = look.asked.scheduled ? nullptr : ScheduledByOther(look)) {
    return {"ALREADY_SURVEYED", false,
            absl::StrCat("The rule ", other->rule_id(), " is about to ask about this journey.")};
  }
  return {"ALREADY_SURVEYED", true,
          sent == 0 ? "Nobody was asked about this journey yet."
                    : "Nobody answered before the ticket came back; one more survey is allowed."};
}

bool SameRecipient(const std::string& other, const Look& look) {
  return AsksRequester(look.asked.recipient, look.situation) ? other.empty()
                                                             : other == look.asked.recipient;
}

Gate Cooldown(const Look& look) {
  const absl::Duration cooldown = look.asked.rule->survey->cooldown;
  for (const internal::v1::Contact& contact : look.situation.record().person.contacts()) {
    if (contact.kind() != internal::v1::CONTACT_KIND_SURVEY ||
        !SameRecipient(contact.recipient(), look)) {
      continue;
    }
    const absl::Time at = absl::FromUnixMicros(contact.at());
    if (at + cooldown > look.asked.ask_at) {
      return {"COOLDOWN", false,
              absl::StrCat("The person was asked by the rule ", contact.rule_id(), " on ",
                           MinuteText(at), "; nobody is asked twice within ", Days(cooldown), ".")};
    }
  }
  return {"COOLDOWN", true,
          absl::StrCat("The person was not asked anything within ", Days(cooldown), ".")};
}

bool IsOpenInvitation(const PendingAction& pending, const Look& look) {
  if (!pending.has_survey() || !IsInvitation(pending.survey())) return false;
  const v1::SurveyDecision& survey = pending.survey();
  const std::string recipient =
      AsksRequester(survey.person_id(), look.situation) ? "" : survey.person_id();
  return SameRecipient(recipient, look) &&
         absl::FromUnixMicros(MicrosOf(survey.expires_at())) > look.asked.ask_at;
}

Gate OpenInvitation(const Look& look) {
  for (const JourneyState& journey : look.situation.record().journeys) {
    for (const PendingAction& pending : journey.pending()) {
      if (IsOpenInvitation(pending, look)) {
        return {"OPEN_INVITATION", false,
                absl::StrCat("The invitation of the rule ", pending.rule_id(), " about ",
                             pending.survey().ticket_ref(), " can still be answered.")};
      }
    }
  }
  return {"OPEN_INVITATION", true, "The person has no other invitation to answer."};
}

Gate SampledOut(const Look& look) {
  const double probability = look.asked.probability;
  const std::string share = absl::StrCat(100 * probability, " %");
  return SamplePoint(look.asked, look.situation) < probability
             ? Gate{"SAMPLED_OUT", true, absl::StrCat("The case is in the sample of ", share, ".")}
             : Gate{"SAMPLED_OUT", false,
                    absl::StrCat("The case is not in the sample of ", share, ".")};
}

Gate Late(const Look& look) { return LateGate(look.situation); }

Gate Attention(const Look& look) {
  return AttentionGate(Worth::kSurvey, look.asked.ask_at, look.situation.rules().caps,
                       look.situation.person());
}

struct Row {
  Gate (*ask)(const Look& look);
  bool only_now = false;
};
constexpr Row kRows[] = {
    {Late},
    {Merged},
    {ChildOfParent},
    {NoTicket},
    {RequesterIsAgent},
    {SelfLogged},
    {AutoClosed},
    {NotServed},
    {ServiceAccount},
    {Excluded},
    {OptedOut},
    {NoRecipient},
    {Reopened},
    {NewWord, true},
    {OtherTicketOpen, true},
    {TooLate},
    {AlreadySurveyed},
    {Cooldown},
    {OpenInvitation, true},
    {SampledOut},
    {Attention, true},
};

}  // namespace

Gates SurveyGates(const SurveyCase& asked, const Situation& situation,
                  const v1::Enrichment& decided) {
  const Look look{asked, situation, decided};
  const bool now = asked.ask_at <= situation.now();
  Gates gates;
  for (const Row& row : kRows) {
    if (row.only_now && !now) continue;
    gates.push_back(row.ask(look));
    if (!gates.back().passed) break;
  }
  return gates;
}

Gate DelayGate(const SurveyCase& asked) {
  const bool quiet = asked.ask_at > asked.planned_at;
  return {"DELAY", true,
          absl::StrCat("The survey waits until ", MinuteText(asked.ask_at),
                       quiet ? ", when the person's quiet hours are over" : "",
                       "; then everything is looked at again.")};
}

Gates ReminderGates(const v1::SurveyDecision& survey, const SurveyCase& asked,
                    const Situation& situation) {
  const Look look{asked, situation, v1::Enrichment::default_instance()};
  Gates gates;
  gates.push_back(survey.superseded()
                      ? Gate{"SUPERSEDED", false, "The ticket was opened again."}
                      : Gate{"SUPERSEDED", true, "The ticket was not opened again."});
  if (gates.back().passed) gates.push_back(OptedOut(look));
  if (gates.back().passed) gates.push_back(Attention(look));
  return gates;
}

}  // namespace waypost::journey
