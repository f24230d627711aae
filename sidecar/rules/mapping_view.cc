// SPDX-License-Identifier: Apache-2.0
#include "sidecar/rules/mapping_view.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "sidecar/rules/values.h"

namespace waypost::rules {

using yaml::Node;
using yaml::NodeKind;

Place MappingView::PlaceOf(std::string_view key) const {
  const Node* value = node_.Find(key);
  return {&document_, value == nullptr ? node_.offset : value->offset};
}

std::string MappingView::Text(std::string_view key) const {
  const Node* value = node_.Find(key);
  return value == nullptr ? "" : value->text;
}

Reference MappingView::Id(std::string_view key) const { return {Text(key), PlaceOf(key)}; }

bool MappingView::Boolean(std::string_view key) const {
  const std::string text = Text(key);
  return text == "true" || text == "True" || text == "TRUE";
}

std::optional<int> MappingView::Integer(std::string_view key) const {
  int number = 0;
  if (!absl::SimpleAtoi(Text(key), &number)) {
    return std::nullopt;
  }
  return number;
}

std::optional<double> MappingView::Number(std::string_view key) const {
  double number = 0;
  if (!absl::SimpleAtod(Text(key), &number)) {
    return std::nullopt;
  }
  return number;
}

int MappingView::Choice(std::string_view key, const std::vector<std::string>& choices,
                        int fallback) const {
  const auto found = std::find(choices.begin(), choices.end(), Text(key));
  return found == choices.end() ? fallback : static_cast<int>(found - choices.begin()) + 1;
}

std::optional<absl::Duration> MappingView::Duration(std::string_view key) const {
  const auto span = ParseSpan(Text(key));
  if (!span.has_value()) {
    return std::nullopt;
  }
  return span->length;
}

Source MappingView::Expression(std::string_view key) const {
  const Node* value = node_.Find(key);
  if (value == nullptr || value->kind != NodeKind::kScalar) {
    return {};
  }
  return {&document_, value};
}

std::vector<Reference> MappingView::List(std::string_view key) const {
  std::vector<Reference> items;
  const Node* value = node_.Find(key);
  if (value == nullptr) {
    return items;
  }
  if (value->kind == NodeKind::kScalar) {
    items.push_back({value->text, {&document_, value->offset}});
  }
  if (value->kind == NodeKind::kSequence) {
    for (const yaml::Entry& entry : value->entries) {
      items.push_back({entry.value->text, {&document_, entry.value->offset}});
    }
  }
  return items;
}

std::vector<std::string> MappingView::Texts(std::string_view key) const {
  std::vector<std::string> texts;
  for (Reference& item : List(key)) {
    texts.push_back(std::move(item.id));
  }
  return texts;
}

std::vector<std::pair<std::string, Source>> MappingView::Entries(
    std::string_view key, std::string_view fallback_name) const {
  std::vector<std::pair<std::string, Source>> entries;
  const Node* value = node_.Find(key);
  if (value == nullptr) {
    return entries;
  }
  if (value->kind == NodeKind::kScalar) {
    entries.emplace_back(fallback_name, Source{&document_, value});
  }
  if (value->kind == NodeKind::kMapping) {
    for (const yaml::Entry& entry : value->entries) {
      if (entry.value->kind == NodeKind::kScalar) {
        entries.emplace_back(entry.key, Source{&document_, entry.value.get()});
      }
    }
  }
  return entries;
}

std::optional<MappingView> MappingView::Child(std::string_view key) const {
  const Node* value = node_.Find(key);
  if (value == nullptr || value->kind != NodeKind::kMapping) {
    return std::nullopt;
  }
  return MappingView(document_, *value);
}

void MappingView::ForEachItem(std::string_view key,
                              const std::function<void(const MappingView&)>& read) const {
  const Node* value = node_.Find(key);
  if (value == nullptr || value->kind != NodeKind::kSequence) {
    return;
  }
  for (const yaml::Entry& entry : value->entries) {
    read(MappingView(document_, *entry.value));
  }
}

void MappingView::ForEachById(
    std::string_view key,
    const std::function<void(const Reference& id, const MappingView&)>& read) const {
  const Node* value = node_.Find(key);
  if (value == nullptr || value->kind != NodeKind::kMapping) {
    return;
  }
  for (const yaml::Entry& entry : value->entries) {
    read({entry.key, {&document_, entry.offset}}, MappingView(document_, *entry.value));
  }
}

}  // namespace waypost::rules
