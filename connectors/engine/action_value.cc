// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/action_value.h"

#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace waypost::connectors {
namespace {

constexpr const char* kReminder = "/reminder";

// What differs from kind to kind.
struct Content {
  std::string text;
  std::string owner;
  std::string owner_id;
  std::string severity;
  std::string rule_id;
  std::string language;
  std::string survey_kind;
  std::string survey_id;
  std::string survey_role;
  bool draft = false;
  bool reminder = false;
};

// "warning" of SEVERITY_WARNING.
std::string Word(const std::string& name, std::string_view prefix) {
  return name.size() > prefix.size() ? absl::AsciiStrToLower(name.substr(prefix.size())) : "";
}

cel::Value AnnotationsValue(const v1::Annotations& annotations) {
  std::vector<std::pair<cel::Value, cel::Value>> entries;
  for (const v1::Annotation& annotation : annotations.annotations()) {
    entries.emplace_back(cel::Value::String(annotation.name()),
                         cel::Value::String(annotation.value()));
  }
  return cel::Value::Map(std::move(entries));
}

cel::Value RatingsValue(const v1::SurveyDecision& survey, const SurveyLinks& links) {
  std::vector<cel::Value> ratings;
  for (const auto& [rating, link] : links.Ratings(survey)) {
    ratings.push_back(cel::Value::Map({
        {cel::Value::String("rating"), cel::Value::String(absl::StrCat(rating))},
        {cel::Value::String("link"), cel::Value::String(link)},
    }));
  }
  return cel::Value::List(std::move(ratings));
}

void FillAlert(const v1::ExperienceAlert& alert, Content* content) {
  content->text = alert.text();
  content->owner = alert.owner_name().empty() ? alert.owner_id() : alert.owner_name();
  content->owner_id = alert.owner_id();
  content->severity = Word(v1::Severity_Name(alert.severity()), "SEVERITY_");
  content->rule_id = alert.rule_id();
}

Content ContentOf(const v1::Action& action) {
  Content content;
  switch (action.content_case()) {
    case v1::Action::kAlert:
      FillAlert(action.alert(), &content);
      break;
    case v1::Action::kStatusUpdate:
      content.text = action.status_update().text();
      content.rule_id = action.status_update().rule_id();
      content.language = action.status_update().language();
      content.draft = action.status_update().draft();
      break;
    case v1::Action::kSurvey:
      content.rule_id = action.survey().rule_id();
      content.language = action.survey().language();
      content.survey_kind = Word(v1::SurveyKind_Name(action.survey().kind()), "SURVEY_KIND_");
      content.survey_id = action.survey().id();
      content.survey_role = Word(v1::ConsumerRole_Name(action.survey().role()), "CONSUMER_ROLE_");
      content.reminder = absl::EndsWith(action.id(), kReminder);
      break;
    case v1::Action::kAlertDigest:
      for (const v1::ExperienceAlert& alert : action.alert_digest().alerts()) {
        const std::string before = std::move(content.text);
        FillAlert(alert, &content);
        content.text = absl::StrCat(before, before.empty() ? "" : "\n", alert.text());
      }
      content.owner_id = action.alert_digest().owner_id();
      break;
    case v1::Action::kAlertResolution:
      content.text = action.alert_resolution().reason();
      content.owner = action.alert_resolution().owner_id();
      content.owner_id = action.alert_resolution().owner_id();
      content.rule_id = action.alert_resolution().rule_id();
      break;
    case v1::Action::kAnnotations:  // no text
    case v1::Action::CONTENT_NOT_SET:
      break;
  }
  return content;
}

}  // namespace

std::string_view ActionKindWord(v1::ActionKind kind) {
  switch (kind) {
    case v1::ACTION_KIND_ALERT:
      return "alert";
    case v1::ACTION_KIND_STATUS_UPDATE:
      return "status_update";
    case v1::ACTION_KIND_SURVEY:
      return "survey";
    case v1::ACTION_KIND_DIGEST:
      return "digest";
    case v1::ACTION_KIND_ALERT_DIGEST:
      return "alert_digest";
    case v1::ACTION_KIND_ALERT_RESOLUTION:
      return "alert_resolution";
    case v1::ACTION_KIND_ANNOTATIONS:
      return "annotations";
    default:
      return "unknown";
  }
}

cel::Value ActionValue(const v1::Action& action, const SurveyLinks* links) {
  const Content content = ContentOf(action);
  std::vector<std::pair<cel::Value, cel::Value>> entries;
  const auto add = [&](const char* name, std::string text) {
    entries.emplace_back(cel::Value::String(name), cel::Value::String(std::move(text)));
  };
  add("id", action.id());
  add("kind", std::string(ActionKindWord(action.kind())));
  add("ticket_ref", action.ticket_ref());
  add("person_id", action.person_id());
  add("journey_id", action.journey_id());
  add("text", content.text);
  add("owner", content.owner);
  add("owner_id", content.owner_id);
  add("severity", content.severity);
  add("rule_id", content.rule_id);
  add("language", content.language);
  add("survey_kind", content.survey_kind);
  add("survey_id", content.survey_id);
  add("survey_role", content.survey_role);
  entries.emplace_back(cel::Value::String("annotations"), AnnotationsValue(action.annotations()));
  const bool is_linked = links != nullptr && action.has_survey();
  add("survey_link", is_linked ? links->Link(action.survey()) : "");
  entries.emplace_back(cel::Value::String("survey_ratings"),
                       is_linked ? RatingsValue(action.survey(), *links)
                                 : cel::Value::List(std::vector<cel::Value>()));
  entries.emplace_back(cel::Value::String("draft"), cel::Value::Bool(content.draft));
  entries.emplace_back(cel::Value::String("reminder"), cel::Value::Bool(content.reminder));
  return cel::Value::Map(std::move(entries));
}

}  // namespace waypost::connectors
