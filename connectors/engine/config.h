// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "connectors/engine/connector.h"
#include "connectors/engine/spool.h"
#include "connectors/engine/survey_config.h"
#include "sidecar/text/diagnostic.h"
#include "sidecar/yaml/document.h"

namespace waypost::connectors {

// What `waypost connect run` reads; connectors/README.md is the reference of its keys.
struct Config {
  std::unique_ptr<const yaml::Document> document;
  std::string listen = "127.0.0.1:7490";
  std::string sidecar = "127.0.0.1:7480";
  std::string data = "waypost-connect";  // a folder
  SpoolOptions spool;
  size_t max_body_bytes = size_t{2} << 20;
  std::unique_ptr<const SurveyConfig> surveys;  // null: surveys have no links
  std::vector<std::unique_ptr<const Connector>> connectors;

  [[nodiscard]] std::string spool_path() const { return data + "/connect.db"; }
};

// Gives the path of the profile.yaml that a name in the configuration means.
using FindProfileFile = std::function<absl::StatusOr<std::string>(const std::string& name)>;

// Whether the secrets are needed, or only what else the configuration says.
enum class Secrets { kRead, kLeave };

// Reads the configuration with the profiles and secrets that it names. On failure returns nothing
// and adds at least one error to `sink`.
[[nodiscard]] std::unique_ptr<const Config> LoadConfig(const std::string& path,
                                                       const FindProfileFile& find, Secrets secrets,
                                                       DiagnosticSink* sink);

}  // namespace waypost::connectors
