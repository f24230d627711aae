// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/runner.h"

#include <map>
#include <utility>

#include "connectors/engine/tool_client.h"
#include "sidecar/base/clock.h"
#include "sidecar/base/status_macros.h"

namespace waypost::connectors {
namespace {

absl::StatusOr<ToolReader> MakeReader(const Connector& connector) {
  const ToolAddress& address = connector.profile->read_rules()->address();
  WAYPOST_ASSIGN_OR_RETURN(auto client, MakeToolClient(address.Url()));
  return ToolReader(&address, connector.read_secret, std::move(client), &SystemClock(),
                    ReadPatience());
}

}  // namespace

absl::StatusOr<std::unique_ptr<Runner>> Runner::Start(const Config& config) {
  std::vector<const Connector*> connectors;
  for (const auto& connector : config.connectors) connectors.push_back(connector.get());
  std::unique_ptr<Runner> runner(new Runner());
  WAYPOST_ASSIGN_OR_RETURN(runner->spool_, Spool::Open(config.spool_path(), config.spool));
  WAYPOST_ASSIGN_OR_RETURN(runner->intake_,
                           IntakeServer::Start(config.listen, connectors, config.max_body_bytes,
                                               runner->spool_.get(), SystemClock()));
  WAYPOST_RETURN_IF_ERROR(runner->StartForwarding(config));
  WAYPOST_RETURN_IF_ERROR(runner->StartWriting(config));
  WAYPOST_RETURN_IF_ERROR(runner->StartPolling(config));
  return runner;
}

absl::Status Runner::StartForwarding(const Config& config) {
  std::vector<const Connector*> connectors;
  Forwarder::Readers readers;
  for (const auto& connector : config.connectors) {
    connectors.push_back(connector.get());
    if (!connector->reads) continue;
    WAYPOST_ASSIGN_OR_RETURN(ToolReader reader, MakeReader(*connector));
    readers_.push_back(std::make_unique<DocumentReader>(connector.get(), std::move(reader),
                                                        [this] { spool_->Wake(); }));
    readers[connector->name] = readers_.back().get();
  }
  sink_ = MakeSidecarSink(config.sidecar);
  forwarder_ = std::make_unique<Forwarder>(spool_.get(), connectors, sink_.get(), SystemClock(),
                                           ForwarderOptions(), std::move(readers));
  return absl::OkStatus();
}

absl::Status Runner::StartPolling(const Config& config) {
  for (const auto& connector : config.connectors) {
    if (!connector->poll.has_value()) continue;
    WAYPOST_ASSIGN_OR_RETURN(ToolReader reader, MakeReader(*connector));
    pollers_.push_back(
        std::make_unique<Poller>(connector.get(), std::move(reader), spool_.get(), &SystemClock()));
    pollers_.back()->Start();
  }
  return absl::OkStatus();
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
  for (const auto& poller : pollers_) poller->Stop();
  if (forwarder_ != nullptr) forwarder_->Stop();
  for (const auto& reader : readers_) reader->Stop();
  for (const auto& writing : writing_) writing->write_back->Stop();
}

}  // namespace waypost::connectors
