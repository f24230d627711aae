// SPDX-License-Identifier: Apache-2.0
#include "sidecar/mapping/field_value.h"

#include <limits>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "sidecar/cel/text_form.h"
#include "sidecar/mapping/enum_words.h"

namespace waypost::mapping {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

Message* Reach(const Assignment& assignment, Message* message) {
  for (const FieldDescriptor* step : assignment.way) {
    message = message->GetReflection()->MutableMessage(message, step);
  }
  return message;
}

std::string DoesNotFit(const cel::Value& value) {
  return absl::StrCat("the expression gives ", value.ToDisplayString(), ", which does not fit");
}

std::string SetTime(const Assignment& assignment, const cel::Value& value, Message* message) {
  absl::Time time;
  if (value.kind() == cel::ValueKind::kTimestamp) {
    time = value.AsTimestamp();
  } else if (value.kind() != cel::ValueKind::kString) {
    return DoesNotFit(value);
  } else if (!cel::ReadTimestamp(value.AsString(), &time)) {
    return absl::StrCat(value.ToDisplayString(), " is no time such as 2026-03-02T09:00:00Z");
  }
  Message* owner = Reach(assignment, message);
  Message* field = owner->GetReflection()->MutableMessage(owner, assignment.field);
  auto* proto = static_cast<google::protobuf::Timestamp*>(field);
  const int64_t seconds = absl::ToUnixSeconds(time);  // rounds down
  proto->set_seconds(seconds);
  proto->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  return "";
}

std::string SetDuration(const Assignment& assignment, const cel::Value& value, Message* message) {
  if (value.kind() != cel::ValueKind::kDuration) {
    return DoesNotFit(value);
  }
  Message* owner = Reach(assignment, message);
  Message* field = owner->GetReflection()->MutableMessage(owner, assignment.field);
  // Duration's nanos have the sign of its seconds.
  const absl::Duration span = value.AsDuration();
  auto* proto = static_cast<google::protobuf::Duration*>(field);
  proto->set_seconds(absl::ToInt64Seconds(span));
  proto->set_nanos(static_cast<int32_t>(
      absl::ToInt64Nanoseconds(span - absl::Seconds(absl::ToInt64Seconds(span)))));
  return "";
}

std::string SetEnum(const Assignment& assignment, const cel::Value& value, Message* message) {
  if (value.kind() != cel::ValueKind::kString) {
    return DoesNotFit(value);
  }
  const google::protobuf::EnumDescriptor& type = *assignment.field->enum_type();
  const EnumValueDescriptor* found = FindEnumValue(type, value.AsString());
  if (found == nullptr) {
    return absl::StrCat(value.ToDisplayString(), " is not one of ",
                        absl::StrJoin(EnumWords(type), ", "));
  }
  Message* owner = Reach(assignment, message);
  owner->GetReflection()->SetEnum(owner, assignment.field, found);
  return "";
}

std::string SetNumber(const Assignment& assignment, const cel::Value& value, Message* message) {
  const bool fits = value.kind() == cel::ValueKind::kInt &&
                    value.AsInt() >= std::numeric_limits<int32_t>::min() &&
                    value.AsInt() <= std::numeric_limits<int32_t>::max();
  if (!fits) {
    return DoesNotFit(value);
  }
  Message* owner = Reach(assignment, message);
  owner->GetReflection()->SetInt32(owner, assignment.field, static_cast<int32_t>(value.AsInt()));
  return "";
}

// A text, or an integer as its digits: ids are numbers in half of the tools.
std::optional<std::string> TextOf(const cel::Value& value) {
  switch (value.kind()) {
    case cel::ValueKind::kString:
      return std::string(value.AsString());
    case cel::ValueKind::kInt:
    case cel::ValueKind::kUint:
      return cel::TextForm(value);
    default:
      return std::nullopt;
  }
}

std::string SetText(const Assignment& assignment, const cel::Value& value, Message* message) {
  std::optional<std::string> text = TextOf(value);
  if (!text.has_value()) {
    return DoesNotFit(value);
  }
  Message* owner = Reach(assignment, message);
  owner->GetReflection()->SetString(owner, assignment.field, *std::move(text));
  return "";
}

std::string SetTexts(const Assignment& assignment, const cel::Value& value, Message* message) {
  if (value.kind() != cel::ValueKind::kList) {
    return DoesNotFit(value);
  }
  Message* owner = Reach(assignment, message);
  for (size_t at = 0; at < value.AsList().size(); ++at) {
    const cel::Value item = value.AsList().At(at);
    std::optional<std::string> text = TextOf(item);
    if (!text.has_value()) {
      return "the list has something that is no text";
    }
    owner->GetReflection()->AddString(owner, assignment.field, *std::move(text));
  }
  return "";
}

void AddEntry(const Assignment& assignment, const std::string& key, std::string text,
              Message* message) {
  Message* owner = Reach(assignment, message);
  Message* entry = owner->GetReflection()->AddMessage(owner, assignment.field);
  const Descriptor& shape = *entry->GetDescriptor();
  entry->GetReflection()->SetString(entry, shape.map_key(), key);
  entry->GetReflection()->SetString(entry, shape.map_value(), std::move(text));
}

// The text of an entry of a map: of a list, its items with commas.
std::optional<std::string> EntryText(const cel::Value& value) {
  if (value.kind() != cel::ValueKind::kList) {
    return value.kind() == cel::ValueKind::kBool || value.kind() == cel::ValueKind::kDouble
               ? std::optional(cel::TextForm(value))
               : TextOf(value);
  }
  std::vector<std::string> items;
  for (size_t at = 0; at < value.AsList().size(); ++at) {
    std::optional<std::string> item = TextOf(value.AsList().At(at));
    if (!item.has_value()) {
      return std::nullopt;
    }
    items.push_back(*std::move(item));
  }
  return absl::StrJoin(items, ", ");
}

std::string SetEntries(const Assignment& assignment, const cel::Value& value, Message* message) {
  if (value.kind() != cel::ValueKind::kMap) {
    return DoesNotFit(value);
  }
  const cel::Map& map = value.AsMap();
  for (size_t at = 0; at < map.size(); ++at) {
    const cel::Value key = map.KeyAt(at);
    cel::Value item;
    if (key.kind() != cel::ValueKind::kString || !map.Find(key, &item) || item.is_null()) {
      continue;
    }
    std::optional<std::string> text = EntryText(item);
    if (!text.has_value()) {
      return absl::StrCat("the entry ", key.ToDisplayString(), " is neither text nor number");
    }
    AddEntry(assignment, std::string(key.AsString()), *std::move(text), message);
  }
  return "";
}

std::string SetEntry(const Assignment& assignment, const cel::Value& value, Message* message) {
  std::optional<std::string> text = EntryText(value);
  if (!text.has_value()) {
    return DoesNotFit(value);
  }
  AddEntry(assignment, assignment.map_key, *std::move(text), message);
  return "";
}

}  // namespace

bool IsTimestamp(const FieldDescriptor& field) {
  return field.message_type() != nullptr &&
         field.message_type()->full_name() == "google.protobuf.Timestamp";
}

bool IsDuration(const FieldDescriptor& field) {
  return field.message_type() != nullptr &&
         field.message_type()->full_name() == "google.protobuf.Duration";
}

std::string SetField(const Assignment& assignment, const cel::Value& value, Message* message) {
  const FieldDescriptor& field = *assignment.field;
  if (field.is_map()) {
    return assignment.map_key.empty() ? SetEntries(assignment, value, message)
                                      : SetEntry(assignment, value, message);
  }
  if (field.is_repeated()) {
    return SetTexts(assignment, value, message);
  }
  if (IsTimestamp(field)) {
    return SetTime(assignment, value, message);
  }
  if (IsDuration(field)) {
    return SetDuration(assignment, value, message);
  }
  switch (field.type()) {
    case FieldDescriptor::TYPE_ENUM:
      return SetEnum(assignment, value, message);
    case FieldDescriptor::TYPE_INT32:
      return SetNumber(assignment, value, message);
    default:
      return SetText(assignment, value, message);
  }
}

}  // namespace waypost::mapping
