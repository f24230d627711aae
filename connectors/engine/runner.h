// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "connectors/engine/config.h"
#include "connectors/engine/document_reader.h"
#include "connectors/engine/event_sink.h"
#include "connectors/engine/forwarder.h"
#include "connectors/engine/intake_server.h"
#include "connectors/engine/poller.h"
#include "connectors/engine/spool.h"
#include "connectors/engine/write_back.h"

namespace waypost::connectors {

// Everything that `waypost connect run` does, from start to end.
class Runner {
 public:
  // `config` outlives it. A status says which part could not start.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<Runner>> Start(const Config& config);

  // Takes no more webhooks and asks no tool any more, then ends the forwarding; what was not
  // forwarded stays on disk.
  ~Runner();

  [[nodiscard]] const std::string& address() const { return intake_->address(); }
  [[nodiscard]] const Forwarder& forwarder() const { return *forwarder_; }

 private:
  // What is written for one tenant.
  struct Writing {
    std::unique_ptr<ActionSource> source;
    std::unique_ptr<WriteLedger> ledger;
    std::unique_ptr<WriteBack> write_back;
  };

  Runner() = default;
  absl::Status StartForwarding(const Config& config);
  absl::Status StartPolling(const Config& config);
  absl::Status StartWriting(const Config& config);

  std::unique_ptr<Spool> spool_;
  std::vector<std::unique_ptr<DocumentReader>> readers_;
  std::vector<std::unique_ptr<Poller>> pollers_;
  std::unique_ptr<EventSink> sink_;
  std::unique_ptr<Forwarder> forwarder_;
  std::unique_ptr<IntakeServer> intake_;
  std::vector<std::unique_ptr<Writing>> writing_;
};

}  // namespace waypost::connectors
