// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "connectors/engine/authenticator.h"
#include "connectors/engine/profile.h"
#include "connectors/engine/survey_links.h"

namespace waypost::connectors {

// How a tool is asked for what changed.
struct PollSettings {
  absl::Duration interval;
  absl::Duration look_back;
  std::optional<absl::Time> start;  // of the very first time; else then
};

// One tool that is connected: a profile with what the user's configuration says of it. Immutable;
// thread-safe.
struct Connector {
  std::string name;  // in the address of its webhook, in logs and as the default source
  std::string tenant;
  std::string source;                               // of events whose profile names none
  std::unique_ptr<const SurveyLinks> survey_links;  // null: its surveys have no links
  std::unique_ptr<const Profile> profile;
  bool takes_webhooks = true;
  Authenticator authenticator;
  double max_requests_per_second = 0;  // 0: no limit
  bool writes = false;                 // whether actions are carried out at the tool
  std::string write_secret;            // what the profile's calls read as `secret`
  bool reads = false;                  // whether the tool may be read
  std::string read_secret;             // likewise
  std::optional<PollSettings> poll;    // only where it may be read
};

}  // namespace waypost::connectors
