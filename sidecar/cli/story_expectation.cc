// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cli/story_expectation.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sidecar/base/proto_time.h"
#include "sidecar/cli/names.h"
#include "sidecar/cli/yaml_message.h"
#include "sidecar/mapping/enum_words.h"
#include "sidecar/rules/vocabulary.h"

namespace waypost::cli {
namespace {

constexpr const char* kNothing = "nothing";

std::optional<std::string> OptionalText(const yaml::Node& node, std::string_view key,
                                        mapping::SpecReader* reader) {
  return reader->Text(node, key);
}

ByRole ReadByRole(const yaml::Node& parent, const std::string& key, mapping::SpecReader* reader) {
  ByRole by_role;
  const yaml::Node* node = parent.Find(key);
  if (node == nullptr) {
    return by_role;
  }
  if (node->kind == yaml::NodeKind::kScalar) {
    by_role[v1::CONSUMER_ROLE_USER] = node->text;
    return by_role;
  }
  if (!reader->CheckMapping(*node, {"user", "customer", "sponsor"}, {})) {
    return by_role;
  }
  for (const yaml::Entry& entry : node->entries) {
    const auto* role = mapping::FindEnumValue(*v1::ConsumerRole_descriptor(), entry.key);
    const std::optional<std::string> text = reader->Text(*entry.value);
    if (role != nullptr && text.has_value()) {
      by_role[static_cast<v1::ConsumerRole>(role->number())] = *text;
    }
  }
  return by_role;
}

std::optional<ExpectedAlert> ReadAlert(const yaml::Node& node, mapping::SpecReader* reader) {
  if (!reader->CheckMapping(node, {"rule", "owner", "severity", "text", "again", "shadow"},
                            {"rule"})) {
    return std::nullopt;
  }
  ExpectedAlert alert;
  alert.rule = reader->Text(node, "rule").value_or("");
  alert.owner = OptionalText(node, "owner", reader);
  alert.severity = reader->Choice(node, "severity", {"info", "warning", "critical"});
  alert.text = OptionalText(node, "text", reader);
  alert.again = reader->Boolean(node, "again");
  alert.shadow = reader->Boolean(node, "shadow").value_or(false);
  return alert;
}

std::optional<ExpectedUpdate> ReadUpdate(const yaml::Node& node, mapping::SpecReader* reader) {
  if (!reader->CheckMapping(node, {"rule", "language", "text", "next_update_in", "draft", "shadow"},
                            {"rule"})) {
    return std::nullopt;
  }
  ExpectedUpdate update;
  update.rule = reader->Text(node, "rule").value_or("");
  update.language = OptionalText(node, "language", reader);
  update.text = OptionalText(node, "text", reader);
  if (const auto text = reader->Text(node, "next_update_in"); text.has_value()) {
    update.next_update_in = ParseStep(*text);
    if (!update.next_update_in.has_value()) {
      reader->Report(*node.Find("next_update_in"), DiagnosticCode::kSpecBadValue,
                     absl::StrCat("\"", *text, "\" is not a length of time; write 4h or 1d"));
    }
  }
  update.draft = reader->Boolean(node, "draft");
  update.shadow = reader->Boolean(node, "shadow").value_or(false);
  return update;
}

std::optional<ExpectedSurvey> ReadSurvey(const yaml::Node& node, mapping::SpecReader* reader) {
  if (!reader->CheckMapping(node, {"rule", "kind", "outcome", "reason", "shadow"}, {"rule"})) {
    return std::nullopt;
  }
  ExpectedSurvey survey;
  survey.rule = reader->Text(node, "rule").value_or("");
  survey.kind = reader->Choice(node, "kind", {"csat", "nps", "ces"});
  survey.reason = OptionalText(node, "reason", reader);
  survey.outcome =
      reader
          ->Choice(node, "outcome",
                   {"send", "do_not_send", "scheduled", "remind", "expired", "answered"})
          .value_or(survey.reason.has_value() ? "do_not_send" : "send");
  survey.shadow = reader->Boolean(node, "shadow").value_or(false);
  return survey;
}

// A rule with a reason code.
template <typename Expected>
std::optional<Expected> ReadReasoned(const yaml::Node& node, mapping::SpecReader* reader) {
  if (!reader->CheckMapping(node, {"rule", "reason"}, {"rule"})) {
    return std::nullopt;
  }
  return Expected{reader->Text(node, "rule").value_or(""), OptionalText(node, "reason", reader)};
}

std::string Sentence(const v1::ExperienceAlert& alert) {
  return absl::StrCat("alert ", alert.rule_id(), ": ", rules::SeverityName(alert.severity()),
                      " to ", alert.owner_id().empty() ? "nobody" : alert.owner_id(), ", \"",
                      alert.text(), "\"");
}

std::string Sentence(const v1::StatusUpdate& update) {
  return absl::StrCat("update ", update.rule_id(), " (", update.language(), "): \"", update.text(),
                      "\"");
}

std::string OutcomeName(const v1::SurveyDecision& survey) {
  constexpr std::string_view kPrefix = "SURVEY_OUTCOME_";
  return absl::AsciiStrToLower(v1::SurveyOutcome_Name(survey.outcome()).substr(kPrefix.size()));
}

std::string Sentence(const v1::SurveyDecision& survey) {
  return absl::StrCat("survey ", survey.rule_id(), ": ", SurveyKindName(survey.kind()), ", ",
                      OutcomeName(survey),
                      survey.reason_code().empty() ? "" : absl::StrCat(" ", survey.reason_code()));
}

class Comparison {
 public:
  Comparison(const Expectation& expect, const v1::Enrichment& enrichment, absl::Time at,
             const std::map<std::string, std::string>& when)
      : expect_(expect), enrichment_(enrichment), at_(at), when_(when) {}

  std::vector<Difference> Run() {
    CompareEvents();
    ComparePositions();
    CompareAll(expect_.alerts, enrichment_.alerts(), "alert");
    CompareAll(expect_.updates, enrichment_.status_updates(), "update");
    CompareAll(expect_.surveys, enrichment_.surveys(), "survey");
    CompareReasoned("suppressed", expect_.suppressed, enrichment_.suppressed_actions());
    CompareReasoned("resolved", expect_.resolved, enrichment_.resolved_alerts());
    CompareAnnotations();
    for (const v1::RuleError& error : enrichment_.rule_errors()) {
      Add(absl::StrCat("error in ", error.id(), " at ", error.location()), kNothing,
          error.message());
    }
    return std::move(differences_);
  }

 private:
  void Add(std::string what, std::string expected, std::string actual) {
    differences_.push_back({std::move(what), std::move(expected), std::move(actual)});
  }

  void Same(const std::string& what, const std::string& expected, const std::string& actual) {
    if (expected != actual) {
      Add(what, expected, actual.empty() ? kNothing : actual);
    }
  }

  void Contains(const std::string& what, const std::string& part, const std::string& text) {
    if (text.find(part) == std::string::npos) {
      Add(what, absl::StrCat("with \"", part, "\""), absl::StrCat("\"", text, "\""));
    }
  }

  void CompareEvents() {
    if (!expect_.events.has_value()) {
      return;
    }
    std::vector<std::string> names;
    for (const v1::DerivedEvent& event : enrichment_.events()) {
      names.push_back(rules::EventTypeName(event.type()));
    }
    Same("events", absl::StrJoin(*expect_.events, ", "), absl::StrJoin(names, ", "));
  }

  [[nodiscard]] const v1::JourneyPosition& PositionOf(v1::ConsumerRole role) const {
    for (const v1::JourneyPosition& position : enrichment_.positions()) {
      if (position.role() == role) {
        return position;
      }
    }
    return v1::JourneyPosition::default_instance();
  }

  void ComparePositions() {
    for (const auto& [role, stage] : expect_.stage) {
      Same(absl::StrCat("stage of ", rules::ConsumerRoleName(role)), stage,
           PositionOf(role).stage());
    }
    for (const auto& [role, touchpoint] : expect_.touchpoint) {
      const v1::JourneyPosition& position = PositionOf(role);
      Same(absl::StrCat("touchpoint passed by ", rules::ConsumerRoleName(role)), touchpoint,
           position.moved() ? position.touchpoint_id() : "none");
    }
    for (const auto& [role, owner] : expect_.owner) {
      Same(absl::StrCat("owner for ", rules::ConsumerRoleName(role)), owner,
           PositionOf(role).owner_id());
    }
  }

  // Matches each expectation with the first decision of the same rule that is still free.
  template <typename Expected, typename Actual>
  void CompareAll(const std::vector<Expected>& expected, const Actual& actual,
                  const std::string& noun) {
    std::vector<bool> taken(static_cast<size_t>(actual.size()), false);
    for (const Expected& one : expected) {
      bool found = false;
      for (int at = 0; at < actual.size() && !found; ++at) {
        if (!taken[static_cast<size_t>(at)] && actual[at].rule_id() == one.rule) {
          taken[static_cast<size_t>(at)] = found = true;
          CompareOne(one, actual[at]);
        }
      }
      if (!found) {
        Add(absl::StrCat(noun, " ", one.rule), absl::StrCat(noun == "survey" ? "a " : "an ", noun),
            kNothing);
      }
    }
    for (int at = 0; at < actual.size(); ++at) {
      if (!taken[static_cast<size_t>(at)] && Happens(actual[at])) {
        Add(Unexpected(noun, actual[at].rule_id(), actual[at].id()), kNothing,
            Sentence(actual[at]));
      }
    }
  }

  [[nodiscard]] std::string Unexpected(const std::string& noun, const std::string& rule,
                                       const std::string& id) const {
    const auto when = when_.find(id);
    if (when == when_.end()) return absl::StrCat(noun, " ", rule);
    const char* what = noun == "alert"    ? "raised an alert"
                       : noun == "update" ? "sent an update"
                                          : "sent a survey";
    return absl::StrCat("at ", when->second, " the rule ", rule, " ", what,
                        " that no step expects");
  }

  static bool Happens(const v1::SurveyDecision& survey) {
    return !survey.shadow() && (survey.outcome() == v1::SURVEY_OUTCOME_SEND ||
                                survey.outcome() == v1::SURVEY_OUTCOME_REMIND);
  }
  template <typename Action>
  static bool Happens(const Action& action) {
    return !action.shadow();
  }

  void CompareShadow(const std::string& what, bool expected, bool actual) {
    Same(what + " is in shadow mode", expected ? "yes" : "no", actual ? "yes" : "no");
  }

  void CompareOne(const ExpectedAlert& expected, const v1::ExperienceAlert& actual) {
    const std::string what = absl::StrCat("alert ", expected.rule);
    if (expected.owner.has_value()) {
      Same(what + ": owner", *expected.owner, actual.owner_id());
    }
    if (expected.severity.has_value()) {
      Same(what + ": severity", *expected.severity, rules::SeverityName(actual.severity()));
    }
    if (expected.text.has_value()) {
      Contains(what + ": text", *expected.text, actual.text());
    }
    if (expected.again.has_value()) {
      Same(what + ": told again", *expected.again ? "yes" : "no",
           actual.repeats_id().empty() ? "no" : "yes");
    }
    CompareShadow(what, expected.shadow, actual.shadow());
  }

  void CompareOne(const ExpectedUpdate& expected, const v1::StatusUpdate& actual) {
    const std::string what = absl::StrCat("update ", expected.rule);
    if (expected.language.has_value()) {
      Same(what + ": language", *expected.language, actual.language());
    }
    if (expected.text.has_value()) {
      Contains(what + ": text", *expected.text, actual.text());
    }
    if (expected.next_update_in.has_value()) {
      Same(what + ": next update by", TimeText(at_ + *expected.next_update_in),
           actual.has_next_update_by() ? TimeText(FromProto(actual.next_update_by())) : "");
    }
    if (expected.draft.has_value()) {
      Same(what + ": draft", *expected.draft ? "yes" : "no", actual.draft() ? "yes" : "no");
    }
    CompareShadow(what, expected.shadow, actual.shadow());
  }

  void CompareOne(const ExpectedSurvey& expected, const v1::SurveyDecision& actual) {
    const std::string what = absl::StrCat("survey ", expected.rule);
    Same(what + ": outcome", expected.outcome, OutcomeName(actual));
    if (expected.kind.has_value()) {
      Same(what + ": kind", *expected.kind, SurveyKindName(actual.kind()));
    }
    if (expected.reason.has_value()) {
      Same(what + ": reason", *expected.reason, actual.reason_code());
    }
    CompareShadow(what, expected.shadow, actual.shadow());
  }

  template <typename Expected, typename Actual>
  void CompareReasoned(const std::string& what, const std::vector<Expected>& all,
                       const Actual& actions) {
    for (const Expected& expected : all) {
      std::vector<std::string> reasons;
      for (const auto& actual : actions) {
        if (actual.rule_id() == expected.rule) reasons.push_back(actual.reason_code());
      }
      const bool found = expected.reason.has_value() ? std::find(reasons.begin(), reasons.end(),
                                                                 *expected.reason) != reasons.end()
                                                     : !reasons.empty();
      if (!found) {
        Add(absl::StrCat(what, " ", expected.rule), expected.reason.value_or(what),
            reasons.empty() ? kNothing : absl::StrJoin(reasons, ", "));
      }
    }
  }

  void CompareAnnotations() {
    for (const auto& [name, value] : expect_.annotations) {
      std::string actual;
      for (const v1::Annotation& annotation : enrichment_.annotations()) {
        actual = annotation.name() == name ? annotation.value() : actual;
      }
      Same(absl::StrCat("annotation ", name), value, actual);
    }
  }

  const Expectation& expect_;
  const v1::Enrichment& enrichment_;
  absl::Time at_;
  const std::map<std::string, std::string>& when_;
  std::vector<Difference> differences_;
};

template <typename Expected, typename Read>
std::vector<Expected> ReadItems(const yaml::Node& node, std::string_view key, Read read,
                                mapping::SpecReader* reader) {
  std::vector<Expected> items;
  for (const yaml::Node* item : reader->Items(node, key)) {
    if (std::optional<Expected> expected = read(*item, reader); expected.has_value()) {
      items.push_back(*std::move(expected));
    }
  }
  return items;
}

}  // namespace

Expectation ReadExpectation(const yaml::Node& node, mapping::SpecReader* reader) {
  Expectation expect;
  if (!reader->CheckMapping(node,
                            {"events", "stage", "touchpoint", "owner", "alerts", "updates",
                             "surveys", "suppressed", "resolved", "annotations"},
                            {})) {
    return expect;
  }
  if (node.Find("events") != nullptr) {
    expect.events = reader->Texts(node, "events");
  }
  expect.stage = ReadByRole(node, "stage", reader);
  expect.touchpoint = ReadByRole(node, "touchpoint", reader);
  expect.owner = ReadByRole(node, "owner", reader);
  expect.alerts = ReadItems<ExpectedAlert>(node, "alerts", ReadAlert, reader);
  expect.updates = ReadItems<ExpectedUpdate>(node, "updates", ReadUpdate, reader);
  expect.surveys = ReadItems<ExpectedSurvey>(node, "surveys", ReadSurvey, reader);
  expect.suppressed =
      ReadItems<ExpectedSuppression>(node, "suppressed", ReadReasoned<ExpectedSuppression>, reader);
  expect.resolved =
      ReadItems<ExpectedResolution>(node, "resolved", ReadReasoned<ExpectedResolution>, reader);
  if (const yaml::Node* annotations = node.Find("annotations"); annotations != nullptr) {
    for (const yaml::Entry& entry : annotations->entries) {
      expect.annotations[entry.key] = reader->Text(*entry.value).value_or("");
    }
  }
  return expect;
}

std::vector<Difference> Compare(const Expectation& expect, const v1::Enrichment& enrichment,
                                absl::Time at, const std::map<std::string, std::string>& when) {
  return Comparison(expect, enrichment, at, when).Run();
}

}  // namespace waypost::cli
