// SPDX-License-Identifier: Apache-2.0
// `journey` and `person`.
#include <memory>
#include <string>
#include <utility>

#include "sidecar/base/proto_time.h"
#include "sidecar/rules/vocabulary_tables.h"

namespace waypost::rules {
namespace {

using cel::Type;
using cel::TypeKind;
using cel::Value;
using JourneyField = VocabularyField<Scope>;

constexpr Audience kEveryone = Audience::kEveryone;
constexpr Audience kProvider = Audience::kProvider;

const v1::JourneyFacts& Facts(const Scope& scope) { return *scope.subject.journey; }

const std::string& PartyName(v1::Party party) {
  static const std::string* const kNames =
      new std::string[4]{"", "customer", "provider", "third_party"};
  const bool known = party >= v1::PARTY_UNSPECIFIED && party <= v1::PARTY_THIRD_PARTY;
  return kNames[known ? party : v1::PARTY_UNSPECIFIED];
}

Value EmotionBasisName(const Scope& scope) {
  switch (Facts(scope).emotion_basis()) {
    case v1::EMOTION_BASIS_SAID:
      return Value::StringView("said");
    case v1::EMOTION_BASIS_INFERRED:
      return Value::StringView("inferred");
    default:
      return Value::StringView("");
  }
}

Value OptionalText(const std::string* text) {
  return Value::StringView(text == nullptr ? std::string_view() : std::string_view(*text));
}

template <int32_t (v1::JourneyFacts::*Count)() const>
Value FactCount(const Scope& scope) {
  return Value::Int((Facts(scope).*Count)());
}

template <int32_t (v1::JourneyFacts::*Count)() const>
JourneyField CountField(const char* name, Audience audience, const char* description) {
  return {name, TypeKind::kInt, audience, description, FactCount<Count>};
}

Value WaitingSince(const Scope& scope) {
  return Facts(scope).has_waiting_since() ? TimestampValue(Facts(scope).waiting_since())
                                          : Value::Null();
}

Value LastVisibleAt(const Scope& scope) {
  return Facts(scope).has_last_visible_at() ? TimestampValue(Facts(scope).last_visible_at())
                                            : Value::Null();
}

Value LastPublicUpdateAt(const Scope& scope) {
  return Facts(scope).has_last_public_update_at()
             ? TimestampValue(Facts(scope).last_public_update_at())
             : Value::Null();
}

Value DarkFor(const Scope& scope) {
  const v1::JourneyFacts& facts = Facts(scope);
  if (facts.open_tickets() == 0 || !facts.has_last_visible_at()) {
    return Value::Duration(absl::ZeroDuration());
  }
  const absl::Time last = FromProto(facts.last_visible_at());
  return Value::Duration(std::max(absl::ZeroDuration(), scope.subject.now - last));
}

Value Age(const Scope& scope) {
  return Value::Duration(
      std::max(absl::ZeroDuration(), scope.subject.now - scope.subject.started_at));
}

Value BusinessAge(const Scope& scope) {
  const Subject& subject = scope.subject;
  if (subject.calendar == nullptr) {
    return Age(scope);
  }
  return Value::Duration(
      std::max(absl::ZeroDuration(), subject.calendar->Between(subject.started_at, subject.now)));
}

std::vector<JourneyField> PlaceFields() {
  return {
      {"stage", TypeKind::kString, kEveryone,
       "The stage where the user stands, such as `co_create`. Touchpoints read the one before this "
       "event, rules the one after it.",
       [](const Scope& s) { return OptionalText(s.subject.stage); }},
      {"touchpoint", TypeKind::kString, kEveryone,
       "The touchpoint that the user passed last; before or after this event as for `stage`.",
       [](const Scope& s) { return OptionalText(s.subject.touchpoint); }},
      {"started_at", TypeKind::kTimestamp, kEveryone, "When its first step happened.",
       [](const Scope& s) { return Value::Timestamp(s.subject.started_at); }},
      {"age", TypeKind::kDuration, kEveryone, "How long ago that was.", Age},
      {"business_age", TypeKind::kDuration, kEveryone,
       "How much business time has passed since then, by the first of `calendars`; all the time "
       "when "
       "there is none.",
       BusinessAge},
      CountField<&v1::JourneyFacts::tickets>("tickets", kEveryone, "Tickets in the journey."),
      CountField<&v1::JourneyFacts::open_tickets>(
          "open_tickets", kEveryone,
          "Of these, neither resolved, closed, canceled nor merged away."),
  };
}

std::vector<JourneyField> HandlingFields() {
  return {
      CountField<&v1::JourneyFacts::reassignments>(
          "reassignments", kProvider, "Changes of the assignment group after the first dispatch."),
      CountField<&v1::JourneyFacts::bounces>(
          "bounces", kProvider, "Returns to a group that had the ticket before (A-B-A)."),
      CountField<&v1::JourneyFacts::reopens>(
          "reopens", kEveryone, "Times a resolved, closed or canceled ticket was open again."),
      CountField<&v1::JourneyFacts::status_changes>("status_changes", kEveryone,
                                                    "Changes of the status name."),
      CountField<&v1::JourneyFacts::priority_changes>("priority_changes", kEveryone,
                                                      "Changes of the priority."),
      CountField<&v1::JourneyFacts::waits_on_customer>("waits_on_customer", kEveryone,
                                                       "Entries into waiting on the customer."),
      CountField<&v1::JourneyFacts::waits_on_provider>("waits_on_provider", kEveryone,
                                                       "Entries into waiting on a provider."),
      CountField<&v1::JourneyFacts::resolutions>("resolutions", kEveryone,
                                                 "Entries into resolved."),
      CountField<&v1::JourneyFacts::closings>("closings", kEveryone, "Entries into closed."),
      {"groups", Type::List(TypeKind::kString), kProvider,
       "Distinct assignment groups in the order of first holding.",
       [](const Scope& s) { return Value::BorrowedList(&s.groups); }},
      CountField<&v1::JourneyFacts::public_updates>("public_updates", kEveryone,
                                                    "Public comments by the provider's side."),
      CountField<&v1::JourneyFacts::internal_notes>("internal_notes", kProvider,
                                                    "Internal comments."),
  };
}

std::vector<JourneyField> PersonSideFields() {
  return {
      CountField<&v1::JourneyFacts::contacts>(
          "contacts", kEveryone,
          "Contacts by the person: tickets reported, public comments, calls, chats and mails."),
      CountField<&v1::JourneyFacts::chasers>(
          "chasers", kProvider,
          "Of these, contacts about a ticket that was open and not waiting on the customer."),
      CountField<&v1::JourneyFacts::repeats>(
          "repeats", kEveryone,
          "Tickets of the same matter opened within 7 days after the one before was resolved."),
      CountField<&v1::JourneyFacts::signals>("signals", kEveryone,
                                             "Signals: steps before or beside the ticket."),
      {"channels", Type::List(TypeKind::kString), kEveryone,
       "Distinct channels in the order of first use.",
       [](const Scope& s) { return Value::BorrowedList(&s.channels); }},
      CountField<&v1::JourneyFacts::channel_hops>(
          "channel_hops", kEveryone, "Times the person used another channel than the time before."),
      CountField<&v1::JourneyFacts::emotion>("emotion", kProvider,
                                             "The latest emotion, -2 (very bad) to 2 (very good)."),
      {"emotion_basis", TypeKind::kString, kProvider,
       "Where it comes from: `said`, `inferred`, or empty when there is none.", EmotionBasisName},
      CountField<&v1::JourneyFacts::effort>(
          "effort", kProvider,
          "What the person had to do so far: contacts, signals, channel hops and waits on the "
          "customer, one point each."),
      CountField<&v1::JourneyFacts::surveys_sent>("surveys_sent", kProvider,
                                                  "Surveys decided to be sent."),
      CountField<&v1::JourneyFacts::surveys_not_sent>("surveys_not_sent", kProvider,
                                                      "Surveys decided not to be sent."),
      CountField<&v1::JourneyFacts::surveys_answered>(
          "surveys_answered", kProvider,
          "Surveys that were answered; an answer that is changed counts once."),
  };
}

std::vector<JourneyField> WaitingFields() {
  return {
      {"waiting_on", TypeKind::kString, kEveryone,
       "Who has to act next: `customer`, `provider`, `third_party`, or empty when nobody has to.",
       [](const Scope& s) { return Value::StringView(PartyName(Facts(s).waiting_on())); }},
      CountField<&v1::JourneyFacts::promises_open>(
          "promises_open", kEveryone,
          "Promises of the next news whose time has not come; as of before this event, as the "
          "three that follow."),
      CountField<&v1::JourneyFacts::promises_kept>(
          "promises_kept", kProvider,
          "Promises followed by news from the provider's side in time."),
      CountField<&v1::JourneyFacts::promises_broken>("promises_broken", kProvider,
                                                     "Promises whose time passed without news."),
      CountField<&v1::JourneyFacts::promise_renewals>(
          "promise_renewals", kProvider,
          "Times in a row that a promise was followed by nothing but Waypost's next message."),
      {"holder", TypeKind::kString, kProvider,
       "The assignment group that holds the ball (answers of the API tell its provider instead, "
       "where one matches); empty when the customer does or the journey ended.",
       [](const Scope& s) { return Value::StringView(Facts(s).holder()); }},
      {"waiting_since", TypeKind::kTimestamp, kEveryone,
       "Since when that is so; null when nobody has to act.", WaitingSince},
      {"possessions", Type::List(Type::Object(&PossessionTable().type())), kProvider,
       "Time per party and holder, up to the newest event.",
       [](const Scope& s) { return Value::BorrowedList(&s.possessions); }},
      {"last_visible_at", TypeKind::kTimestamp, kEveryone,
       "When the person last saw something happen; null when nothing was seen yet.", LastVisibleAt},
      {"last_public_update_at", TypeKind::kTimestamp, kEveryone,
       "When the provider's side last wrote a public comment; null when it never did.",
       LastPublicUpdateAt},
      {"dark_for", TypeKind::kDuration, kEveryone,
       "How long ago that was while a ticket is open; else 0.", DarkFor},
      {"longest_dark", TypeKind::kDuration, kEveryone,
       "The longest time between two things the person could see, while a ticket was open.",
       [](const Scope& s) { return DurationValue(Facts(s).longest_dark()); }},
      {"time_in_the_dark", TypeKind::kDuration, kEveryone,
       "The sum of these times, up to the newest event.",
       [](const Scope& s) { return DurationValue(Facts(s).time_in_the_dark()); }},
  };
}

}  // namespace

const ObjectTable<Scope>& JourneyTable() {
  static const auto* const kTable = [] {
    std::vector<JourneyField> fields = PlaceFields();
    for (const auto& part : {HandlingFields(), PersonSideFields(), WaitingFields()}) {
      fields.insert(fields.end(), part.begin(), part.end());
    }
    return new ObjectTable<Scope>("journey", std::move(fields));
  }();
  return *kTable;
}

const ObjectTable<Scope>& PersonTable() {
  static const auto* const kTable = new ObjectTable<Scope>(
      "person",
      {
          {"journeys", TypeKind::kInt, kEveryone, "Journeys of the requester that are kept.",
           [](const Scope& s) { return Value::Int(s.subject.person.journeys); }},
          {"open_journeys", TypeKind::kInt, kEveryone,
           "Of these, those that have not ended, not counting this one.",
           [](const Scope& s) { return Value::Int(s.subject.person.open_journeys); }},
          {"recent_journeys", TypeKind::kInt, kEveryone,
           "Of these, those that started in the last 7 days, not counting this one.",
           [](const Scope& s) { return Value::Int(s.subject.person.recent_journeys); }},
      });
  return *kTable;
}

const ObjectTable<v1::Possession>& PossessionTable() {
  static const auto* const kTable = new ObjectTable<v1::Possession>(
      "possession",
      {
          {"party", TypeKind::kString, kProvider, "`customer`, `provider` or `third_party`.",
           [](const v1::Possession& p) { return Value::StringView(PartyName(p.party())); }},
          {"holder", TypeKind::kString, kProvider,
           "The assignment group, as in `journey.holder`; empty for the customer.",
           [](const v1::Possession& p) { return Value::StringView(p.holder()); }},
          {"held", TypeKind::kDuration, kProvider, "For how long in total.",
           [](const v1::Possession& p) { return DurationValue(p.held()); }},
      });
  return *kTable;
}

size_t PossessionList::size() const { return static_cast<size_t>(facts.possessions_size()); }

Value PossessionList::At(size_t index) const {
  return Value::Object(std::make_shared<TableObject<v1::Possession>>(
      PossessionTable(), facts.possessions(static_cast<int>(index))));
}

}  // namespace waypost::rules
