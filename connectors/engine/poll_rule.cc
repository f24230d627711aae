// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/poll_rule.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/cel/text_form.h"
#include "sidecar/text/suggest.h"

namespace waypost::connectors {
namespace {

absl::Status Failure(const char* key, const cel::Value& value) {
  return absl::InvalidArgumentError(absl::StrCat(
      "poll: ", key, ": ",
      value.is_error() ? value.ErrorMessage() : "the expression gives " + value.ToDisplayString()));
}

absl::StatusOr<absl::Time> TimeOf(const cel::Value& value) {
  if (value.kind() == cel::ValueKind::kTimestamp) return value.AsTimestamp();
  absl::Time time;
  if (value.kind() == cel::ValueKind::kString && cel::ReadTimestamp(value.AsString(), &time)) {
    return time;
  }
  return Failure("time", value);
}

absl::StatusOr<std::string> IdOf(const cel::Value& value) {
  if (value.kind() == cel::ValueKind::kString && !value.AsString().empty()) {
    return std::string(value.AsString());
  }
  if (value.kind() == cel::ValueKind::kInt) return cel::TextForm(value);
  return Failure("id", value);
}

}  // namespace

void PollRules::Read(const yaml::Node& node, mapping::SpecReader* reader) {
  if (!reader->CheckMapping(
          node, {"interval", "look_back", "needs", "call", "items", "id", "time", "more"},
          {"call", "items", "id", "time"})) {
    return;
  }
  ReadLengths(node, reader);
  needed_settings_ = reader->Texts(node, "needs");
  for (const std::string& name : needed_settings_) {
    if (settings_.Find(name) != nullptr) continue;
    reader->Report(*node.Find("needs"), DiagnosticCode::kSpecBadValue,
                   absl::StrCat("the profile has no setting \"", name, "\"",
                                DidYouMean(name, settings_.names())));
  }
  cel::Environment environment;
  environment.AddVariable("settings", cel::Type::Object(&settings_.type()));
  environment.AddVariable("tables", cel::Type::Object(&tables_.type()));
  environment.AddVariable("unset", cel::Type());
  environment.AddVariable("since", cel::TypeKind::kTimestamp);
  environment.AddVariable("now", cel::TypeKind::kTimestamp);
  environment.AddVariable("page", cel::TypeKind::kInt);
  environment.AddVariable("previous", cel::Type());
  if (const yaml::Node* call = node.Find("call"); call != nullptr) {
    call_ = ReadCallTemplate(*call, environment, reader);
  }
  environment.AddVariable("response", cel::Type());
  if (const yaml::Node* items = node.Find("items"); items != nullptr) {
    items_ = reader->Expression(*items, environment, {cel::Type::List(cel::Type())});
  }
  if (const yaml::Node* more = node.Find("more"); more != nullptr) {
    more_ = reader->Expression(*more, environment, {cel::TypeKind::kBool});
  }
  environment.AddVariable("item", cel::Type());
  if (const yaml::Node* id = node.Find("id"); id != nullptr) {
    id_ = reader->Expression(*id, environment, {cel::TypeKind::kString, cel::TypeKind::kInt});
  }
  if (const yaml::Node* time = node.Find("time"); time != nullptr) {
    time_ =
        reader->Expression(*time, environment, {cel::TypeKind::kTimestamp, cel::TypeKind::kString});
  }
}

void PollRules::ReadLengths(const yaml::Node& node, mapping::SpecReader* reader) {
  interval_ =
      ReadLength(node, "interval", kShortestInterval, kLongestInterval, reader).value_or(interval_);
  look_back_ = ReadLength(node, "look_back", absl::ZeroDuration(), kLongestLookBack, reader)
                   .value_or(look_back_);
}

std::vector<std::string> PollRules::MissingSettings() const {
  std::vector<std::string> missing;
  for (const std::string& name : needed_settings_) {
    const std::string* value = settings_.Find(name);
    if (value != nullptr && value->empty()) missing.push_back(name);
  }
  return missing;
}

std::vector<cel::Value> PollRules::Values(const PollPlace& place) const {
  return {cel::Value::ObjectRef(&settings_),
          cel::Value::ObjectRef(&tables_),
          cel::Value::Null(),
          cel::Value::Timestamp(place.since),
          cel::Value::Timestamp(place.now),
          cel::Value::Int(place.page),
          place.previous == nullptr ? cel::Value::Null() : *place.previous};
}

absl::StatusOr<ToolCall> PollRules::Call(const PollPlace& place) const {
  return MakeCall(*call_, Values(place));
}

absl::StatusOr<PollPage> PollRules::Take(const PollPlace& place, const cel::Value& response) const {
  std::vector<cel::Value> values = Values(place);
  values.push_back(response);
  PollPage page;
  const cel::Value items = items_->Evaluate(values);
  if (items.kind() != cel::ValueKind::kList) return Failure("items", items);
  if (more_.has_value()) {
    const cel::Value more = more_->Evaluate(values);
    if (more.kind() != cel::ValueKind::kBool) return Failure("more", more);
    page.more = more.AsBool();
  }
  values.emplace_back();
  for (size_t at = 0; at < items.AsList().size(); ++at) {
    values.back() = items.AsList().At(at);
    PollItem& item = page.items.emplace_back();
    WAYPOST_ASSIGN_OR_RETURN(item.id, IdOf(id_->Evaluate(values)));
    WAYPOST_ASSIGN_OR_RETURN(item.time, TimeOf(time_->Evaluate(values)));
    item.value = values.back();
  }
  return page;
}

std::optional<absl::Duration> ReadLength(const yaml::Node& mapping, const char* key,
                                         absl::Duration min, absl::Duration max,
                                         mapping::SpecReader* reader) {
  const std::optional<std::string> text = reader->Text(mapping, key);
  if (!text.has_value()) return std::nullopt;
  absl::Duration length;
  if (cel::ReadDuration(*text, &length) && length >= min && length <= max) return length;
  reader->Report(*mapping.Find(key), DiagnosticCode::kSpecBadValue,
                 absl::StrCat("expected a length of time from ", cel::DurationText(min), " to ",
                              cel::DurationText(max), ", such as 30s or 5m"));
  return std::nullopt;
}

}  // namespace waypost::connectors
