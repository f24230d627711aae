// SPDX-License-Identifier: Apache-2.0
// The part `surveys:` of the configuration; connectors/README.md is the reference of its keys.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/engine/network_range.h"
#include "connectors/engine/survey_links.h"
#include "sidecar/mapping/spec_reader.h"
#include "sidecar/yaml/node.h"

namespace waypost::connectors {

// The page that `waypost connect run` serves.
struct SurveyPageConfig {
  std::string listen = "127.0.0.1:7491";
  std::vector<std::string> secrets;  // the first signs, any of them is believed
  std::string desk;                  // whose page it is, shown above the question; may be empty
  std::string texts;                 // a file with further or other texts; empty: none
  std::string style;                 // a style sheet in place of the shipped one; empty: none
  std::vector<NetworkRange> trusted_proxies;
  int64_t max_requests_per_minute = 120;  // of one address
};

struct SurveyConfig {
  SurveyPlace place;
  std::optional<SurveyPageConfig> page;
};

// Reads the mapping; whatever is wrong is reported. Secrets are read where `with_secrets`.
[[nodiscard]] std::unique_ptr<const SurveyConfig> ReadSurveyConfig(const yaml::Node& node,
                                                                   bool with_secrets,
                                                                   mapping::SpecReader* reader);

}  // namespace waypost::connectors
