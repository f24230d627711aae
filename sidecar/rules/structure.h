// SPDX-License-Identifier: Apache-2.0
// The first stage of loading: is every key known, every required one there, every value of its
// type? Driven by the table in keys.h. Internal to the directory.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "sidecar/rules/keys.h"
#include "sidecar/text/diagnostic.h"
#include "sidecar/yaml/document.h"

namespace waypost::rules {

// Checks the files of one rule set one after the other. Reports what this version does not act on
// once a rule set, where it first appears.
class StructureChecker {
 public:
  explicit StructureChecker(DiagnosticSink* sink) : sink_(*sink) {}

  void Check(const yaml::Document& document);

 private:
  void CheckMapping(const yaml::Node& node, const Mapping& mapping);
  void CheckKey(const yaml::Entry& entry, const Mapping& mapping, const Key& key);
  void CheckRequired(const yaml::Node& node, const Mapping& mapping);
  void CheckShape(const yaml::Node& node, const Key& key);
  void CheckItems(const yaml::Node& node, const Key& key);
  void CheckMap(const yaml::Node& node, const Key& key);
  void CheckMapKey(const yaml::Entry& entry, const Key& key);
  // A single value.
  void CheckValue(const yaml::Node& node, const Key& key);
  void CheckMeaning(const yaml::Node& node, const Key& key);
  void CheckNumber(const yaml::Node& node, const Key& key);
  void CheckChoice(const yaml::Node& node, const Key& key);
  void CheckDuration(const yaml::Node& node, const Key& key);
  void CheckNotify(const yaml::Node& node, const Key& key);
  // Reports why a value could not be read.
  void CheckParsed(const yaml::Node& node, DiagnosticCode code, const absl::Status& parsed);

  void Error(const yaml::Node& node, DiagnosticCode code, std::string message);
  // Says once that something is not acted on.
  void NotActive(size_t offset, std::string message);
  void WrongType(const yaml::Node& node, std::string_view expected);

  DiagnosticSink& sink_;
  const yaml::Document* document_ = nullptr;
  std::set<std::string> not_active_;
};

}  // namespace waypost::rules
