// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/config.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "connectors/engine/secret.h"
#include "connectors/engine/tool_client.h"
#include "sidecar/cel/text_form.h"
#include "sidecar/mapping/spec_reader.h"
#include "sidecar/service/address.h"

namespace waypost::connectors {
namespace {

constexpr const char* kName = "name";

bool IsConnectorName(const std::string& name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_islower(static_cast<unsigned char>(c)) ||
           absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '-';
  });
}

// Reads a file into a Config.
class ConfigReader {
 public:
  ConfigReader(std::unique_ptr<const yaml::Document> document, const FindProfileFile& find,
               Secrets secrets, DiagnosticSink* sink)
      : find_(find),
        secrets_(secrets),
        sink_(sink),
        reader_(*document, sink),
        config_(std::make_unique<Config>()) {
    config_->document = std::move(document);
  }

  std::unique_ptr<const Config> Read() {
    const yaml::Node& root = config_->document->root();
    if (!reader_.CheckMapping(root,
                              {"apiVersion", "kind", "listen", "sidecar", "data", "spool",
                               "max_body_kib", "surveys", "connectors"},
                              {"apiVersion", "kind", "connectors"})) {
      return nullptr;
    }
    reader_.Choice(root, "apiVersion", {"waypost/v1"});
    reader_.Choice(root, "kind", {"connector-config"});
    config_->listen = reader_.Text(root, "listen").value_or(config_->listen);
    config_->sidecar = reader_.Text(root, "sidecar").value_or(config_->sidecar);
    config_->data = reader_.Text(root, "data").value_or(config_->data);
    config_->max_body_bytes =
        static_cast<size_t>(Number(root, "max_body_kib", 1, 16 << 10,
                                   static_cast<int64_t>(config_->max_body_bytes >> 10))
                            << 10);
    CheckListen(root);
    ReadSpool(root);
    if (const yaml::Node* surveys = root.Find("surveys"); surveys != nullptr) {
      config_->surveys = ReadSurveyConfig(*surveys, secrets_ == Secrets::kRead, &reader_);
    }
    for (const yaml::Node* item : reader_.Items(root, "connectors")) ReadConnector(*item);
    return std::move(config_);
  }

 private:
  int64_t Number(const yaml::Node& mapping, const char* key, int64_t min, int64_t max,
                 int64_t fallback) {
    const std::optional<std::string> text = reader_.Text(mapping, key);
    int64_t number = fallback;
    if (text.has_value() && (!absl::SimpleAtoi(*text, &number) || number < min || number > max)) {
      reader_.Report(*mapping.Find(key), DiagnosticCode::kSpecBadValue,
                     absl::StrCat("expected a whole number from ", min, " to ", max));
      return fallback;
    }
    return number;
  }

  void CheckListen(const yaml::Node& root) {
    const absl::StatusOr<service::Address> address = service::ParseAddress(config_->listen);
    if (address.ok() && address->unix_path.empty()) return;
    const yaml::Node* node = root.Find("listen");
    reader_.Report(
        node == nullptr ? root : *node, DiagnosticCode::kSpecBadValue,
        "webhooks are taken on a loopback address, HOST:PORT; where the tool is on another "
        "machine, a web server with TLS passes them on");
  }

  void ReadSpool(const yaml::Node& root) {
    const yaml::Node* spool = root.Find("spool");
    if (spool == nullptr || !reader_.CheckMapping(*spool, {"max_requests", "max_mib"}, {})) return;
    config_->spool.max_requests =
        Number(*spool, "max_requests", 1, 100'000'000, config_->spool.max_requests);
    config_->spool.max_bytes = Number(*spool, "max_mib", 1, 1 << 20, config_->spool.max_bytes >> 20)
                               << 20;
  }

  void ReadConnector(const yaml::Node& node) {
    if (!reader_.CheckMapping(node,
                              {kName, "profile", "tenant", "source", "webhook", "read", "poll",
                               "write", "tables", "settings"},
                              {kName, "profile"})) {
      return;
    }
    auto connector = std::make_unique<Connector>();
    connector->name = reader_.Text(node, kName).value_or("");
    if (const yaml::Node* name = node.Find(kName); name != nullptr) CheckName(*name, *connector);
    connector->tenant = reader_.Text(node, "tenant").value_or("default");
    connector->source = reader_.Text(node, "source").value_or(connector->name);
    ReadProfile(node, connector.get());
    ReadSources(node, connector.get());
    if (const yaml::Node* write = node.Find("write"); write != nullptr) {
      ReadWrite(*write, connector.get());
    }
    config_->connectors.push_back(std::move(connector));
  }

  // Where what the tool tells comes from.
  void ReadSources(const yaml::Node& node, Connector* connector) {
    const yaml::Node* webhook = node.Find("webhook");
    const yaml::Node* read = node.Find("read");
    const yaml::Node* poll = node.Find("poll");
    connector->takes_webhooks = webhook != nullptr;
    if (webhook != nullptr) ReadWebhook(*webhook, connector);
    if (webhook == nullptr && poll == nullptr) {
      reader_.Report(node, DiagnosticCode::kSpecMissingKey,
                     "\"webhook\" is missing, or \"poll\": how does the tool tell what happens?");
    }
    if (read != nullptr) ReadReading(*read, connector);
    if (poll != nullptr) ReadPolling(*poll, connector);
    const ReadRules* rules =
        connector->profile == nullptr ? nullptr : connector->profile->read_rules();
    const bool needed = poll != nullptr || (rules != nullptr && rules->concerns_all());
    if (needed && read == nullptr) {
      reader_.Report(node, DiagnosticCode::kSpecMissingKey,
                     "\"read\" is missing: the tool has to be read, and its \"secret\" is needed");
    }
  }

  void ReadReading(const yaml::Node& node, Connector* connector) {
    if (!reader_.CheckMapping(node, {"secret"}, {"secret"})) return;
    connector->reads = true;
    if (const auto reference = reader_.Text(node, "secret"); reference.has_value()) {
      connector->read_secret = Secret(*node.Find("secret"), *reference).value_or("");
    }
    if (connector->profile == nullptr) return;
    const ReadRules* rules = connector->profile->read_rules();
    if (rules == nullptr) {
      reader_.Report(node, DiagnosticCode::kSpecBadValue,
                     "the profile does not say how to read the tool");
    } else {
      CheckUrl(node, rules->address().Url());
    }
  }

  void ReadPolling(const yaml::Node& node, Connector* connector) {
    if (!reader_.CheckMapping(node, {"interval", "look_back", "start"}, {})) return;
    if (connector->profile == nullptr) return;
    const PollRules* rules = connector->profile->poll_rules();
    if (rules == nullptr) {
      reader_.Report(node, DiagnosticCode::kSpecBadValue,
                     "the profile does not say how to poll the tool");
      return;
    }
    for (const std::string& name : rules->MissingSettings()) {
      reader_.Report(node, DiagnosticCode::kSpecMissingKey,
                     absl::StrCat("to poll the tool, \"settings\" must say \"", name, "\""));
    }
    PollSettings& settings = connector->poll.emplace();
    settings.interval = ReadLength(node, "interval", kShortestInterval, kLongestInterval, &reader_)
                            .value_or(rules->interval());
    settings.look_back =
        ReadLength(node, "look_back", absl::ZeroDuration(), kLongestLookBack, &reader_)
            .value_or(rules->look_back());
    const std::optional<std::string> start = reader_.Text(node, "start");
    if (!start.has_value()) return;
    if (!cel::ReadTimestamp(*start, &settings.start.emplace())) {
      reader_.Report(*node.Find("start"), DiagnosticCode::kSpecBadValue,
                     "expected a time as 2026-05-04T09:00:00Z: the oldest changes to ask for");
    }
  }

  void CheckUrl(const yaml::Node& node, const std::string& url) {
    const auto client = MakeToolClient(url);
    if (client.ok()) return;
    reader_.Report(node, DiagnosticCode::kSpecBadValue,
                   absl::StrCat(client.status().message(), ", not \"", url,
                                "\"; the settings of the connector say it"));
  }

  void CheckName(const yaml::Node& node, const Connector& connector) {
    if (!IsConnectorName(connector.name)) {
      reader_.Report(node, DiagnosticCode::kSpecBadValue,
                     "a connector's name has at most 64 of a-z, 0-9 and \"-\"");
    } else if (!names_.insert(connector.name).second) {
      reader_.Report(node, DiagnosticCode::kSpecBadValue,
                     absl::StrCat("another connector is named \"", connector.name, "\""));
    }
  }

  void ReadProfile(const yaml::Node& node, Connector* connector) {
    const std::optional<std::string> name = reader_.Text(node, "profile");
    if (!name.has_value()) return;
    const absl::StatusOr<std::string> path = find_(*name);
    if (!path.ok()) {
      reader_.Report(*node.Find("profile"), DiagnosticCode::kSpecBadValue,
                     std::string(path.status().message()));
      return;
    }
    if (config_->surveys != nullptr) {
      connector->survey_links =
          std::make_unique<SurveyLinks>(connector->tenant, &config_->surveys->place);
    }
    ProfileChanges changes;
    changes.survey_links = connector->survey_links.get();
    changes.document = config_->document.get();
    changes.tables = node.Find("tables");
    changes.settings = node.Find("settings");
    connector->profile = Profile::Load(*path, changes, sink_);
  }

  void ReadWebhook(const yaml::Node& node, Connector* connector) {
    if (!reader_.CheckMapping(
            node, {"authentication", "secret", "user", "header", "max_requests_per_second"},
            {"authentication"})) {
      return;
    }
    connector->max_requests_per_second =
        static_cast<double>(Number(node, "max_requests_per_second", 1, 1'000'000, 0));
    const std::string kind =
        reader_.Choice(node, "authentication", {"signature", "bearer", "basic", "token", "none"})
            .value_or("none");
    Authenticator& authenticator = connector->authenticator;
    if (kind == "none") return;
    ReadSecrets(node, &authenticator);
    if (kind == "signature") {
      authenticator.kind = AuthenticationKind::kSignature;
      if (connector->profile == nullptr) return;
      authenticator.signature = connector->profile->signature();
      if (!authenticator.signature.has_value()) {
        reader_.Report(*node.Find("authentication"), DiagnosticCode::kSpecBadValue,
                       "the profile knows no signature; take another of bearer, basic, token");
      }
    } else if (kind == "bearer") {
      authenticator.kind = AuthenticationKind::kBearer;
    } else if (kind == "basic") {
      authenticator.kind = AuthenticationKind::kBasic;
      authenticator.user = Needed(node, "user");
    } else {
      authenticator.kind = AuthenticationKind::kToken;
      authenticator.header = absl::AsciiStrToLower(Needed(node, "header"));
    }
  }

  void ReadWrite(const yaml::Node& node, Connector* connector) {
    if (!reader_.CheckMapping(node, {"secret"}, {"secret"})) return;
    connector->writes = true;
    if (const auto reference = reader_.Text(node, "secret"); reference.has_value()) {
      connector->write_secret = Secret(*node.Find("secret"), *reference).value_or("");
    }
    if (connector->profile == nullptr) return;
    const WriteRules* rules = connector->profile->write_rules();
    if (rules == nullptr) {
      reader_.Report(node, DiagnosticCode::kSpecBadValue, "the profile does not say how to write");
    } else {
      CheckUrl(node, rules->Url());
    }
  }

  // The secret, or a report why there is none.
  std::optional<std::string> Secret(const yaml::Node& node, const std::string& reference) {
    if (secrets_ == Secrets::kLeave) return std::nullopt;
    absl::StatusOr<std::string> secret = ReadSecret(reference);
    if (secret.ok()) return *std::move(secret);
    reader_.Report(node, DiagnosticCode::kSpecBadValue, std::string(secret.status().message()));
    return std::nullopt;
  }

  std::string Needed(const yaml::Node& node, const char* key) {
    if (node.Find(key) == nullptr) {
      reader_.Report(node, DiagnosticCode::kSpecMissingKey,
                     absl::StrCat("\"", key, "\" is missing"));
    }
    return reader_.Text(node, key).value_or("");
  }

  void ReadSecrets(const yaml::Node& node, Authenticator* authenticator) {
    if (node.Find("secret") == nullptr) Needed(node, "secret");
    for (const std::string& reference : reader_.Texts(node, "secret")) {
      std::optional<std::string> secret = Secret(*node.Find("secret"), reference);
      if (secret.has_value()) authenticator->secrets.push_back(*std::move(secret));
    }
  }

  const FindProfileFile& find_;
  const Secrets secrets_;
  DiagnosticSink* sink_;
  mapping::SpecReader reader_;
  std::unique_ptr<Config> config_;
  std::set<std::string> names_;
};

}  // namespace

std::unique_ptr<const Config> LoadConfig(const std::string& path, const FindProfileFile& find,
                                         Secrets secrets, DiagnosticSink* sink) {
  std::unique_ptr<const yaml::Document> document = mapping::ReadDocument(path, sink);
  if (document == nullptr) return nullptr;
  std::unique_ptr<const Config> config =
      ConfigReader(std::move(document), find, secrets, sink).Read();
  return sink->has_errors() ? nullptr : std::move(config);
}

}  // namespace waypost::connectors
