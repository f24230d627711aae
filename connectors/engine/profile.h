// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "connectors/engine/challenge.h"
#include "connectors/engine/event_rule.h"
#include "connectors/engine/poll_rule.h"
#include "connectors/engine/read_rule.h"
#include "connectors/engine/request.h"
#include "connectors/engine/settings.h"
#include "connectors/engine/signature.h"
#include "connectors/engine/write_rule.h"
#include "sidecar/mapping/lookup_tables.h"
#include "sidecar/text/diagnostic.h"
#include "sidecar/yaml/document.h"

namespace waypost::connectors {

// What a user's configuration changes of a profile. Document and nodes outlive the loading, the
// links the profile.
struct ProfileChanges {
  const yaml::Document* document = nullptr;  // of the nodes; null: nothing is changed
  const yaml::Node* tables = nullptr;
  const yaml::Node* settings = nullptr;
  const SurveyLinks* survey_links = nullptr;  // null: no survey has a link
};

// How a ticketing tool speaks, read from its profile.yaml and checked; connectors/README.md is the
// reference of its keys. Immutable; thread-safe.
class Profile {
 public:
  // On failure returns nullptr and adds at least one error to `sink`.
  static std::unique_ptr<const Profile> Load(const std::string& path, const ProfileChanges& changes,
                                             DiagnosticSink* sink);

  // What the tool sent as events, in the profile's order; none when the profile takes no interest
  // in it. Fields whose expressions fail are left unset and told. Sets no tenant, and no source
  // unless the profile does.
  //
  // INVALID_ARGUMENT: the body is no JSON, or a required field, a condition or a list cannot be
  // computed. The message may quote the body: not for logs.
  [[nodiscard]] absl::StatusOr<std::vector<RuleEvent>> Map(const Request& request,
                                                           absl::Time received_at) const;

  [[nodiscard]] const std::string& name() const { return name_; }

  // How the tool signs its webhooks, where the profile says so.
  [[nodiscard]] const std::optional<SignatureScheme>& signature() const { return signature_; }

  // How the tool makes sure that we know its secret, likewise.
  [[nodiscard]] const std::optional<ChallengeScheme>& challenge() const { return challenge_; }

  // How the tool is written to; nullptr where the profile does not say.
  [[nodiscard]] const WriteRules* write_rules() const { return write_rules_.get(); }

  // How more is read about what it sent, and how it is asked for what changed; nullptr likewise.
  // Whoever has poll rules has read rules.
  [[nodiscard]] const ReadRules* read_rules() const { return read_rules_.get(); }
  [[nodiscard]] const PollRules* poll_rules() const { return poll_rules_.get(); }

 private:
  friend class ProfileLoader;
  explicit Profile(std::unique_ptr<const yaml::Document> document)
      : document_(std::move(document)) {}

  std::unique_ptr<const yaml::Document> document_;
  std::string name_;
  mapping::LookupTables tables_;
  Settings settings_;
  std::optional<SignatureScheme> signature_;
  std::optional<ChallengeScheme> challenge_;
  std::unique_ptr<WriteRules> write_rules_;
  std::unique_ptr<ReadRules> read_rules_;
  std::unique_ptr<PollRules> poll_rules_;
  std::vector<Definition> definitions_;
  std::vector<EventRule> rules_;
};

}  // namespace waypost::connectors
