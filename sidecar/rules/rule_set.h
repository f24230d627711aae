// SPDX-License-Identifier: Apache-2.0
// The rules file as it is in force: checked, compiled, frozen.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "sidecar/calendar/business_calendar.h"
#include "sidecar/calendar/quiet_hours.h"
#include "sidecar/calendar/span.h"
#include "sidecar/cel/program.h"
#include "sidecar/text/diagnostic.h"
#include "waypost/v1/enrichment.pb.h"
#include "waypost/v1/ticket.pb.h"

namespace waypost::rules {

class RuleIndex;

// The event types that a rule or touchpoint waits for. Empty: any.
class EventTypes {
 public:
  void Add(v1::EventType type) { bits_ |= Bit(type); }
  [[nodiscard]] bool any() const { return bits_ == 0; }
  [[nodiscard]] bool Accepts(v1::EventType type) const { return any() || (bits_ & Bit(type)) != 0; }
  // Accepts everything that `other` does.
  [[nodiscard]] bool Covers(EventTypes other) const {
    return any() || (!other.any() && (other.bits_ & ~bits_) == 0);
  }
  friend bool operator==(EventTypes, EventTypes) = default;

 private:
  static uint32_t Bit(v1::EventType type) { return uint32_t{1} << static_cast<uint32_t>(type); }
  uint32_t bits_ = 0;
};

// A text in one or more languages: the rule set's default language first, when there is a text in
// it, then in file order. The first is the fallback.
struct LocalizedTemplate {
  struct Entry {
    std::string language;  // BCP 47 tag, or "" for a text that is the same in all languages
    cel::Template text;
  };
  std::vector<Entry> entries;

  // The entry for `language`: the same tag, else the same primary subtag ("de" for "de-AT"), else
  // the first. `entries` is not empty.
  [[nodiscard]] const Entry& Choose(std::string_view language) const;
};

// The id of the calendar that every rule set has besides its own: day and night, in UTC.
inline constexpr std::string_view kAlwaysOpenCalendar = "24x7";

struct Calendar {
  std::string id;
  calendar::BusinessCalendar hours;
  Location location;
};

struct Owner {
  std::string id;
  std::string name;
  std::vector<std::string> notify;
  Location location;
};

struct Provider {
  std::string id;
  std::string name;
  std::vector<std::string> groups;  // names; a trailing or leading "*" stands for any text
  std::optional<absl::Duration> accept_within;
  Location location;
};

struct Persona {
  std::string id;
  std::optional<cel::Program> condition;
  int influence = 1;  // 1 to 5
  Location location;
};

struct Stage {
  std::string id;
  std::vector<std::string> aliases;
};

struct Touchpoint {
  std::string id;
  int stage = 0;  // number in RuleSet::stages
  v1::TouchpointKind kind = v1::TOUCHPOINT_KIND_TOUCHPOINT;
  std::string channel;  // for the map, where events tell none
  int owner = -1;       // number in RuleSet::owners; -1: nobody answers for it
  EventTypes on;
  std::optional<cel::Program> condition;  // none: always
  v1::Visibility visibility = v1::VISIBILITY_BOTH;
  std::optional<int> emotion;  // -2 to 2, inferred when the touchpoint is passed
  bool moment_of_truth = false;
  std::vector<std::string> jobs;
  std::vector<std::string> pains;
  std::vector<std::string> gains;
  Location location;
};

struct JourneyDefinition {
  std::string id;
  std::string name;
  v1::ConsumerRole role = v1::CONSUMER_ROLE_USER;
  std::optional<cel::Program> condition;  // which journeys it applies to; none: all
  std::string outcome;
  std::vector<Touchpoint> touchpoints;  // file order; the first that matches is passed
  std::vector<std::string> ideal;       // touchpoint ids, "*" at the end stands for any text
  Location location;
};

// The value of `key`, else of "default", else nullptr.
template <typename Value>
[[nodiscard]] const Value* ForKey(const std::map<std::string, Value>& values,
                                  const std::string& key) {
  auto found = values.find(key);
  if (found == values.end()) found = values.find("default");
  return found == values.end() ? nullptr : &found->second;
}

struct AlertAction {
  v1::Severity severity = v1::SEVERITY_WARNING;
  // At most one alert of a kind is open per journey. Empty: the rule's id.
  std::string kind;
  // When the cause is gone; none: when the journey ends, or a hold's condition does not hold.
  std::optional<cel::Program> until;
  // How long the owner is not told again while it is open.
  calendar::Span repeat = {absl::Hours(24)};
  int owner =
      -1;  // number in RuleSet::owners; -1: the owner of the touchpoint where the user stands
  std::optional<LocalizedTemplate> text;  // set after a successful load
  // How soon the owner is to act, counted from the event; none: no deadline.
  std::optional<calendar::Span> act_within;
};

// A message to the person who waits.
struct UpdateAction {
  // What changed, what the person must do, when the next news comes, where to look: in this order
  // they make up the text, with a space in between. All four are set after a successful load.
  std::vector<LocalizedTemplate> parts;
  // The promise: next news within this time, by priority ("P1"); "default" for the others. Empty:
  // none. Business time of the rule's calendar.
  std::map<std::string, calendar::Span> next_update_by;
  // Only when the ticket enters its status category for the first time since it was last reopened.
  bool once_per_status = false;
  bool draft = false;
};

struct SurveyAction {
  v1::SurveyKind kind = v1::SURVEY_KIND_CSAT;
  // In whose role somebody is asked. The user is the requester; for the others `recipient`, which
  // they alone have, gives the person's id.
  v1::ConsumerRole role = v1::CONSUMER_ROLE_USER;
  std::optional<cel::Program> recipient;
  // How long after the ticket's closure to ask, by channel; "default" for the others. Empty: at
  // once. Business time is that of RuleSet::CalendarOf.
  std::map<std::string, calendar::Span> delay;
  // No survey to somebody who was asked anything this recently.
  absl::Duration cooldown = absl::Hours(14 * 24);
  // The share of cases that is asked, 0 to 1, by the id of the touchpoint where the asked role
  // stands or of its owner; "default" for the others. Empty: all.
  std::map<std::string, double> sample;
  // How long an answer counts.
  absl::Duration expires = absl::Hours(7 * 24);
  // When to remind once, after the invitation; shorter than `expires`. None: never.
  std::optional<absl::Duration> reminder;
};

// What holds for the surveys of all rules. Expressions see what conditions see.
struct SurveyPolicy {
  // True: nobody is asked. None: nothing is excluded.
  std::optional<cel::Program> exclude;
  // True: the person does not want surveys. None: they have the tag "no-surveys".
  std::optional<cel::Program> opted_out;
  // The key of the sample. Empty: the rule set's name.
  std::string sample_key;
};

struct AnnotationAction {
  std::string name;
  cel::Template value;
};

struct Rule {
  std::string id;
  EventTypes on;
  std::optional<cel::Program> condition;  // none: always
  bool shadow = false;                    // decide and record, deliver nothing
  bool timer_driven = false;              // waits for silence: events do not fire it
  // How long the condition, which then does not read the event, must hold before the alert is
  // raised. None: not at all. Business time is that of the rule's calendar.
  std::optional<calendar::Span> hold;
  // The silence it waits for, by priority; "default" for the others. Empty: it waits for none.
  // Business time of the rule's calendar.
  std::map<std::string, calendar::Span> after_silence;
  std::optional<AlertAction> alert;
  std::optional<UpdateAction> update;
  std::optional<SurveyAction> survey;
  std::vector<AnnotationAction> annotations;
  // Whose business time counts: numbers in RuleSet::calendars by priority ("P1"), "default" for the
  // others; see RuleSet::CalendarOf.
  std::map<std::string, int> calendars;
  Location location;
};

// How signals and tickets join into journeys.
struct Stitching {
  // A signal joins what the same person did at most this long before; a ticket adopts the signals
  // before it. Default: 4 hours (the password-reset story spans less than one).
  absl::Duration signal_window = absl::Hours(4);
  // A new ticket of the same person and matter (service or category agree, neither differs where
  // both tell it) joins a journey that ended at most this long before. Default: 7 days, the usual
  // bound of a repeat contact.
  absl::Duration matter_window = absl::Hours(7 * 24);
};

// How much people are written to at most (the key `caps`). Days and weeks are rolling: the last 24
// hours, the last 7 days. The defaults are those of the field; P1 and P2 are free of all but
// merge_window and tool_message_window.
struct Caps {
  int alerts_per_ticket_per_day = 3;  // not counting critical ones
  // Likewise; more become a digest. 0: any number.
  int alerts_per_owner_per_hour = 10;
  int updates_per_ticket_per_day = 3;
  absl::Duration update_interval = absl::Hours(4);  // between two about one ticket
  int updates_per_person_per_day = 5;               // over all tickets; more become a digest
  // Updates, surveys, reminders and digests together. Of less worth, less: see attention.h.
  int messages_per_person_per_week = 15;
  absl::Duration merge_window = absl::Minutes(10);  // changes within it are told at once
  // No update when the desk itself wrote to the person this recently.
  absl::Duration tool_message_window = absl::Minutes(15);
  // By the clock of the person who is written to, or UTC where their time zone is not known. None:
  // at any hour.
  std::optional<calendar::QuietHours> quiet_hours;
};

// Mutes alerts for a while: those that fit all lists that are not empty, of which one is not.
struct Silence {
  std::string id;
  bool maintenance = false;
  std::string reason;
  absl::Time from = absl::InfinitePast();
  absl::Time until = absl::InfiniteFuture();  // excluded
  int during = -1;  // only while that of RuleSet::calendars is open; -1: all the time
  std::vector<std::string> rules;   // ids; "*" stands for any text, as in those that follow
  std::vector<std::string> owners;  // ids, whole
  std::vector<std::string> services;
  std::vector<std::string> groups;
  Location location;
};

// The key `promises`.
struct PromiseSettings {
  // How long before its time a promise is about to be broken, in business time of the calendar of
  // the rule that made it: this share of its length, ...
  double warn_share = 0.2;
  // ... but at least so long; a promise no longer than that is not warned of.
  absl::Duration warn_at_least = absl::Minutes(10);
};

// A rule set. Immutable; shared by all threads through std::shared_ptr<const RuleSet>.
struct RuleSet {
  std::string name;
  std::string digest;  // 16 hexadecimal digits over names and contents of all files
  std::map<std::string, std::string> files;
  std::vector<std::string>
      languages;  // in which customers are written to; the first is the default
  // File order: the first is the default. The last is kAlwaysOpenCalendar.
  std::vector<Calendar> calendars = {
      {std::string(kAlwaysOpenCalendar), calendar::BusinessCalendar::AlwaysOpen(), {}}};
  std::vector<Owner> owners;
  std::vector<Provider> providers;
  std::vector<Persona> personas;
  std::vector<Stage> stages;
  std::vector<JourneyDefinition> journeys;
  std::vector<Rule> rules;
  Stitching stitching;
  Caps caps;
  PromiseSettings promises;
  SurveyPolicy surveys;
  std::vector<Silence> silences;
  // What finds the conditions that an event may satisfy: set by BuildIndex (rule_index.h) as the
  // last step of making a rule set. Needed by Matcher.
  std::shared_ptr<const RuleIndex> index;

  // The calendar for a ticket of that priority: the one that the rule names for it, else the rule's
  // for all others, else the first.
  [[nodiscard]] const calendar::BusinessCalendar& CalendarOf(const Rule& rule,
                                                             const std::string& priority) const;
  [[nodiscard]] const calendar::BusinessCalendar& DefaultCalendar() const {
    return calendars.front().hours;
  }
  // By id; nullptr when there is none.
  [[nodiscard]] const Calendar* FindCalendar(std::string_view id) const;
  // The provider whose group patterns match, in file order; nullptr when none does.
  [[nodiscard]] const Provider* ProviderOfGroup(std::string_view group) const;
  // By id; nullptr when there is none.
  [[nodiscard]] const Rule* FindRule(std::string_view id) const;
  [[nodiscard]] const Owner* FindOwner(std::string_view id) const;
  [[nodiscard]] const JourneyDefinition* FindJourney(std::string_view id) const;
  [[nodiscard]] const Touchpoint* FindTouchpoint(std::string_view journey_id,
                                                 std::string_view touchpoint_id) const;
  // The number of the stage of that id or alias, or -1.
  [[nodiscard]] int FindStage(std::string_view id) const;
};

}  // namespace waypost::rules
