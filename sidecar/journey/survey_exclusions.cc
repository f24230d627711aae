// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/survey_exclusions.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "sidecar/journey/derive.h"
#include "sidecar/journey/entries.h"
#include "sidecar/journey/facts.h"
#include "sidecar/journey/letters.h"
#include "sidecar/rules/matcher.h"

namespace waypost::journey {
namespace {

using internal::v1::Entry;
using internal::v1::JourneyState;

constexpr std::string_view kServiceAccountTag = "service-account";
constexpr std::string_view kNoSurveysTag = "no-surveys";

bool HasTag(std::string_view tag, const v1::Person& person) {
  return std::any_of(person.tags().begin(), person.tags().end(),
                     [&](const std::string& each) { return each == tag; });
}

const char* Subject(const SurveyContext& context) {
  return context.asked.side == SurveySide::kRecipient ? "The person" : "The requester";
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

// A condition of the rules that closes the gate when it holds. What cannot be evaluated closes it
// too: nobody is bothered by mistake.
Gate Conditional(std::string_view code, std::string_view key,
                 const std::optional<cel::Program>& condition, const SurveyContext& context) {
  std::string error;
  const cel::Activation activation = context.situation.bindings().activation();
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

}  // namespace

Gate MergedGate(const SurveyContext& context) {
  const std::string& target = context.situation.ticket().merged_into_ref();
  if (target.empty()) return {"MERGED", true, "The ticket was not merged into another."};
  return {"MERGED", false,
          absl::StrCat("The ticket was merged into ", target, ", which gets the survey.")};
}

Gate ChildOfParentGate(const SurveyContext& context) {
  const std::string& parent = context.situation.ticket().parent_ref();
  if (parent.empty() || parent == kUnknownGroup) {
    return {"CHILD_OF_PARENT", true, "The ticket has no parent."};
  }
  const ParentLetter letter = FindParentLetter(context.situation);
  if (letter == ParentLetter::kReturned) {
    return {"CHILD_OF_PARENT", true,
            absl::StrCat("The parent ", parent, " is not known: nobody is asked about it.")};
  }
  if (letter == ParentLetter::kWritten && context.asked.ask_at > context.situation.now()) {
    return {"CHILD_OF_PARENT", true,
            absl::StrCat("It turns out before the survey is due whether the parent ", parent,
                         " is known.")};
  }
  return {"CHILD_OF_PARENT", false,
          absl::StrCat("The ticket is a child of ", parent, ", which gets the survey.")};
}

Gate NoTicketGate(const SurveyContext& context) {
  return context.ticket() < 0 ? Gate{"NO_TICKET", false, "There is no ticket to ask about."}
                              : Gate{"NO_TICKET", true, "There is a ticket to ask about."};
}

Gate RequesterIsAgentGate(const SurveyContext& context) {
  const Situation& situation = context.situation;
  const std::string& requester = situation.person_id();
  const std::string& assignee = situation.ticket().assignee().id();
  if (!assignee.empty() && context.asked.recipient == assignee && requester != assignee) {
    return {"REQUESTER_IS_AGENT", false, "The person to ask is the ticket's assignee."};
  }
  if (!requester.empty() && requester == situation.ticket().assignee().id()) {
    return {"REQUESTER_IS_AGENT", false, "The requester is the ticket's assignee."};
  }
  if (!requester.empty() && requester == situation.event().actor().id() &&
      situation.actor_role() == v1::ACTOR_ROLE_AGENT) {
    return {"REQUESTER_IS_AGENT", false, "The requester is the agent who acted."};
  }
  return {"REQUESTER_IS_AGENT", true, "The requester neither works on the ticket nor acted on it."};
}

Gate NotClosedGate(const SurveyContext& context) {
  return context.asked.closed_at == 0
             ? Gate{"NOT_CLOSED", false, "The ticket is open: others are asked of closures alone."}
             : Gate{"NOT_CLOSED", true, "The ticket is closed."};
}

Gate NoRecipientGate(const SurveyContext& context) {
  return context.asked.recipient.empty()
             ? Gate{"NO_RECIPIENT", false, context.asked.no_recipient}
             : Gate{"NO_RECIPIENT", true, "The rule names whom to ask."};
}

Gate SelfLoggedGate(const SurveyContext& context) {
  return context.journey().tickets(context.ticket()).self_logged()
             ? Gate{"SELF_LOGGED", false, "The requester logged the ticket as an agent."}
             : Gate{"SELF_LOGGED", true, "The requester did not log the ticket as an agent."};
}

Gate AutoClosedGate(const SurveyContext& context) {
  return ClosedByPerson(context.journey(), context.ticket())
             ? Gate{"AUTO_CLOSED", true, "A person closed the ticket, or it is open."}
             : Gate{"AUTO_CLOSED", false,
                    "The tool closed the ticket by itself; nobody had resolved it."};
}

Gate NotServedGate(const SurveyContext& context) {
  if (context.progress().deleted()) return {"NOT_SERVED", false, "The ticket was deleted."};
  if (context.progress().category() == v1::STATUS_CATEGORY_CANCELED) {
    return {"NOT_SERVED", false, "The ticket was canceled: nothing was done for the person."};
  }
  return {"NOT_SERVED", true, "The ticket was neither canceled nor deleted."};
}

Gate ServiceAccountGate(const SurveyContext& context) {
  const bool is_account = HasTag(kServiceAccountTag, context.situation.requester());
  return {"SERVICE_ACCOUNT", !is_account,
          absl::StrCat(Subject(context), is_account ? " has the tag" : " has no tag",
                       " \"service-account\".")};
}

Gate ExcludedGate(const SurveyContext& context) {
  const auto& condition = context.situation.rules().surveys.exclude;
  if (!condition.has_value()) return {"EXCLUDED", true, "The rules exclude nothing."};
  return Conditional("EXCLUDED", "exclude", condition, context);
}

Gate OptedOutGate(const SurveyContext& context) {
  const auto& condition = context.situation.rules().surveys.opted_out;
  if (condition.has_value()) return Conditional("OPTED_OUT", "opted_out", condition, context);
  return HasTag(kNoSurveysTag, context.situation.requester())
             ? Gate{"OPTED_OUT", false,
                    absl::StrCat(Subject(context), " has the tag \"no-surveys\".")}
             : Gate{"OPTED_OUT", true, absl::StrCat(Subject(context), " has not opted out.")};
}

}  // namespace waypost::journey
