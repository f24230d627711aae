// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "sidecar/base/clock.h"
#include "sidecar/cli/event_source.h"
#include "sidecar/cli/output.h"
#include "sidecar/cli/replay_tally.h"
#include "sidecar/pipeline/offline_desk.h"

namespace waypost::cli {

// Loads rules for a command; findings are printed when they do not load. INVALID_ARGUMENT then.
[[nodiscard]] absl::StatusOr<std::shared_ptr<const rules::RuleSet>> LoadRulesOrPrint(
    const std::string& path, const Output& output);

// Plays past events through a desk, on a clock that stands at the newest event so far.
class Replay {
 public:
  explicit Replay(std::shared_ptr<const rules::RuleSet> rules)
      : desk_(std::move(rules), pipeline::OfflineDesk::Answers::kForget) {}

  // Plays all events of `source`, with a progress bar on the terminal. Events that break a bound
  // are counted as rejected; a failure ends the replay.
  absl::Status Run(EventSource* source, const Output& output);

  // Plays one event. False: it was rejected, which is counted.
  bool Play(ReadEvent* next);

  // Makes the event ready to be played: its tenant, and the clock.
  absl::Time Prepare(ReadEvent* next);

  [[nodiscard]] const pipeline::OfflineDesk& desk() const { return desk_; }
  [[nodiscard]] pipeline::OfflineDesk& desk() { return desk_; }
  [[nodiscard]] const ReplayTally& tally() const { return tally_; }

 private:
  pipeline::OfflineDesk desk_;
  ReplayTally tally_;
  absl::Time now_ = absl::InfinitePast();
};

}  // namespace waypost::cli
