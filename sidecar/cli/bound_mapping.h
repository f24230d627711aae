// SPDX-License-Identifier: Apache-2.0
// How one field of an event gets its value from a row. Internal to EventMapping.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "sidecar/cel/program.h"
#include "sidecar/cli/event_mapping.h"
#include "sidecar/cli/mapping_values.h"
#include "sidecar/yaml/node.h"

namespace waypost::cli {

struct TimeColumn {
  std::string column;
  std::string layout;
  absl::TimeZone zone;
};

// One field of the event and where its value comes from.
struct Assignment {
  std::vector<const google::protobuf::FieldDescriptor*>
      way;  // from the event to the message that has the field
  const google::protobuf::FieldDescriptor* field = nullptr;
  std::string map_key;  // of an entry of a map field
  std::string name;     // "ticket.status_category", for messages
  std::optional<cel::Program> program;
  std::optional<TimeColumn> time;
  const yaml::Node* node = nullptr;
};

// What Bind needs of a mapping.
struct MappingPlan {
  absl::flat_hash_set<std::string> unknown;
  LookupTables tables;
  std::vector<Assignment> assignments;
};

[[nodiscard]] bool IsTimestamp(const google::protobuf::FieldDescriptor& field);

// Applies a plan, which outlives it.
class PlanBoundMapping final : public BoundMapping {
 public:
  PlanBoundMapping(const MappingPlan& plan, const std::vector<std::string_view>& columns);

  [[nodiscard]] const Row& row() const { return row_; }

  absl::Status Map(const std::vector<std::string_view>& fields, int64_t line,
                   v1::TicketEvent* event) override;

 private:
  absl::Status SetTime(const Assignment& assignment, std::string_view text,
                       v1::TicketEvent* event) const;
  absl::Status SetValue(const Assignment& assignment, const cel::Value& value,
                        v1::TicketEvent* event) const;
  absl::Status SetText(const Assignment& assignment, std::string_view text,
                       v1::TicketEvent* event) const;

  const MappingPlan& plan_;
  Row row_;
  std::vector<int> time_places_;  // by assignment; -1 where there is no time column
};

}  // namespace waypost::cli
