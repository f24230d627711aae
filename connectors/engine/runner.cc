// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/runner.h"

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
  return runner;
}

Runner::~Runner() {
  if (intake_ != nullptr) intake_->Shutdown();
  if (forwarder_ != nullptr) forwarder_->Stop();
}

}  // namespace waypost::connectors
