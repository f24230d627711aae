// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sidecar/rules/structure.h"
#include "sidecar/rules/values.h"
#include "sidecar/text/absl_view.h"
#include "sidecar/text/quote.h"
#include "sidecar/text/suggest.h"

namespace waypost::rules {
namespace {

using yaml::Node;
using yaml::NodeKind;
using yaml::ScalarType;

bool IsText(const Node& node) {
  return node.kind == NodeKind::kScalar && yaml::TypeOf(node) == ScalarType::kText;
}

}  // namespace

void StructureChecker::CheckValue(const Node& node, const Key& key) {
  const bool scalar = node.kind == NodeKind::kScalar;
  switch (key.value) {
    case ValueKind::kBoolean:
      if (!scalar || yaml::TypeOf(node) != ScalarType::kBoolean) {
        WrongType(node, "true or false");
      }
      return;
    case ValueKind::kInteger:
    case ValueKind::kNumber:
      CheckNumber(node, key);
      return;
    case ValueKind::kCondition:
    case ValueKind::kExpression:
    case ValueKind::kDuration:
      // A bare true or 30 gets a better message than its type.
      if (!scalar) {
        WrongType(node, key.value == ValueKind::kDuration    ? "a length of time"
                        : key.value == ValueKind::kCondition ? "a condition"
                                                             : "an expression");
        return;
      }
      break;
    default:
      if (!IsText(node)) {
        WrongType(node, "a text");
        return;
      }
  }
  if (node.text.find_first_not_of(" \t\r\n") == std::string::npos) {
    Error(node, DiagnosticCode::kRulesBadValue, "the text is empty");
    return;
  }
  CheckMeaning(node, key);
}

void StructureChecker::CheckMeaning(const Node& node, const Key& key) {
  const std::string quoted = Quote(node.text);
  switch (key.value) {
    case ValueKind::kVersion:
      if (node.text != "waypost/v1") {
        Error(node, DiagnosticCode::kRulesBadVersion,
              absl::StrCat(quoted,
                           " is not a version that is known; this version reads "
                           "\"waypost/v1\""));
      }
      return;
    case ValueKind::kId:
      if (!IsId(node.text)) {
        Error(node, DiagnosticCode::kRulesBadId, absl::StrCat(quoted, " is not a valid id"));
      }
      return;
    case ValueKind::kChoice:
    case ValueKind::kEventType:
      CheckChoice(node, key);
      return;
    case ValueKind::kDuration:
      CheckDuration(node, key);
      return;
    case ValueKind::kTimeZone:
      CheckParsed(node, DiagnosticCode::kRulesBadTimeZone, ParseTimeZone(node.text).status());
      return;
    case ValueKind::kHours:
      CheckParsed(node, DiagnosticCode::kRulesBadHours, ParseHours(node.text).status());
      return;
    case ValueKind::kQuietHours:
      if (!ParseQuietHours(node.text).has_value()) {
        Error(node, DiagnosticCode::kRulesBadHours,
              absl::StrCat(quoted, " are not quiet hours such as 20:00-08:00"));
      }
      return;
    case ValueKind::kDate:
    case ValueKind::kDates:
      CheckParsed(node, DiagnosticCode::kRulesBadDate, ParseDates(node.text).status());
      return;
    case ValueKind::kTime:
      if (!ParseInstant(node.text).has_value()) {
        Error(node, DiagnosticCode::kRulesBadDate,
              absl::StrCat(quoted,
                           " is not a time such as 2026-12-24T18:00:00Z or "
                           "2026-12-24T18:00+01:00"));
      }
      return;
    case ValueKind::kLanguage:
      if (!IsLanguageTag(node.text)) {
        Error(node, DiagnosticCode::kRulesBadLanguage,
              absl::StrCat(quoted, " is not a language tag such as en or pt-BR"));
      }
      return;
    case ValueKind::kTarget:
      if (!IsTarget(node.text)) {
        Error(node, DiagnosticCode::kRulesBadTarget,
              absl::StrCat(quoted, " is not a target such as \">= 0.95\""));
      }
      return;
    default:
      return;
  }
}

void StructureChecker::CheckParsed(const Node& node, DiagnosticCode code,
                                   const absl::Status& parsed) {
  if (!parsed.ok()) {
    Error(node, code, std::string(parsed.message()));
  }
}

void StructureChecker::CheckNumber(const Node& node, const Key& key) {
  const bool integer = key.value == ValueKind::kInteger;
  const ScalarType type = node.kind == NodeKind::kScalar ? yaml::TypeOf(node) : ScalarType::kText;
  if (type != ScalarType::kInteger && (integer || type != ScalarType::kNumber)) {
    WrongType(node, integer ? "a whole number" : "a number");
    return;
  }
  double value = 0;
  const bool readable = absl::SimpleAtod(node.text, &value);
  if (!readable || !(value >= key.minimum && value <= key.maximum)) {
    Error(node, DiagnosticCode::kRulesBadValue,
          absl::StrCat(node.text, " is not between ", key.minimum, " and ", key.maximum));
  }
}

void StructureChecker::CheckChoice(const Node& node, const Key& key) {
  if (std::find(key.choices.begin(), key.choices.end(), node.text) != key.choices.end()) {
    return;
  }
  const std::string hint = DidYouMean(node.text, key.choices);
  if (key.value == ValueKind::kEventType) {
    Error(node, DiagnosticCode::kRulesUnknownEventType,
          absl::StrCat(Quote(node.text), " is not an event type", hint));
    return;
  }
  Error(node, DiagnosticCode::kRulesBadValue,
        absl::StrCat(Quote(node.text), " is not one of ", absl::StrJoin(key.choices, ", "), hint));
}

void StructureChecker::CheckDuration(const Node& node, const Key& key) {
  const auto span = ParseSpan(node.text);
  if (!span.has_value()) {
    Error(node, DiagnosticCode::kRulesBadDuration,
          absl::StrCat(Quote(node.text),
                       " is not a length of time such as 30m, 8h, 14d or 1 business day"));
  } else if (span->length == absl::ZeroDuration() && key.name != "delay" &&
             key.name != "cooldown") {
    Error(node, DiagnosticCode::kRulesBadDuration, "the length of time is zero");
  } else if (span->business && !key.business_time) {
    Error(node, DiagnosticCode::kRulesBadDuration,
          absl::StrCat("\"", AbslView(key.name),
                       "\" has no calendar: write wall-clock time such as ", "8h or 14d"));
  }
}

}  // namespace waypost::rules
