// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/runner.h"

#include <map>
#include <utility>

#include "connectors/engine/tool_client.h"
#include "sidecar/base/clock.h"
#include "sidecar/base/status_macros.h"

namespace waypost::connectors {

absl::StatusOr<std::unique_ptr<Runner>> Runner::Start(const Config& config) {
  std::vector<const Connector*> connectors;
  for (const auto& connector : config.connectors) connectors.push_back(connector.get());
  std::unique_ptr<Runner> runner(new Runner());
  WAYPOST_ASSIGN_OR_RETURN(runner->spool_, Spool::Open(config.spool_path(), config.spool));
  WAYPOST_ASSIGN_OR_RETURN(runner->intake_,
                           IntakeServer::Start(config.listen, connectors, config.max_body_bytes,
                                               runner->spool_.get(), SystemClock()));
  runner->sink_ = MakeSidecarSink(config.sidecar);
  runner->forwarder_ = std::make_unique<Forwarder>(
      runner->spool_.get(), connectors, runner->sink_.get(), SystemClock(), ForwarderOptions());
  WAYPOST_RETURN_IF_ERROR(runner->StartWriting(config));
  return runner;
}

absl::Status Runner::StartWriting(const Config& config) {
  std::map<std::string, std::vector<WriteTarget>> targets;
  for (const auto& connector : config.connectors) {
    if (!connector->writes) continue;
    const WriteRules* rules = connector->profile->write_rules();
    WAYPOST_ASSIGN_OR_RETURN(auto client, MakeToolClient(rules->Url()));
    targets[connector->tenant].push_back(
        {connector->source, rules, {connector->write_secret, ""}, std::move(client)});
  }
  for (auto& [tenant, of_tenant] : targets) {
    auto writing = std::make_unique<Writing>();
    std::vector<std::string> sources;
    for (const WriteTarget& target : of_tenant) sources.push_back(target.source);
    writing->source = MakeSidecarSource(config.sidecar, tenant, std::move(sources));
    WAYPOST_ASSIGN_OR_RETURN(writing->ledger,
                             WriteLedger::Open(config.spool_path(), SystemClock().Now()));
    writing->write_back = std::make_unique<WriteBack>(std::move(of_tenant), writing->source.get(),
                                                      writing->ledger.get(), SystemClock());
    writing_.push_back(std::move(writing));
  }
  return absl::OkStatus();
}

Runner::~Runner() {
  if (intake_ != nullptr) intake_->Shutdown();
  if (forwarder_ != nullptr) forwarder_->Stop();
  for (const auto& writing : writing_) writing->write_back->Stop();
}

}  // namespace waypost::connectors
