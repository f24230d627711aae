// SPDX-License-Identifier: Apache-2.0
#include "sidecar/rules/keys.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "sidecar/rules/key_tables.h"
#include "waypost/v1/enrichment.pb.h"
#include "waypost/v1/ticket.pb.h"

namespace waypost::rules {
namespace {

// "EVENT_TYPE_PRIORITY_CHANGED" with prefix "EVENT_TYPE_" becomes "priority_changed".
std::vector<std::string>* NamesOf(const google::protobuf::EnumDescriptor* type,
                                  std::string_view prefix) {
  auto* names = new std::vector<std::string>;
  for (int number = 1; number < type->value_count(); ++number) {
    names->push_back(absl::AsciiStrToLower(type->value(number)->name().substr(prefix.size())));
  }
  return names;
}

const std::vector<Mapping>& Table() {
  static const auto* const kTable = new std::vector<Mapping>{
      FileMapping(),       StitchingMapping(), CapsMapping(),        PromisesMapping(),
      SurveysMapping(),    CalendarMapping(),  HolidayFileMapping(), OwnerMapping(),
      ProviderMapping(),   PersonaMapping(),   StageMapping(),       JourneyMapping(),
      TouchpointMapping(), RuleMapping(),      AlertMapping(),       UpdateMapping(),
      SurveyMapping(),     XlaMapping(),       SilenceMapping()};
  return *kTable;
}

}  // namespace

const Key* Mapping::FindKey(std::string_view key) const {
  const auto found =
      std::find_if(keys.begin(), keys.end(), [&](const Key& each) { return each.name == key; });
  return found == keys.end() ? nullptr : &*found;
}

std::vector<std::string> Mapping::KeyNames() const {
  std::vector<std::string> names;
  names.reserve(keys.size());
  for (const Key& key : keys) {
    names.emplace_back(key.name);
  }
  return names;
}

std::span<const Mapping> Mappings() { return Table(); }

const Mapping& MappingOf(MappingKind kind) { return Table()[static_cast<size_t>(kind)]; }

std::span<const std::string_view> UpdateParts() {
  static constexpr std::array<std::string_view, 4> kParts = {"changed", "action", "next", "where"};
  return kParts;
}

const std::vector<std::string>& EventTypeChoices() {
  // No rule runs on the last two, EVENT_TYPE_CHILD_LINKED and EVENT_TYPE_SURVEY_REQUESTED.
  static const auto* const kNames = [] {
    auto* names = NamesOf(v1::EventType_descriptor(), "EVENT_TYPE_");
    names->resize(names->size() - 2);
    return names;
  }();
  return *kNames;
}

const std::vector<std::string>& RoleChoices() {
  static const auto* const kNames = NamesOf(v1::ConsumerRole_descriptor(), "CONSUMER_ROLE_");
  return *kNames;
}

const std::vector<std::string>& TouchpointKindChoices() {
  static const auto* const kNames = NamesOf(v1::TouchpointKind_descriptor(), "TOUCHPOINT_KIND_");
  return *kNames;
}

const std::vector<std::string>& VisibilityChoices() {
  static const auto* const kNames = NamesOf(v1::Visibility_descriptor(), "VISIBILITY_");
  return *kNames;
}

const std::vector<std::string>& SeverityChoices() {
  static const auto* const kNames = NamesOf(v1::Severity_descriptor(), "SEVERITY_");
  return *kNames;
}

const std::vector<std::string>& SurveyKindChoices() {
  static const auto* const kNames = NamesOf(v1::SurveyKind_descriptor(), "SURVEY_KIND_");
  return *kNames;
}

}  // namespace waypost::rules
