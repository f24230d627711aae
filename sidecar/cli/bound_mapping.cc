// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cli/bound_mapping.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/message.h"
#include "sidecar/cel/absl_view.h"
#include "sidecar/cli/names.h"
#include "sidecar/cli/yaml_message.h"

namespace waypost::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

Message* Reach(const Assignment& assignment, v1::TicketEvent* event) {
  Message* message = event;
  for (const FieldDescriptor* step : assignment.way) {
    message = message->GetReflection()->MutableMessage(message, step);
  }
  return message;
}

void StoreTime(const Assignment& assignment, absl::Time time, v1::TicketEvent* event) {
  Message* owner = Reach(assignment, event);
  Message* field = owner->GetReflection()->MutableMessage(owner, assignment.field);
  ToProto(time, static_cast<google::protobuf::Timestamp*>(field));
}

void AddEntry(const Assignment& assignment, std::string_view text, v1::TicketEvent* event) {
  Message* owner = Reach(assignment, event);
  Message* entry = owner->GetReflection()->AddMessage(owner, assignment.field);
  const Descriptor& shape = *entry->GetDescriptor();
  entry->GetReflection()->SetString(entry, shape.map_key(), assignment.map_key);
  entry->GetReflection()->SetString(entry, shape.map_value(), std::string(text));
}

absl::Status SetTexts(const Assignment& assignment, const cel::List& list, v1::TicketEvent* event) {
  Message* owner = Reach(assignment, event);
  for (size_t at = 0; at < list.size(); ++at) {
    const cel::Value item = list.At(at);
    if (item.kind() != cel::ValueKind::kString) {
      return absl::InvalidArgumentError("the list has something that is no text");
    }
    owner->GetReflection()->AddString(owner, assignment.field, std::string(item.AsString()));
  }
  return absl::OkStatus();
}

}  // namespace

bool IsTimestamp(const google::protobuf::FieldDescriptor& field) {
  return field.message_type() != nullptr &&
         field.message_type()->full_name() == "google.protobuf.Timestamp";
}

PlanBoundMapping::PlanBoundMapping(const MappingPlan& plan,
                                   const std::vector<std::string_view>& columns)
    : plan_(plan), row_(columns) {
  for (const Assignment& assignment : plan.assignments) {
    time_places_.push_back(assignment.time.has_value() ? row_.Place(assignment.time->column) : -1);
  }
}

absl::Status PlanBoundMapping::Map(const std::vector<std::string_view>& fields, int64_t line,
                                   v1::TicketEvent* event) {
  if (fields.size() != row_.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the row has ", fields.size(), " fields, the first line names ", row_.size()));
  }
  event->Clear();
  row_.Set(&fields);
  const cel::Value values[] = {cel::Value::BorrowedMap(&row_), cel::Value::Int(line),
                               cel::Value::ObjectRef(&plan_.tables)};
  for (size_t at = 0; at < plan_.assignments.size(); ++at) {
    const Assignment& assignment = plan_.assignments[at];
    const absl::Status status =
        assignment.time.has_value()
            ? SetTime(assignment, fields[static_cast<size_t>(time_places_[at])], event)
            : SetValue(assignment, assignment.program->Evaluate(values), event);
    if (!status.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(assignment.name, ": ", status.message()));
    }
  }
  return absl::OkStatus();
}

absl::Status PlanBoundMapping::SetTime(const Assignment& assignment, std::string_view text,
                                       v1::TicketEvent* event) const {
  if (plan_.unknown.contains(cel::AbslView(text))) {
    return absl::OkStatus();
  }
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(assignment.time->layout, cel::AbslView(text), assignment.time->zone, &time,
                       &error)) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", std::string(text), "\" is not of the form ", assignment.time->layout));
  }
  StoreTime(assignment, time, event);
  return absl::OkStatus();
}

absl::Status PlanBoundMapping::SetValue(const Assignment& assignment, const cel::Value& value,
                                        v1::TicketEvent* event) const {
  switch (value.kind()) {
    case cel::ValueKind::kNull:
      return absl::OkStatus();
    case cel::ValueKind::kError:
      return absl::InvalidArgumentError(value.ErrorMessage());
    case cel::ValueKind::kOptional:
      return value.AsOptional() == nullptr ? absl::OkStatus()
                                           : SetValue(assignment, *value.AsOptional(), event);
    case cel::ValueKind::kString:
      return SetText(assignment, value.AsString(), event);
    case cel::ValueKind::kTimestamp:
      if (IsTimestamp(*assignment.field)) {
        StoreTime(assignment, value.AsTimestamp(), event);
        return absl::OkStatus();
      }
      break;
    case cel::ValueKind::kList:
      if (assignment.field->is_repeated() && assignment.map_key.empty()) {
        return SetTexts(assignment, value.AsList(), event);
      }
      break;
    default:
      break;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("the expression gives ", value.ToDisplayString(), ", which does not fit"));
}

absl::Status PlanBoundMapping::SetText(const Assignment& assignment, std::string_view text,
                                       v1::TicketEvent* event) const {
  if (plan_.unknown.contains(cel::AbslView(text))) {
    return absl::OkStatus();
  }
  const FieldDescriptor& field = *assignment.field;
  if (field.type() == FieldDescriptor::TYPE_ENUM) {
    const EnumValueDescriptor* value = FindEnumValue(*field.enum_type(), text);
    if (value == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", std::string(text), "\" is not one of ",
                       absl::StrJoin(EnumWords(*field.enum_type()), ", ")));
    }
    Message* owner = Reach(assignment, event);
    owner->GetReflection()->SetEnum(owner, &field, value);
    return absl::OkStatus();
  }
  if (!assignment.map_key.empty()) {
    AddEntry(assignment, text, event);
    return absl::OkStatus();
  }
  if (field.type() != FieldDescriptor::TYPE_STRING || field.is_repeated()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the text \"", std::string(text), "\" does not fit"));
  }
  Message* owner = Reach(assignment, event);
  owner->GetReflection()->SetString(owner, &field, std::string(text));
  return absl::OkStatus();
}

}  // namespace waypost::cli
