// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "sidecar/cel/type.h"
#include "sidecar/cel/value.h"
#include "sidecar/mapping/spec_reader.h"
#include "sidecar/yaml/node.h"

namespace waypost::connectors {

// What a profile's expressions read as settings.NAME: texts with defaults in the profile that the
// user's configuration replaces. Filled first, then frozen, then only read, from any thread.
class Settings final : public cel::Object {
 public:
  // Adds the names and defaults that the mapping `node` of a profile holds.
  void Read(const yaml::Node& node, mapping::SpecReader* reader);

  // Replaces defaults. A name that is not there is reported.
  void Override(const yaml::Node& node, mapping::SpecReader* reader);

  // Fixes the type.
  void Freeze();

  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  // The value; nullptr when there is no such setting.
  [[nodiscard]] const std::string* Find(const std::string& name) const;

  [[nodiscard]] const cel::ObjectType& type() const override { return type_; }
  [[nodiscard]] cel::Value Get(int field) const override {
    return cel::Value::StringView(values_[static_cast<size_t>(field)]);
  }
  [[nodiscard]] bool Has(int field) const override {
    return !values_[static_cast<size_t>(field)].empty();
  }

 private:
  cel::ObjectType type_{"settings", {}};
  std::vector<std::string> names_;
  std::vector<std::string> values_;
};

}  // namespace waypost::connectors
