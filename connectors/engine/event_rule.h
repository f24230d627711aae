// SPDX-License-Identifier: Apache-2.0
// One entry under `events` of a profile. Internal to Profile.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "sidecar/cel/environment.h"
#include "sidecar/cel/program.h"
#include "sidecar/mapping/message_mapping.h"
#include "sidecar/mapping/spec_reader.h"
#include "waypost/v1/ticket.pb.h"

namespace waypost::connectors {

// A named value that later expressions read, evaluated once.
struct Definition {
  std::string name;
  cel::Program program;
};

// Reports at `node` a name that expressions cannot read, or that something else has; true when it
// is neither.
bool CheckName(const yaml::Node& node, const std::string& name, const cel::Environment& environment,
               mapping::SpecReader* reader);

// Adds the definitions that the mapping `node` holds, in order, and their variables to
// `environment`.
void ReadDefinitions(const yaml::Node& node, mapping::SpecReader* reader,
                     cel::Environment* environment, std::vector<Definition>* definitions);

// Appends the values of `definitions` to `values`. One that cannot be computed is an error value,
// which fails whatever reads it.
void Define(const std::vector<Definition>& definitions, std::vector<cel::Value>* values);

// An event that a rule gave.
struct RuleEvent {
  v1::TicketEvent event;
  std::vector<mapping::UnsetField> unset;
};

// Gives an event, or one for each item of a list, when its condition holds.
class EventRule {
 public:
  // `environment` is that of the profile; `zone` is that of times without one.
  void Read(const yaml::Node& node, const cel::Environment& environment, absl::TimeZone zone,
            const std::vector<std::string>& unknown, mapping::SpecReader* reader);

  // Adds the events for the profile's `values`. INVALID_ARGUMENT: the list, the condition or a
  // required field fails.
  [[nodiscard]] absl::Status Apply(const std::vector<cel::Value>& values,
                                   std::vector<RuleEvent>* events) const;

 private:
  [[nodiscard]] absl::Status ApplyOne(std::vector<cel::Value> values,
                                      std::vector<RuleEvent>* events) const;

  std::optional<cel::Program> list_;
  std::vector<Definition> definitions_;
  std::optional<cel::Program> condition_;
  mapping::MessageMapping event_;
};

}  // namespace waypost::connectors
