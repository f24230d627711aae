// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/profile.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "connectors/engine/json_value.h"
#include "connectors/engine/percent_encoding.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/mapping/spec_reader.h"
#include "sidecar/text/utf8.h"

namespace waypost::connectors {
namespace {

constexpr const char* kName = "name";

// CloudEvents writes what is no plain ASCII in ce- headers as %XX.
std::string CloudHeader(const std::string& value) {
  std::string decoded = PercentDecoded(value);
  return FindInvalidUtf8(decoded).has_value() ? value : decoded;
}

// The headers as a CEL map; of those with one name, the first. What is no UTF-8 is left out.
cel::Value HeaderMap(const Request& request) {
  std::vector<std::pair<cel::Value, cel::Value>> entries;
  for (size_t at = 0; at < request.headers.size(); ++at) {
    const auto& [name, value] = request.headers[at];
    const bool is_first = request.Header(name).data() == value.data();
    if (!is_first || FindInvalidUtf8(value).has_value()) continue;
    entries.emplace_back(
        cel::Value::String(name),
        cel::Value::String(absl::StartsWith(name, "ce-") ? CloudHeader(value) : value));
  }
  return cel::Value::Map(std::move(entries));
}

}  // namespace

// Reads a file into a Profile.
class ProfileLoader {
 public:
  ProfileLoader(std::unique_ptr<const yaml::Document> document, DiagnosticSink* sink)
      : sink_(sink), reader_(*document, sink), profile_(new Profile(std::move(document))) {}

  std::unique_ptr<const Profile> Load(const ProfileChanges& changes) {
    const yaml::Node& root = profile_->document_->root();
    if (!reader_.CheckMapping(
            root,
            {"apiVersion", "kind", kName, "summary", "zone", "unknown", "settings", "tables",
             "receive", "poll", "read", "write", "let", "events"},
            {"apiVersion", "kind", kName, "events"})) {
      return nullptr;
    }
    reader_.Choice(root, "apiVersion", {"waypost/v1"});
    reader_.Choice(root, "kind", {"connector-profile"});
    reader_.Text(root, "summary");
    profile_->name_ = reader_.Text(root, kName).value_or("");
    ReadTables(root, changes);
    ReadReceive(root);
    ReadCalls(root, changes);
    ReadEvents(root);
    return std::move(profile_);
  }

 private:
  void ReadTables(const yaml::Node& root, const ProfileChanges& changes) {
    if (const yaml::Node* tables = root.Find("tables"); tables != nullptr) {
      profile_->tables_.Read(*tables, &reader_);
    }
    if (const yaml::Node* settings = root.Find("settings"); settings != nullptr) {
      profile_->settings_.Read(*settings, &reader_);
    }
    if (changes.document != nullptr) {
      mapping::SpecReader user(*changes.document, sink_);
      if (changes.tables != nullptr) profile_->tables_.Override(*changes.tables, &user);
      if (changes.settings != nullptr) profile_->settings_.Override(*changes.settings, &user);
    }
    profile_->tables_.Freeze();
    profile_->settings_.Freeze();
  }

  void ReadReceive(const yaml::Node& root) {
    const yaml::Node* receive = root.Find("receive");
    if (receive == nullptr || !reader_.CheckMapping(*receive, {"signature", "challenge"}, {})) {
      return;
    }
    if (const yaml::Node* signature = receive->Find("signature"); signature != nullptr) {
      profile_->signature_ = ReadSignatureScheme(*signature, &reader_);
    }
    if (const yaml::Node* challenge = receive->Find("challenge"); challenge != nullptr) {
      profile_->challenge_ = ReadChallengeScheme(*challenge, &reader_);
    }
  }

  template <typename Rules>
  std::unique_ptr<Rules> ReadRulesAt(const yaml::Node& root, const char* key) {
    const yaml::Node* node = root.Find(key);
    if (node == nullptr) return nullptr;
    auto rules = std::make_unique<Rules>(&profile_->tables_, &profile_->settings_);
    rules->Read(*node, &reader_);
    return rules;
  }

  void ReadCalls(const yaml::Node& root, const ProfileChanges& changes) {
    if (const yaml::Node* write = root.Find("write"); write != nullptr) {
      profile_->write_rules_ = std::make_unique<WriteRules>(
          &profile_->tables_, &profile_->settings_, changes.survey_links);
      profile_->write_rules_->Read(*write, &reader_);
    }
    profile_->read_rules_ = ReadRulesAt<ReadRules>(root, "read");
    profile_->poll_rules_ = ReadRulesAt<PollRules>(root, "poll");
    if (profile_->poll_rules_ != nullptr && profile_->read_rules_ == nullptr) {
      reader_.Report(*root.Find("poll"), DiagnosticCode::kSpecMissingKey,
                     "\"poll\" needs the \"url\" and the \"headers\" of a \"read\"");
    }
  }

  void ReadEvents(const yaml::Node& root) {
    cel::Environment environment;
    environment.AddVariable("payload", cel::Type());
    environment.AddVariable("headers",
                            cel::Type::Map(cel::TypeKind::kString, cel::TypeKind::kString));
    environment.AddVariable("tables", cel::Type::Object(&profile_->tables_.type()));
    environment.AddVariable("settings", cel::Type::Object(&profile_->settings_.type()));
    environment.AddVariable("received_at", cel::TypeKind::kTimestamp);
    environment.AddVariable("unset", cel::Type());
    if (const yaml::Node* definitions = root.Find("let"); definitions != nullptr) {
      ReadDefinitions(*definitions, &reader_, &environment, &profile_->definitions_);
    }
    const absl::TimeZone zone = reader_.TimeZone(root, "zone").value_or(absl::UTCTimeZone());
    const std::vector<std::string> unknown = reader_.Texts(root, "unknown");
    for (const yaml::Node* item : reader_.Items(root, "events")) {
      profile_->rules_.emplace_back().Read(*item, environment, zone, unknown, &reader_);
    }
  }

  DiagnosticSink* sink_;
  mapping::SpecReader reader_;
  std::unique_ptr<Profile> profile_;
};

std::unique_ptr<const Profile> Profile::Load(const std::string& path, const ProfileChanges& changes,
                                             DiagnosticSink* sink) {
  // What is wrong elsewhere does not concern it.
  DiagnosticSink own;
  std::unique_ptr<const Profile> profile;
  std::unique_ptr<const yaml::Document> document = mapping::ReadDocument(path, &own);
  if (document != nullptr) profile = ProfileLoader(std::move(document), &own).Load(changes);
  const bool loads = !own.has_errors();
  for (Diagnostic& finding : own.Take()) sink->Add(std::move(finding));
  return loads ? std::move(profile) : nullptr;
}

absl::StatusOr<std::vector<RuleEvent>> Profile::Map(const Request& request,
                                                    absl::Time received_at) const {
  absl::StatusOr<cel::Value> payload = ParseJsonValue(request.body);
  if (!payload.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("the body: ", payload.status().message()));
  }
  std::vector<cel::Value> values = {*std::move(payload),
                                    HeaderMap(request),
                                    cel::Value::ObjectRef(&tables_),
                                    cel::Value::ObjectRef(&settings_),
                                    cel::Value::Timestamp(received_at),
                                    cel::Value::Null()};
  Define(definitions_, &values);
  std::vector<RuleEvent> events;
  for (const EventRule& rule : rules_) {
    WAYPOST_RETURN_IF_ERROR(rule.Apply(values, &events));
  }
  return events;
}

}  // namespace waypost::connectors
