// SPDX-License-Identifier: Apache-2.0
// Journeys, rules and what they do.
#include "sidecar/rules/key_tables.h"

namespace waypost::rules {

namespace {

// A part of an update's text.
Key PartKey(std::string_view name, std::string_view description) {
  return {.name = name,
          .shape = Shape::kValueOrMap,
          .value = ValueKind::kTemplate,
          .map_key = ValueKind::kLanguage,
          .required = true,
          .description = description,
          .max_items = 100};
}

}  // namespace

Mapping StageMapping() {
  return {MappingKind::kStage,
          "stage",
          "stages[]",
          "A stage; its id alone will do.",
          {
              {.name = "id",
               .value = ValueKind::kId,
               .required = true,
               .description = "Unique in the rule set."},
              {.name = "aliases",
               .shape = Shape::kList,
               .value = ValueKind::kId,
               .description = "Other names by which touchpoints may call it.",
               .max_items = 20},
          }};
}

Mapping JourneyMapping() {
  return {MappingKind::kJourney,
          "journey",
          "journeys[]",
          "How a kind of journey runs, as one consumer role sees it.",
          {
              {.name = "id",
               .value = ValueKind::kId,
               .required = true,
               .description = "Unique in the rule set."},
              {.name = "name", .default_text = "the id", .description = "The name to show."},
              {.name = "role",
               .value = ValueKind::kChoice,
               .default_text = "user",
               .description = "Whose view it is.",
               .choices = RoleChoices()},
              {.name = "if",
               .value = ValueKind::kCondition,
               .default_text = "always",
               .description = "Which journeys it applies to."},
              {.name = "outcome", .description = "What the person wants to reach."},
              {.name = "touchpoints",
               .shape = Shape::kMappings,
               .mapping = MappingKind::kTouchpoint,
               .required = true,
               .description = "In the order of evaluation; the first that matches is passed."},
              {.name = "ideal",
               .shape = Shape::kList,
               .description = "The designed path: touchpoint ids; `*` stands for any text.",
               .max_items = 200},
          }};
}

Mapping TouchpointMapping() {
  return {
      MappingKind::kTouchpoint,
      "touchpoint",
      "journeys[].touchpoints[]",
      "An event where the consumer may come into contact with the provider.",
      {
          {.name = "id",
           .value = ValueKind::kId,
           .required = true,
           .description = "Unique in the journey."},
          {.name = "stage",
           .value = ValueKind::kId,
           .required = true,
           .description = "The stage it belongs to: id or alias."},
          {.name = "kind",
           .value = ValueKind::kChoice,
           .default_text = "touchpoint",
           .description = "`service_interaction`: a direct contact in which value is "
                          "co-created.",
           .choices = TouchpointKindChoices()},
          {.name = "channel", .description = "For the journey map, where events tell no channel."},
          {.name = "owner",
           .value = ValueKind::kId,
           .description = "Who answers for it: an owner's id. A touchpoint without one is "
                          "warned of."},
          {.name = "on",
           .shape = Shape::kValueOrList,
           .value = ValueKind::kEventType,
           .default_text = "any event",
           .description = "The event types it waits for.",
           .max_items = 50,
           .choices = EventTypeChoices()},
          {.name = "if",
           .value = ValueKind::kCondition,
           .default_text = "always",
           .description = "When it is passed."},
          {.name = "visibility",
           .value = ValueKind::kChoice,
           .default_text = "both",
           .description = "On which side of the line of visibility it lies.",
           .choices = VisibilityChoices()},
          {.name = "emotion",
           .value = ValueKind::kInteger,
           .description = "How it feels, -2 (very bad) to 2 (very good); always marked as "
                          "inferred.",
           .minimum = -2,
           .maximum = 2},
          {.name = "moment_of_truth",
           .value = ValueKind::kBoolean,
           .default_text = "false",
           .description = "It decides the impression."},
          {.name = "jobs",
           .shape = Shape::kList,
           .description = "What the person tries to get done there.",
           .max_items = 100},
          {.name = "pains",
           .shape = Shape::kList,
           .description = "What hurts there.",
           .max_items = 100},
          {.name = "gains",
           .shape = Shape::kList,
           .description = "What pleases there.",
           .max_items = 100},
      }};
}

Mapping RuleMapping() {
  return {MappingKind::kRule,
          "rule",
          "rules[]",
          "What to do when something happens.",
          {
              {.name = "id",
               .value = ValueKind::kId,
               .required = true,
               .description = "Unique in the rule set."},
              {.name = "on",
               .shape = Shape::kValueOrList,
               .value = ValueKind::kEventType,
               .default_text = "any event",
               .description = "The event types it waits for.",
               .max_items = 50,
               .choices = EventTypeChoices()},
              {.name = "if",
               .value = ValueKind::kCondition,
               .default_text = "always",
               .description = "When it fires."},
              {.name = "for",
               .value = ValueKind::kDuration,
               .business_time = true,
               .description = "How long `if` must hold before the alert is raised: counted from "
                              "the event on which the rule fires, ended by the first event after "
                              "which `if` does not hold. Business time of `calendar`. `if` then "
                              "reads neither `event` nor `actor`."},
              {.name = "after_silence",
               .shape = Shape::kValueOrMap,
               .value = ValueKind::kDuration,
               .business_time = true,
               .description = "How long the person saw and heard nothing, by priority; `default` "
                              "for the others. Business time of `calendar`. The rule fires then, "
                              "and again after as much silence; not on events.",
               .max_items = 100},
              {.name = "calendar",
               .shape = Shape::kValueOrMap,
               .value = ValueKind::kId,
               .default_text = "the first calendar",
               .description = "Whose business time counts: a calendar's id, or one by priority, "
                              "with `default` for the others: `{P1: 24x7, default: desk}`.",
               .max_items = 100},
              {.name = "mode",
               .value = ValueKind::kChoice,
               .default_text = "the file's",
               .description = "`shadow`: decided and recorded, nothing is delivered.",
               .choices = {"active", "shadow"}},
              {.name = "alert",
               .shape = Shape::kMapping,
               .mapping = MappingKind::kAlert,
               .description = "Tells the owner."},
              {.name = "update",
               .shape = Shape::kMapping,
               .mapping = MappingKind::kUpdate,
               .description = "Tells the person who waits."},
              {.name = "survey",
               .shape = Shape::kMapping,
               .mapping = MappingKind::kSurvey,
               .description = "Asks the person how it went."},
              {.name = "annotate",
               .shape = Shape::kMap,
               .value = ValueKind::kTemplate,
               .map_key = ValueKind::kId,
               .description = "Writes facts on the ticket: texts by name.",
               .max_items = 50},
          }};
}

Mapping AlertMapping() {
  return {
      MappingKind::kAlert,
      "alert",
      "rules[].alert",
      "An experience alert.",
      {
          {.name = "severity",
           .value = ValueKind::kChoice,
           .default_text = "warning",
           .description = "How urgently the owner should act.",
           .choices = SeverityChoices()},
          {.name = "kind",
           .value = ValueKind::kId,
           .default_text = "the rule's id",
           .description = "Alerts of the same kind warn of the same thing: one is open per "
                          "journey at most, and a more severe one takes the place of another."},
          {.name = "until",
           .value = ValueKind::kCondition,
           .default_text =
               "with `for`: `if` does not hold any more; otherwise the journey ends. On "
               "an answer to a survey: an agent writes to the person",
           .description = "When the cause is gone: asked on every event of the journey. The "
                          "alert is resolved then."},
          {.name = "repeat",
           .value = ValueKind::kDuration,
           .business_time = true,
           .default_text = "24h",
           .description = "How long the owner is not told again while the alert is open. With "
                          "`until` or `for` time brings the repetition, otherwise the next "
                          "event on which the rule fires. Of business time that of "
                          "`calendar`."},
          {.name = "owner",
           .value = ValueKind::kId,
           .default_text = "the owner of the touchpoint where the user stands",
           .description = "Whom it goes to: an owner's id."},
          {.name = "text",
           .shape = Shape::kValueOrMap,
           .value = ValueKind::kTemplate,
           .map_key = ValueKind::kLanguage,
           .required = true,
           .description = "What happened, for the provider's eyes; one text or one a "
                          "language.",
           .max_items = 100},
          {.name = "act_within",
           .value = ValueKind::kDuration,
           .business_time = true,
           .description = "How soon the owner is to act, counted from the event: `1h` by the clock "
                          "on the wall, `1 business hour` of `calendar`."},
      }};
}

Mapping UpdateMapping() {
  return {MappingKind::kUpdate,
          "update",
          "rules[].update",
          "A status update for the person who waits.",
          {
              PartKey("changed",
                      "What changed, in each of `languages`; internal fields are refused here and "
                      "in the other parts. The four parts make up the message."),
              PartKey("action", "What the person must do. Nothing counts: say so."),
              PartKey("next",
                      "When the next news comes, or that none follows. With `next_update_by` it "
                      "says `{{update.next_update_by}}`."),
              PartKey("where", "Where to look: `{{ticket.url}}`."),
              {.name = "next_update_by",
               .shape = Shape::kValueOrMap,
               .value = ValueKind::kDuration,
               .business_time = true,
               .description = "The promise in it: the next news within this time, by priority; "
                              "`default` for the others. Business time of the rule's `calendar`.",
               .max_items = 100},
              {.name = "once",
               .value = ValueKind::kChoice,
               .default_text = "every time",
               .description = "`status`: only when the ticket enters its status category for the "
                              "first time since it was last reopened.",
               .choices = {"status"}},
              {.name = "draft",
               .value = ValueKind::kBoolean,
               .default_text = "false",
               .description = "Leave it on the ticket as a note for an agent to send. It promises "
                              "nothing and counts as no message."},
          }};
}

Mapping SurveyMapping() {
  return {
      MappingKind::kSurvey,
      "survey",
      "rules[].survey",
      "A survey invitation.",
      {
          {.name = "kind",
           .value = ValueKind::kChoice,
           .default_text = "csat",
           .description = "Which question is asked.",
           .choices = SurveyKindChoices()},
          {.name = "role",
           .value = ValueKind::kChoice,
           .default_text = "user",
           .description =
               "In whose role somebody is asked: `user`, whose ticket it is. `customer` and "
               "`sponsor` are the person whom `recipient` names: about tickets of whomever, with "
               "one cool-down, one open invitation and one budget for all of them.",
           .choices = RoleChoices()},
          {.name = "recipient",
           .value = ValueKind::kExpression,
           .description =
               "Required for the roles `customer` and `sponsor`, and for them alone: the "
               "id of the person to ask, as the platform knows people. Empty: nobody is "
               "known, nobody is asked."},
          {.name = "delay",
           .shape = Shape::kValueOrMap,
           .value = ValueKind::kDuration,
           .business_time = true,
           .default_text = "0m",
           .description = "How long after the ticket was resolved or closed, whichever came first, "
                          "to ask, by the ticket's channel; `default` for the others, and for the "
                          "roles `customer` and `sponsor`: `8h` by the clock on the wall, `8 "
                          "business hours` of `calendar`. Whoever has quiet "
                          "hours then (`caps.quiet_hours`) is asked after them. Everything is "
                          "looked at again before.",
           .max_items = 100},
          {.name = "cooldown",
           .value = ValueKind::kDuration,
           .default_text = "14d, for `nps` 90d",
           .description = "No survey to somebody who was asked anything this recently; 0d: no "
                          "such bound."},
          {.name = "sample",
           .shape = Shape::kValueOrMap,
           .value = ValueKind::kNumber,
           .map_key = ValueKind::kId,
           .default_text = "1",
           .description = "The share of cases that is asked, by the id of the touchpoint where "
                          "the asked role stands or of its owner; `default` for the others. Which "
                          "cases follows from `surveys.sample_key`.",
           .minimum = 0,
           .maximum = 1,
           .max_items = 1000},
          {.name = "expires",
           .value = ValueKind::kDuration,
           .default_text = "7d",
           .description = "How long an answer counts."},
          {.name = "reminder",
           .value = ValueKind::kDuration,
           .default_text = "never",
           .description = "How long after the invitation to remind, once, who has not answered; "
                          "shorter than `expires`."},
      }};
}

}  // namespace waypost::rules
