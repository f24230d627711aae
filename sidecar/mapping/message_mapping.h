// SPDX-License-Identifier: Apache-2.0
// How the fields of a message get their values: a YAML tree with the fields' names whose leaves are
// CEL expressions. What the event mappings of `waypost replay` and the profiles of connectors
// share.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "sidecar/cel/program.h"
#include "sidecar/mapping/spec_reader.h"
#include "sidecar/yaml/node.h"

namespace waypost::mapping {

// The form of a time that is no RFC 3339, as absl::ParseTime reads it.
struct TimeLayout {
  std::string format;
  absl::TimeZone zone;
};

// One field and where its value comes from.
struct Assignment {
  // From the message that is filled to the one that has the field.
  std::vector<const google::protobuf::FieldDescriptor*> way;
  const google::protobuf::FieldDescriptor* field = nullptr;
  std::string map_key;  // of one entry of a map field
  std::string name;     // "ticket.status_category", for messages
  bool required = false;
  std::optional<cel::Program> program;
  std::optional<TimeLayout> layout;  // the program gives a text of this form
  const yaml::Node* node = nullptr;
};

// A field that an evaluation left unset because its expression failed.
struct UnsetField {
  std::string field;   // "ticket.status_category"
  std::string reason;  // "no such key: 'status' in payload.ticket.status"; may quote the payload
};

// What a mapping is read with. All outlive the reading.
struct MappingRules {
  const cel::Environment* environment = nullptr;
  absl::TimeZone zone;                // of times without one
  std::vector<std::string> required;  // fields of the outermost message
  std::vector<std::string> excluded;  // fields of the outermost message that are set elsewhere
  // The key beside `layout` that says where a time's text comes from, and how that is compiled.
  std::string time_key;
  std::function<std::optional<cel::Program>(const yaml::Node&)> compile_time;
};

// Immutable once read; thread-safe. The tree that it was read from outlives it.
//
// A field of text takes a text or an integer; an enum its lower-case word; a time a timestamp or
// RFC 3339, or {TIME_KEY: ..., layout: "%Y-%m-%d", zone: Europe/London}; a length of time a
// duration; a number an integer; a list of texts a list; a map names with an expression each, or
// one expression that gives a map, in which lists become texts with commas. Null and an empty
// optional leave a field unset; so does an empty list. Lists of messages cannot be mapped.
class MessageMapping {
 public:
  // Reads the tree for a message of this shape; whatever is wrong is reported.
  void Read(const yaml::Node& node, const google::protobuf::Descriptor& shape,
            const MappingRules& rules, SpecReader* reader);

  // Results that mean "not told", as if they were null.
  void SetUnknown(const std::vector<std::string>& words) {
    unknown_.insert(words.begin(), words.end());
  }

  [[nodiscard]] const std::vector<Assignment>& assignments() const { return assignments_; }

  // Fills `message`, which is of the shape that was read. INVALID_ARGUMENT names the field whose
  // expression failed or does not fit; with `unset`, that is only so for required fields, and the
  // others are left unset and added to it.
  [[nodiscard]] absl::Status Apply(cel::Activation values, google::protobuf::Message* message,
                                   std::vector<UnsetField>* unset) const;

 private:
  friend class MappingReader;

  absl::flat_hash_set<std::string> unknown_;
  std::vector<Assignment> assignments_;
};

}  // namespace waypost::mapping
