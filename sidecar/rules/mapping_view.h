// SPDX-License-Identifier: Apache-2.0
// Typed reading of a mapping that the structure check has seen. Internal to the directory.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "sidecar/rules/draft.h"
#include "sidecar/yaml/document.h"

namespace waypost::rules {

// A mapping in a document. Whatever is missing or of the wrong type reads as absent: it has been
// reported before. Refers to the document.
class MappingView {
 public:
  MappingView(const yaml::Document& document, const yaml::Node& node)
      : document_(document), node_(node) {}

  [[nodiscard]] Place place() const { return {&document_, node_.offset}; }
  [[nodiscard]] Source source() const { return {&document_, &node_}; }
  [[nodiscard]] const yaml::Document& document() const { return document_; }

  [[nodiscard]] bool Has(std::string_view key) const { return node_.Find(key) != nullptr; }
  // Where the value of the key is.
  [[nodiscard]] Place PlaceOf(std::string_view key) const;

  [[nodiscard]] std::string Text(std::string_view key) const;
  [[nodiscard]] Reference Id(std::string_view key) const;
  [[nodiscard]] bool Boolean(std::string_view key) const;
  [[nodiscard]] std::optional<int> Integer(std::string_view key) const;
  [[nodiscard]] std::optional<double> Number(std::string_view key) const;
  // The position of the value in `choices` + 1, which is the number of the proto enum; `fallback`
  // when absent.
  [[nodiscard]] int Choice(std::string_view key, const std::vector<std::string>& choices,
                           int fallback) const;
  [[nodiscard]] std::optional<absl::Duration> Duration(std::string_view key) const;
  // A condition or text.
  [[nodiscard]] Source Expression(std::string_view key) const;
  // The texts of a list, or of a single value.
  [[nodiscard]] std::vector<Reference> List(std::string_view key) const;
  [[nodiscard]] std::vector<std::string> Texts(std::string_view key) const;
  // The entries of a mapping of texts; one with the name `fallback_name` for a single text.
  [[nodiscard]] std::vector<std::pair<std::string, Source>> Entries(
      std::string_view key, std::string_view fallback_name) const;

  // The mappings below the key: of a mapping itself, a list, or by id.
  [[nodiscard]] std::optional<MappingView> Child(std::string_view key) const;
  void ForEachItem(std::string_view key, const std::function<void(const MappingView&)>& read) const;
  void ForEachById(std::string_view key,
                   const std::function<void(const Reference& id, const MappingView&)>& read) const;

 private:
  const yaml::Document& document_;
  const yaml::Node& node_;
};

}  // namespace waypost::rules
