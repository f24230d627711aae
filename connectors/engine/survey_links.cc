// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/survey_links.h"

#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "connectors/engine/percent_encoding.h"
#include "connectors/engine/survey_token.h"
#include "sidecar/base/logging.h"
#include "sidecar/base/proto_time.h"
#include "sidecar/cel/environment.h"
#include "sidecar/cel/value.h"
#include "sidecar/journey/scores.h"
#include "sidecar/text/absl_view.h"

namespace waypost::connectors {
namespace {

constexpr std::array<const char*, 7> kFields = {"id",         "kind", "language",  "source",
                                                "ticket_ref", "role", "touchpoint"};

const cel::ObjectType& SurveyType() {
  static const cel::ObjectType* const kType = [] {
    std::vector<cel::ObjectField> fields;
    for (const char* name : kFields) fields.push_back({name, cel::TypeKind::kString});
    return new cel::ObjectType("survey", std::move(fields));
  }();
  return *kType;
}

// "csat" of SURVEY_KIND_CSAT.
std::string Word(const std::string& name, std::string_view prefix) {
  return absl::AsciiStrToLower(absl::StripPrefix(name, AbslView(prefix)));
}

// A survey as a link reads it.
class LinkedSurvey final : public cel::Object {
 public:
  explicit LinkedSurvey(const v1::SurveyDecision& survey)
      : values_{PercentEncoded(survey.id()),
                Word(v1::SurveyKind_Name(survey.kind()), "SURVEY_KIND_"),
                PercentEncoded(survey.language()),
                PercentEncoded(survey.source()),
                PercentEncoded(survey.ticket_ref()),
                Word(v1::ConsumerRole_Name(survey.role()), "CONSUMER_ROLE_"),
                PercentEncoded(survey.touchpoint_id())} {}

  [[nodiscard]] const cel::ObjectType& type() const override { return SurveyType(); }
  [[nodiscard]] cel::Value Get(int field) const override {
    return cel::Value::StringView(values_[static_cast<size_t>(field)]);
  }
  [[nodiscard]] bool Has(int field) const override {
    return !values_[static_cast<size_t>(field)].empty();
  }

 private:
  const std::array<std::string, kFields.size()> values_;
};

}  // namespace

const cel::Environment& SurveyLinkEnvironment() {
  static const cel::Environment* const kEnvironment = [] {
    auto* environment = new cel::Environment();
    environment->AddVariable("survey", cel::Type::Object(&SurveyType()));
    return environment;
  }();
  return *kEnvironment;
}

std::string SurveyLinks::Link(const v1::SurveyDecision& survey) const {
  if (!place_.page_url.empty()) return PageLink(survey);
  return place_.tool_link.has_value() ? ToolLink(survey) : "";
}

std::string SurveyLinks::PageLink(const v1::SurveyDecision& survey) const {
  SurveyToken token;
  token.tenant = tenant_;
  token.survey_id = survey.id();
  token.kind = survey.kind();
  token.source = survey.source();
  token.ticket_ref = survey.ticket_ref();
  token.language = survey.language();
  token.expires_at = FromProto(survey.expires_at());
  return absl::StrCat(place_.page_url, "/survey/", SealSurveyToken(token, place_.page_secret));
}

std::string SurveyLinks::ToolLink(const v1::SurveyDecision& survey) const {
  const LinkedSurvey linked(survey);
  absl::StatusOr<std::string> link =
      place_.tool_link->Render(std::vector<cel::Value>{cel::Value::ObjectRef(&linked)});
  if (link.ok()) return *std::move(link);
  LogError("The link to a survey cannot be made", {{"why", std::string(link.status().message())}});
  return "";
}

std::vector<std::pair<int, std::string>> SurveyLinks::Ratings(
    const v1::SurveyDecision& survey) const {
  std::vector<std::pair<int, std::string>> ratings;
  const std::string link = Link(survey);
  if (link.empty()) return ratings;
  const char* separator = absl::StrContains(link, "?") ? "&" : "?";
  const journey::Scale scale = journey::ScaleOf(survey.kind());
  for (int rating = scale.min; rating <= scale.max; ++rating) {
    ratings.emplace_back(rating, absl::StrCat(link, separator, "rating=", rating));
  }
  return ratings;
}

}  // namespace waypost::connectors
