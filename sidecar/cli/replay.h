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

// What happens between the events of a replay.
enum class Between {
  kNothing,  // time stands still
  kAsLive,   // what time brings, up to the newest event
};

// Plays past events through a desk, on a clock that stands at the newest event so far.
class Replay {
 public:
  explicit Replay(std::shared_ptr<const rules::RuleSet> rules, Between between = Between::kNothing);
  Replay(const Replay&) = delete;
  Replay& operator=(const Replay&) = delete;

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
  [[nodiscard]] bool as_live() const { return between_ == Between::kAsLive; }

 private:
  const Between between_;
  pipeline::OfflineDesk desk_;
  ReplayTally tally_;
  absl::Time now_ = absl::InfinitePast();
};

}  // namespace waypost::cli
