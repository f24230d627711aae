// SPDX-License-Identifier: Apache-2.0
// `expect`.
#include "absl/time/time.h"
#include "sidecar/base/proto_time.h"
#include "sidecar/rules/vocabulary_tables.h"

namespace waypost::rules {
namespace {

using cel::TypeKind;
using cel::Value;

const v1::TicketExpectation& Expected(const Scope& scope) {
  return scope.subject.expectation == nullptr ? v1::TicketExpectation::default_instance()
                                              : scope.subject.expectation->Read();
}

Value ResolveP50(const Scope& scope) {
  const v1::TicketExpectation& expected = Expected(scope);
  return expected.known() ? TimestampValue(expected.resolve_p50()) : Value::Null();
}

Value ResolveP80(const Scope& scope) {
  const v1::TicketExpectation& expected = Expected(scope);
  return expected.known() ? TimestampValue(expected.resolve_p80()) : Value::Null();
}

// Minutes would promise more than a window can keep.
absl::Time UpToTheHour(absl::Time time) {
  const absl::Duration hour = absl::Hours(1);
  return absl::UnixEpoch() + absl::Ceil(time - absl::UnixEpoch(), hour);
}

Value ResolveBy(const Scope& scope) {
  const v1::TicketExpectation& expected = Expected(scope);
  if (expected.known() && scope.resolve_by.empty()) {
    const absl::Time by = UpToTheHour(FromProto(expected.resolve_p80()));
    scope.resolve_by = TimeText(by, scope.requester.person.time_zone());
  }
  return Value::StringView(scope.resolve_by);
}

}  // namespace

const ObjectTable<Scope>& ExpectTable() {
  static const auto* const kTable = new ObjectTable<Scope>(
      "expect",
      {
          {"known", TypeKind::kBool, Audience::kEveryone,
           "There is a window whose measured coverage is near 80 %.",
           [](const Scope& s) { return Value::Bool(Expected(s).known()); }},
          {"resolve_by", TypeKind::kString, Audience::kEveryone,
           "Eight of ten tickets like this one are resolved by then: `resolve_p80` up to the full "
           "hour, in the requester's time zone, such as `2026-11-22 15:00`; empty when not known.",
           ResolveBy},
          {"resolve_p50", TypeKind::kTimestamp, Audience::kEveryone,
           "Half of the tickets like this one are resolved by then; null when not known.",
           ResolveP50},
          {"resolve_p80", TypeKind::kTimestamp, Audience::kEveryone,
           "Eight of ten are resolved by then; null when not known.", ResolveP80},
          {"reason", TypeKind::kString, Audience::kProvider,
           "Why it is not known: `NO_TICKET`, `ENDED`, `TOO_FEW_TICKETS`, `COVERAGE_UNKNOWN` or "
           "`COVERAGE_TOO_LOW`; otherwise empty.",
           [](const Scope& s) { return Value::StringView(Expected(s).reason_code()); }},
          {"alike", TypeKind::kString, Audience::kProvider,
           "What the tickets that it was compared with have in common, such as `group and status`.",
           [](const Scope& s) { return Value::StringView(Expected(s).alike()); }},
          {"sample_size", TypeKind::kInt, Audience::kProvider,
           "How many of them were resolved and took as long as this one already has.",
           [](const Scope& s) { return Value::Int(Expected(s).sample_size()); }},
      });
  return *kTable;
}

}  // namespace waypost::rules
