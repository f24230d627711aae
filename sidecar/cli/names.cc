// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cli/names.h"

#include "absl/strings/str_cat.h"
#include "sidecar/cli/table.h"
#include "sidecar/rules/vocabulary.h"

namespace waypost::cli {

std::string DescribeEvent(const v1::DerivedEvent& event) {
  std::string text = rules::EventTypeName(event.type());
  if (!event.from().empty() && !event.to().empty()) {
    absl::StrAppend(&text, " ", event.from(), " -> ", event.to());
  } else if (!event.to().empty()) {
    absl::StrAppend(&text, " ", event.to());
  } else if (!event.from().empty()) {
    absl::StrAppend(&text, " (was ", event.from(), ")");
  }
  return text;
}

std::string SurveyKindName(v1::SurveyKind kind) {
  switch (kind) {
    case v1::SURVEY_KIND_CSAT:
      return "csat";
    case v1::SURVEY_KIND_NPS:
      return "nps";
    case v1::SURVEY_KIND_CES:
      return "ces";
    default:
      return "unspecified";
  }
}

std::string TouchpointKindName(v1::TouchpointKind kind) {
  return kind == v1::TOUCHPOINT_KIND_SERVICE_INTERACTION ? "service interaction" : "touchpoint";
}

std::string VisibilityName(v1::Visibility visibility) {
  switch (visibility) {
    case v1::VISIBILITY_BOTH:
      return "both";
    case v1::VISIBILITY_CONSUMER:
      return "consumer";
    default:
      return "provider";
  }
}

std::string Counted(int64_t count, std::string_view noun, std::string_view plural) {
  std::string text = WithThousands(count) + " ";
  text.append(count == 1 || plural.empty() ? noun : plural);
  text.append(count == 1 || !plural.empty() ? "" : "s");
  return text;
}

void ToProto(absl::Time time, google::protobuf::Timestamp* timestamp) {
  const absl::Time second = absl::FromUnixSeconds(absl::ToUnixSeconds(time));
  timestamp->set_seconds(absl::ToUnixSeconds(time));
  timestamp->set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(time - second)));
}

std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", time, absl::UTCTimeZone());
}

}  // namespace waypost::cli
