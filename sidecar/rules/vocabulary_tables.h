// SPDX-License-Identifier: Apache-2.0
// The host objects behind the variables of the rules' vocabulary.
#pragma once

#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "sidecar/rules/vocabulary.h"
#include "sidecar/rules/vocabulary_object.h"
#include "sidecar/rules/vocabulary_views.h"

namespace waypost::rules {

// Somebody as the vocabulary reads them. What it is made of outlives it.
struct PersonSource {
  PersonSource(const v1::Person& who, std::string_view id_when_unknown)
      : person(who),
        id(who.id().empty() ? id_when_unknown : std::string_view(who.id())),
        tags(who.tags()) {}

  const v1::Person& person;
  std::string_view id;
  TextList tags;
};

struct PossessionList final : cel::List {
  explicit PossessionList(const v1::JourneyFacts& journey) : facts(journey) {}
  [[nodiscard]] size_t size() const override;
  [[nodiscard]] cel::Value At(size_t index) const override;

  const v1::JourneyFacts& facts;
};

// One subject with the parts that its objects need. Does not move.
struct Scope {
  explicit Scope(const Subject& what);
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

  Subject subject;
  const v1::DerivedEvent* derived;
  PersonSource requester;
  PersonSource assignee;
  TextMap custom_fields;
  TextMap signal_attributes;
  TextList channels;
  TextList groups;
  PossessionList possessions;
  TableObject<PersonSource> assignee_object;
  mutable std::string resolve_by;  // what `expect.resolve_by` reads, once it was read
};

// A time as messages tell it: "2026-11-22 14:30" in the zone of that name, or with " UTC" when that
// is not known.
[[nodiscard]] std::string TimeText(absl::Time time, const std::string& zone_name);

// Each lives for the whole process.
const ObjectTable<Scope>& EventTable();
const ObjectTable<Scope>& ActorTable();
const ObjectTable<Scope>& TicketTable();
const ObjectTable<Scope>& JourneyTable();
const ObjectTable<Scope>& PersonTable();
const ObjectTable<Scope>& ExpectTable();
const ObjectTable<PersonSource>& RequesterTable();
const ObjectTable<PersonSource>& AssigneeTable();
const ObjectTable<v1::Possession>& PossessionTable();

}  // namespace waypost::rules
