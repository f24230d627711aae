// SPDX-License-Identifier: Apache-2.0
#include "sidecar/mapping/message_mapping.h"

#include "absl/strings/str_cat.h"
#include "sidecar/mapping/field_value.h"
#include "sidecar/text/absl_view.h"

namespace waypost::mapping {
namespace {

// A failed evaluation with the part of the expression that failed.
std::string Reason(const Assignment& assignment, const cel::Value& error) {
  const std::string& source = assignment.program->source();
  const size_t begin = error.ErrorBegin();
  const size_t end = error.ErrorEnd();
  if (begin >= end || end > source.size()) {
    return error.ErrorMessage();
  }
  return absl::StrCat(error.ErrorMessage(), " in ", source.substr(begin, end - begin));
}

// A text that has the form of the assignment's layout as a timestamp; all else as it is.
cel::Value InLayout(const Assignment& assignment, cel::Value value) {
  if (!assignment.layout.has_value() || value.kind() != cel::ValueKind::kString) {
    return value;
  }
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(assignment.layout->format, AbslView(value.AsString()),
                       assignment.layout->zone, &time, &error)) {
    return cel::Value::Error(absl::StrCat("\"", std::string(value.AsString()),
                                          "\" is not of the form ", assignment.layout->format));
  }
  return cel::Value::Timestamp(time);
}

// What an optional holds; null for none.
cel::Value Unwrapped(cel::Value value) {
  while (value.kind() == cel::ValueKind::kOptional) {
    const cel::Value* inner = value.AsOptional();
    value = inner == nullptr ? cel::Value::Null() : cel::Value(*inner);
  }
  return value;
}

}  // namespace

absl::Status MessageMapping::Apply(cel::Activation values, google::protobuf::Message* message,
                                   std::vector<UnsetField>* unset) const {
  for (const Assignment& assignment : assignments_) {
    cel::Value value = Unwrapped(assignment.program->Evaluate(values));
    const bool unknown =
        value.kind() == cel::ValueKind::kString && unknown_.contains(AbslView(value.AsString()));
    if (value.is_null() || unknown) {
      if (assignment.required) {
        return absl::InvalidArgumentError(absl::StrCat(assignment.name, ": it is not told"));
      }
      continue;
    }
    value = InLayout(assignment, std::move(value));
    const std::string problem =
        value.is_error() ? Reason(assignment, value) : SetField(assignment, value, message);
    if (problem.empty()) {
      continue;
    }
    if (unset == nullptr || assignment.required) {
      return absl::InvalidArgumentError(absl::StrCat(assignment.name, ": ", problem));
    }
    unset->push_back({assignment.name, problem});
  }
  return absl::OkStatus();
}

}  // namespace waypost::mapping
