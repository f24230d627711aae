// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "sidecar/cel/program.h"
#include "sidecar/text/diagnostic.h"
#include "sidecar/text/diagnostic_codes.h"
#include "sidecar/yaml/document.h"

namespace waypost::mapping {

// Reads the strict YAML of story suites, mappings and connector profiles: every problem becomes a
// located finding, and reading goes on. Not thread-safe; document and sink outlive it.
class SpecReader {
 public:
  SpecReader(const yaml::Document& document, DiagnosticSink* sink)
      : document_(&document), sink_(sink) {}

  // `node` is a mapping that has only keys of `allowed` and all of `required`; whatever is wrong is
  // reported. False when it is no mapping at all.
  bool CheckMapping(const yaml::Node& node, const std::vector<std::string>& allowed,
                    const std::vector<std::string>& required);

  // The text of a scalar; a list or mapping is reported.
  std::optional<std::string> Text(const yaml::Node& node);
  // The same for the value of `key`; nothing, unreported, when the key is absent.
  std::optional<std::string> Text(const yaml::Node& mapping, std::string_view key);
  // One of `allowed`; anything else is reported with the nearest.
  std::optional<std::string> Choice(const yaml::Node& mapping, std::string_view key,
                                    const std::vector<std::string>& allowed);
  std::optional<bool> Boolean(const yaml::Node& mapping, std::string_view key);
  // The time zone that `key` names as in the IANA database.
  std::optional<absl::TimeZone> TimeZone(const yaml::Node& mapping, std::string_view key);
  // The items of the list under `key`; empty, and reported where it is not a list.
  std::vector<const yaml::Node*> Items(const yaml::Node& mapping, std::string_view key);
  // The same of texts; a single text counts as a list of one.
  std::vector<std::string> Texts(const yaml::Node& mapping, std::string_view key);

  // Compiles a scalar as a CEL expression whose result is one of `types`, or may be one when it is
  // evaluated: dyn fits everything, list(dyn) every list.
  std::optional<cel::Program> Expression(const yaml::Node& node,
                                         const cel::Environment& environment,
                                         const std::vector<cel::Type>& types);

  void Report(const yaml::Node& node, DiagnosticCode code, std::string message);
  // At a byte of the text of a scalar.
  void ReportAt(const yaml::Node& scalar, size_t offset, DiagnosticCode code, std::string message);

  [[nodiscard]] Location LocationOf(const yaml::Node& node) const;

 private:
  const yaml::Document* document_;
  DiagnosticSink* sink_;
};

// Reads a file and parses it; on failure returns nullptr and adds an error.
[[nodiscard]] std::unique_ptr<const yaml::Document> ReadDocument(const std::string& path,
                                                                 DiagnosticSink* sink);

}  // namespace waypost::mapping
