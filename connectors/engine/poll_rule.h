// SPDX-License-Identifier: Apache-2.0
// How a tool is asked for what changed: the part `poll:` of a profile.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "connectors/engine/call_template.h"
#include "connectors/engine/settings.h"
#include "sidecar/cel/program.h"
#include "sidecar/cel/value.h"
#include "sidecar/mapping/lookup_tables.h"
#include "sidecar/mapping/spec_reader.h"

namespace waypost::connectors {

// Something that changed, as the tool lists it.
struct PollItem {
  std::string id;   // of the item as it stands: another one after the next change
  absl::Time time;  // of its last change, by the tool's clock
  cel::Value value;
};

struct PollPage {
  std::vector<PollItem> items;  // in the tool's order
  bool more = false;            // whether the tool has another page
};

// What a call of the list reads.
struct PollPlace {
  absl::Time since;                      // whole seconds; changes from then on are asked for
  absl::Time now;                        // by the tool's clock
  int page = 1;                          // of those since then
  const cel::Value* previous = nullptr;  // the answer with the page before; null on the first
};

// Immutable once read; thread-safe. Tables and settings outlive it.
class PollRules {
 public:
  PollRules(const mapping::LookupTables* tables, const Settings* settings)
      : tables_(*tables), settings_(*settings) {}

  // Reads `poll:`; whatever is wrong is reported.
  void Read(const yaml::Node& node, mapping::SpecReader* reader);

  // How often the tool is asked, and how far back of the newest change each time, because changes
  // may come to light out of their order. The user may say otherwise.
  [[nodiscard]] absl::Duration interval() const { return interval_; }
  [[nodiscard]] absl::Duration look_back() const { return look_back_; }

  // The settings that must not be empty and are.
  [[nodiscard]] std::vector<std::string> MissingSettings() const;

  // The call for a page. INVALID_ARGUMENT: an expression fails.
  [[nodiscard]] absl::StatusOr<ToolCall> Call(const PollPlace& place) const;

  // What its answer holds. INVALID_ARGUMENT: an expression fails.
  [[nodiscard]] absl::StatusOr<PollPage> Take(const PollPlace& place,
                                              const cel::Value& response) const;

 private:
  [[nodiscard]] std::vector<cel::Value> Values(const PollPlace& place) const;
  void ReadLengths(const yaml::Node& node, mapping::SpecReader* reader);

  const mapping::LookupTables& tables_;
  const Settings& settings_;
  absl::Duration interval_ = absl::Seconds(30);
  absl::Duration look_back_ = absl::Minutes(5);
  std::vector<std::string> needed_settings_;
  std::optional<CallTemplate> call_;
  std::optional<cel::Program> items_;
  std::optional<cel::Program> id_;
  std::optional<cel::Program> time_;
  std::optional<cel::Program> more_;
};

// The length of time under `key`, from `min` to `max`; nothing when the key is absent, and reported
// when it is none.
[[nodiscard]] std::optional<absl::Duration> ReadLength(const yaml::Node& mapping, const char* key,
                                                       absl::Duration min, absl::Duration max,
                                                       mapping::SpecReader* reader);

inline constexpr absl::Duration kShortestInterval = absl::Seconds(1);
inline constexpr absl::Duration kLongestInterval = absl::Hours(24);
inline constexpr absl::Duration kLongestLookBack = absl::Hours(24);

}  // namespace waypost::connectors
