// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sidecar/cel/program.h"
#include "sidecar/cel/type.h"
#include "waypost/v1/enrichment.pb.h"

namespace waypost::connectors {

// Where people answer: either the page that `waypost connect run` serves, or a survey tool of the
// desk's own.
struct SurveyPlace {
  std::string page_url;  // "https://HOST[:PORT][/PATH]" without a "/" at its end; empty: no page
  std::string page_secret;
  std::optional<cel::Template> tool_link;  // over SurveyLinkEnvironment
};

// What the link to a survey tool of the desk's own may read: the texts `survey.id`, `kind`
// ("csat"), `language`, `source`, `ticket_ref`, `role` ("user") and `touchpoint`, each
// percent-encoded.
[[nodiscard]] const cel::Environment& SurveyLinkEnvironment();

// Makes the links to the surveys of one tenant. Immutable; thread-safe.
class SurveyLinks {
 public:
  // `place` outlives it.
  SurveyLinks(std::string tenant, const SurveyPlace* place)
      : tenant_(std::move(tenant)), place_(*place) {}

  // Where the person answers; the same for a reminder. Empty where there is no place, or the link's
  // expressions fail.
  [[nodiscard]] std::string Link(const v1::SurveyDecision& survey) const;

  // Each rating of the scale, lowest first, with the link that has it chosen: `rating` is added to
  // the link's query. Opening it records nothing.
  [[nodiscard]] std::vector<std::pair<int, std::string>> Ratings(
      const v1::SurveyDecision& survey) const;

 private:
  [[nodiscard]] std::string PageLink(const v1::SurveyDecision& survey) const;
  [[nodiscard]] std::string ToolLink(const v1::SurveyDecision& survey) const;

  const std::string tenant_;
  const SurveyPlace& place_;
};

}  // namespace waypost::connectors
