// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "grpcpp/grpcpp.h"
#include "sidecar/cli/demo_clock.h"
#include "sidecar/cli/demo_story.h"
#include "sidecar/cli/output.h"
#include "sidecar/cli/replay_tally.h"
#include "sidecar/service/server.h"
#include "waypost/v1/journey_service.grpc.pb.h"

namespace waypost::cli {

// Sends the demo's events to the running sidecar, shows what comes back, and counts it. Between the
// events time passes minute by minute, so that what it brings is decided when it is due.
class DemoPlayer {
 public:
  // `clock` is the server's. All outlive the player.
  DemoPlayer(service::Server* server, DemoClock* clock, const Output& output);

  // Tells the story step by step with each decision.
  absl::Status PlayStory(const std::vector<DemoStep>& steps);

  // Plays the events as fast as they are answered. On a terminal a live view of what happens, else
  // a line for every tenth part.
  absl::Status PlayDay(const std::vector<v1::TicketEvent>& events);

  // What came of everything that was played.
  [[nodiscard]] const ReplayTally& tally() const { return tally_; }

 private:
  absl::Status PassTime(absl::Time until);
  absl::Status Send(const v1::TicketEvent& event, v1::Enrichment* enrichment);
  void ShowNews(const v1::TicketEvent& event, const v1::Enrichment& enrichment) const;
  void ShowProgress(size_t done, size_t total, const v1::TicketEvent& event) const;

  service::Server* server_;
  std::string target_;
  DemoClock* clock_;
  const Output& output_;
  std::unique_ptr<v1::JourneyService::Stub> stub_;
  ReplayTally tally_;
  bool played_ = false;  // an event, so that the clock stands in the story
};

}  // namespace waypost::cli
