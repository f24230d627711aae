// SPDX-License-Identifier: Apache-2.0
// What holds for the file and for the organisation behind it.
#include "sidecar/rules/key_tables.h"

namespace waypost::rules {

Mapping FileMapping() {
  return {
      MappingKind::kFile,
      "rules file",
      "the file",
      "A rules file. All files of a folder together are one rule set.",
      {
          {.name = "apiVersion",
           .value = ValueKind::kVersion,
           .required = true,
           .description = "The version of this language: `waypost/v1`, in every file."},
          {.name = "name",
           .value = ValueKind::kId,
           .description = "The rule set's name, in exactly one of its files."},
          {.name = "mode",
           .value = ValueKind::kChoice,
           .default_text = "active",
           .description = "`shadow`: the rules of this file are decided and recorded, nothing is "
                          "delivered.",
           .choices = {"active", "shadow"}},
          {.name = "languages",
           .shape = Shape::kList,
           .value = ValueKind::kLanguage,
           .default_text = "those of the texts",
           .description = "The languages in which customers are written to; the first is the "
                          "default.",
           .max_items = 100},
          {.name = "calendars",
           .shape = Shape::kMappingsById,
           .mapping = MappingKind::kCalendar,
           .description = "Business hours by id; the first is the default. `24x7`, day and night "
                          "in UTC, is always there and the default where no other is.",
           .max_items = 100},
          {.name = "owners",
           .shape = Shape::kMappingsById,
           .mapping = MappingKind::kOwner,
           .description = "Who answers for touchpoints, by id."},
          {.name = "providers",
           .shape = Shape::kMappingsById,
           .mapping = MappingKind::kProvider,
           .description = "The parties that hold tickets, by id; the first whose groups match "
                          "holds the ball.",
           .max_items = 1000},
          {.name = "personas",
           .shape = Shape::kMappingsById,
           .mapping = MappingKind::kPersona,
           .active = false,
           .description = "Segments of people, by id.",
           .max_items = 1000},
          {.name = "stages",
           .shape = Shape::kValuesOrMappings,
           .value = ValueKind::kId,
           .mapping = MappingKind::kStage,
           .default_text = "ITIL's seven: explore, engage, offer, agree, onboard, co_create, "
                           "realize (alias reflect)",
           .description = "The stages in the order of the journey.",
           .max_items = 100},
          {.name = "journeys",
           .shape = Shape::kMappings,
           .mapping = MappingKind::kJourney,
           .description = "Journey definitions; for each role the first that applies counts."},
          {.name = "rules",
           .shape = Shape::kMappings,
           .mapping = MappingKind::kRule,
           .description = "Rules in the order of evaluation; all that match fire."},
          {.name = "xlas",
           .shape = Shape::kMappings,
           .mapping = MappingKind::kXla,
           .active = false,
           .description = "Experience level agreements.",
           .max_items = 1000},
          {.name = "stitching",
           .shape = Shape::kMapping,
           .mapping = MappingKind::kStitching,
           .description = "How signals and tickets join into journeys."},
          {.name = "caps",
           .shape = Shape::kMapping,
           .mapping = MappingKind::kCaps,
           .description = "How much people are written to at most."},
          {.name = "promises",
           .shape = Shape::kMapping,
           .mapping = MappingKind::kPromises,
           .description = "How promises of the next news are watched."},
          {.name = "surveys",
           .shape = Shape::kMapping,
           .mapping = MappingKind::kSurveys,
           .description = "Who is asked how it went, over all rules."},
          {.name = "silences",
           .shape = Shape::kMappings,
           .mapping = MappingKind::kSilence,
           .description = "Alerts that nobody is to be told of for a while.",
           .max_items = 1000},
      }};
}

Mapping StitchingMapping() {
  return {
      MappingKind::kStitching,
      "stitching",
      "stitching",
      "How signals and tickets join into journeys.",
      {
          {.name = "signal_window",
           .value = ValueKind::kDuration,
           .default_text = "4h",
           .description = "A signal joins what the same person did at most this long before."},
          {.name = "matter_window",
           .value = ValueKind::kDuration,
           .default_text = "7d",
           .description = "A new ticket of the same person and matter joins a journey that ended "
                          "at most this long before. The same matter: service or category "
                          "agree, and neither differs where both tickets tell it."},
      }};
}

Mapping CapsMapping() {
  return {
      MappingKind::kCaps,
      "caps",
      "caps",
      "How much people are written to at most.",
      {
          {.name = "alerts_per_ticket_per_day",
           .value = ValueKind::kInteger,
           .default_text = "3",
           .description = "Alerts about one ticket in 24 hours; more wait. Critical ones are free "
                          "of this.",
           .minimum = 1,
           .maximum = 50},
          {.name = "alerts_per_owner_per_hour",
           .value = ValueKind::kInteger,
           .default_text = "10",
           .description = "Alerts to one owner in an hour; more wait and are told together, as one "
                          "alert more. Critical ones are free of this. 0: no limit.",
           .minimum = 0,
           .maximum = 10000},
          {.name = "updates_per_ticket_per_day",
           .value = ValueKind::kInteger,
           .default_text = "3",
           .description = "Updates about one ticket in 24 hours; more wait. P1 and P2 are free of "
                          "this and of the four keys that follow.",
           .minimum = 1,
           .maximum = 1000},
          {.name = "updates_per_person_per_day",
           .value = ValueKind::kInteger,
           .default_text = "5",
           .description = "Updates to one person in 24 hours over all tickets; more become a "
                          "digest.",
           .minimum = 1,
           .maximum = 1000},
          {.name = "update_interval",
           .value = ValueKind::kDuration,
           .default_text = "4h",
           .description = "Time between two updates about one ticket; those with `once: "
                          "status` do not wait for it."},
          {.name = "messages_per_person_per_week",
           .value = ValueKind::kInteger,
           .default_text = "15",
           .description = "The attention budget: updates, surveys and reminders to one person "
                          "in 7 days. Where it runs short, what makes or keeps a promise or tells "
                          "of a status once comes before surveys (up to 80 %) and those before "
                          "other updates (up to 60 %). Updates beyond it become a digest.",
           .minimum = 1,
           .maximum = 1000},
          {.name = "quiet_hours",
           .value = ValueKind::kQuietHours,
           .description = "When people are not written to, by the clock on their wall: "
                          "`\"20:00-08:00\"`. Where their time zone is not known, by UTC. "
                          "Updates wait for the morning. Without it, any hour will do."},
          {.name = "merge_window",
           .value = ValueKind::kDuration,
           .default_text = "10m",
           .description = "What changes this soon after an update about the ticket waits, so "
                          "that several changes are told at once."},
          {.name = "tool_message_window",
           .value = ValueKind::kDuration,
           .default_text = "15m",
           .description = "No update about a ticket on which the desk itself has written a "
                          "public comment this recently."},
      }};
}

Mapping PromisesMapping() {
  return {MappingKind::kPromises,
          "promises",
          "promises",
          "How promises of the next news are watched.",
          {
              {.name = "warn_share",
               .value = ValueKind::kNumber,
               .default_text = "0.2",
               .description = "A promise is about to be broken (`on: promise_due`) when this share "
                              "of its length is left, in business time of the calendar of the "
                              "rule that made it, ...",
               .minimum = 0,
               .maximum = 0.9},
              {.name = "warn_at_least",
               .value = ValueKind::kDuration,
               .default_text = "10m",
               .description = "... but at least so long before its time. A promise no longer than "
                              "this is not warned of."},
          }};
}

Mapping SurveysMapping() {
  return {MappingKind::kSurveys,
          "survey policy",
          "surveys",
          "Who is asked how it went, over all rules.",
          {
              {.name = "exclude",
               .value = ValueKind::kCondition,
               .default_text = "nothing",
               .description = "True: nobody is asked, such as for the accounts of machines."},
              {.name = "opted_out",
               .value = ValueKind::kCondition,
               .default_text = "the requester has the tag `no-surveys`",
               .description = "True: the person does not want to be asked."},
              {.name = "sample_key",
               .value = ValueKind::kText,
               .default_text = "the rule set's name",
               .description = "The key of the sample: with another key others are asked."},
          }};
}

Mapping CalendarMapping() {
  return {MappingKind::kCalendar,
          "calendar",
          "calendars.*",
          "Business hours.",
          {
              {.name = "timezone",
               .value = ValueKind::kTimeZone,
               .required = true,
               .description = "The IANA name: `Europe/London`."},
              {.name = "hours",
               .shape = Shape::kMap,
               .value = ValueKind::kHours,
               .map_key = ValueKind::kDays,
               .required = true,
               .description = "Opening hours by days: `{mon-thu: \"08:00-18:00\", fri: "
                              "\"08:00-12:00, 13:00-16:00\"}`. Days that are not named are shut.",
               .max_items = 100},
              {.name = "holidays",
               .shape = Shape::kValuesOrMappings,
               .value = ValueKind::kDates,
               .mapping = MappingKind::kHolidayFile,
               .description = "Shut days: `[2026-12-25, 2026-12-24..2027-01-01, {ical: "
                              "holidays.ics}]`.",
               .max_items = 1000},
              {.name = "special_days",
               .shape = Shape::kMap,
               .value = ValueKind::kHours,
               .map_key = ValueKind::kDate,
               .description = "Days with other hours, also where they are holidays: `{2026-12-24: "
                              "\"08:00-12:00\"}`.",
               .max_items = 1000},
          }};
}

Mapping HolidayFileMapping() {
  return {MappingKind::kHolidayFile,
          "holiday file",
          "calendars.*.holidays[]",
          "Holidays from an iCalendar file, in place of a date.",
          {
              {.name = "ical",
               .required = true,
               .description = "Its name, such as `holidays.ics`: a file beside the rules file. Its "
                              "all-day events count, also those that repeat by years."},
          }};
}

Mapping OwnerMapping() {
  return {MappingKind::kOwner,
          "owner",
          "owners.*",
          "Somebody who answers for touchpoints.",
          {
              {.name = "name", .default_text = "the id", .description = "The name to show."},
              {.name = "notify",
               .shape = Shape::kList,
               .description = "Where alerts go: `ticket-note`, `webhook:URL`, `mailto:ADDRESS`. "
                              "`${NAME}` stands for an environment variable (not substituted by "
                              "this version).",
               .max_items = 100},
          }};
}

Mapping ProviderMapping() {
  return {MappingKind::kProvider,
          "provider",
          "providers.*",
          "A party that is responsible for a section of the journey.",
          {
              {.name = "name", .default_text = "the id", .description = "The name to show."},
              {.name = "groups",
               .shape = Shape::kList,
               .required = true,
               .description = "Its assignment groups; `*` at the start or end stands for any "
                              "text."},
              {.name = "accept_within",
               .value = ValueKind::kDuration,
               .active = false,
               .description = "How soon it must take over what it is handed."},
          }};
}

Mapping PersonaMapping() {
  return {MappingKind::kPersona,
          "persona",
          "personas.*",
          "A segment of people.",
          {
              {.name = "if",
               .value = ValueKind::kCondition,
               .required = true,
               .description = "Who belongs to it."},
              {.name = "influence",
               .value = ValueKind::kInteger,
               .default_text = "1",
               .description = "How much its experience weighs, 1 to 5.",
               .minimum = 1,
               .maximum = 5},
          }};
}

Mapping XlaMapping() {
  return {MappingKind::kXla,
          "XLA",
          "xlas[]",
          "An experience level agreement: an indicator, its target and who answers for it.",
          {
              {.name = "id",
               .value = ValueKind::kId,
               .required = true,
               .description = "Unique in the rule set."},
              {.name = "indicator",
               .value = ValueKind::kChoice,
               .required = true,
               .description = "What is measured.",
               .choices = {"happiness", "csat.top2_rate", "nps.score", "ces.easy_rate",
                           "lost_time.median", "promises.kept_rate", "expectation.coverage",
                           "chasers.rate", "repeats.rate", "bounces.rate", "reopens.rate",
                           "detractors.contacted_rate", "watermelon.cells"}},
              {.name = "target",
               .value = ValueKind::kTarget,
               .required = true,
               .description = "`\">= 0.95\"`, `\"<= 3h\"` or a range `\"0.75..0.90\"`."},
              {.name = "window",
               .value = ValueKind::kDuration,
               .default_text = "28d",
               .description = "Over which time."},
              {.name = "min_sample",
               .value = ValueKind::kInteger,
               .default_text = "30",
               .description = "No verdict below this many measurements.",
               .minimum = 1,
               .maximum = 1000000},
              {.name = "owner",
               .value = ValueKind::kId,
               .description = "Who answers for it: an owner's id."},
          }};
}

Mapping SilenceMapping() {
  return {MappingKind::kSilence,
          "silence",
          "silences[]",
          "Mutes alerts for a while. It needs at least one of `rules`, `owners`, `services` and "
          "`groups`; an alert is muted that fits all of those that are there.",
          {
              {.name = "id",
               .value = ValueKind::kId,
               .required = true,
               .description = "Unique in the rule set."},
              {.name = "kind",
               .value = ValueKind::kChoice,
               .default_text = "silence",
               .description = "The reason code of alerts that it mutes: `SILENCED` or "
                              "`MAINTENANCE`.",
               .choices = {"silence", "maintenance"}},
              {.name = "reason", .description = "Why, for those who ask where an alert stayed."},
              {.name = "from",
               .value = ValueKind::kTime,
               .default_text = "at once",
               .description = "When it begins: `2026-12-24T18:00:00Z`."},
              {.name = "until",
               .value = ValueKind::kTime,
               .description = "When it ends. Required without `during`."},
              {.name = "during",
               .value = ValueKind::kId,
               .description = "A calendar's id: it mutes while that is open, such as a weekly "
                              "maintenance window."},
              {.name = "rules",
               .shape = Shape::kList,
               .description = "Rules by id; `*` stands for any text.",
               .max_items = 1000},
              {.name = "owners",
               .shape = Shape::kList,
               .value = ValueKind::kId,
               .description = "To whom the alerts go: ids of owners.",
               .max_items = 1000},
              {.name = "services",
               .shape = Shape::kList,
               .description = "Business services; `*` stands for any text.",
               .max_items = 1000},
              {.name = "groups",
               .shape = Shape::kList,
               .description = "Assignment groups; `*` stands for any text.",
               .max_items = 1000},
          }};
}

}  // namespace waypost::rules
