// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/event_rule.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/mapping/lookup_tables.h"

namespace waypost::connectors {
namespace {

// More items than any tool sends in one request.
constexpr size_t kMaxItems = 10'000;

// Why the evaluation failed, with the part of the expression that did.
std::string Reason(const cel::Program& program, const cel::Value& error) {
  const size_t begin = error.ErrorBegin();
  const size_t end = error.ErrorEnd();
  const bool placed = begin < end && end <= program.source().size();
  return absl::StrCat(error.ErrorMessage(),
                      placed ? " in " + program.source().substr(begin, end - begin) : "");
}

absl::Status Failure(const char* key, const cel::Program& program, const cel::Value& value) {
  return absl::InvalidArgumentError(
      absl::StrCat(key, ": ",
                   value.is_error() ? Reason(program, value)
                                    : "the expression gives " + value.ToDisplayString()));
}

}  // namespace

bool CheckName(const yaml::Node& node, const std::string& name, const cel::Environment& environment,
               mapping::SpecReader* reader) {
  if (!mapping::IsFieldName(name)) {
    reader->Report(node, DiagnosticCode::kSpecBadValue,
                   absl::StrCat("\"", name, "\" is no name; names have letters, digits and _"));
    return false;
  }
  if (environment.Slot(name) >= 0) {
    reader->Report(node, DiagnosticCode::kSpecBadValue,
                   absl::StrCat("there is something named \"", name, "\" already"));
    return false;
  }
  return true;
}

void ReadDefinitions(const yaml::Node& node, mapping::SpecReader* reader,
                     cel::Environment* environment, std::vector<Definition>* definitions) {
  if (node.kind != yaml::NodeKind::kMapping) {
    reader->Report(node, DiagnosticCode::kSpecWrongType,
                   "expected a mapping of names to expressions");
    return;
  }
  for (const yaml::Entry& entry : node.entries) {
    std::optional<cel::Program> program =
        reader->Expression(*entry.value, *environment, {cel::Type()});
    if (!CheckName(*entry.value, entry.key, *environment, reader)) continue;
    // Of one that does not compile the variable is there all the same, so that only it is reported.
    environment->AddVariable(entry.key, program.has_value() ? program->result_type() : cel::Type());
    if (program.has_value()) definitions->push_back({entry.key, *std::move(program)});
  }
}

void Define(const std::vector<Definition>& definitions, std::vector<cel::Value>* values) {
  for (const Definition& definition : definitions) {
    cel::Value value = definition.program.Evaluate(*values);
    // Without a place: that of another expression would mislead who reads it there.
    if (value.is_error()) value = cel::Value::Error(Reason(definition.program, value));
    values->push_back(std::move(value));
  }
}

void EventRule::Read(const yaml::Node& node, const cel::Environment& environment,
                     absl::TimeZone zone, const std::vector<std::string>& unknown,
                     mapping::SpecReader* reader) {
  if (!reader->CheckMapping(node, {"for", "as", "let", "if", "event"}, {"event"})) return;
  cel::Environment own = environment;
  const yaml::Node* list = node.Find("for");
  if (list != nullptr) {
    list_ = reader->Expression(*list, own, {cel::Type::List(cel::Type())});
    const std::string name = reader->Text(node, "as").value_or("item");
    const bool typed = list_.has_value() && list_->result_type().kind() == cel::TypeKind::kList;
    if (CheckName(*list, name, own, reader)) {
      own.AddVariable(name, typed ? list_->result_type().parameters().front() : cel::Type());
    }
  } else if (const yaml::Node* name = node.Find("as"); name != nullptr) {
    reader->Report(*name, DiagnosticCode::kSpecMissingKey, "\"as\" names an item of \"for\"");
  }
  if (const yaml::Node* definitions = node.Find("let"); definitions != nullptr) {
    ReadDefinitions(*definitions, reader, &own, &definitions_);
  }
  if (const yaml::Node* condition = node.Find("if"); condition != nullptr) {
    condition_ = reader->Expression(*condition, own, {cel::TypeKind::kBool});
  }
  if (const yaml::Node* event = node.Find("event"); event != nullptr) {
    mapping::MappingRules rules;
    rules.environment = &own;
    rules.zone = zone;
    rules.required = {"event_id", "occurred_at"};
    rules.excluded = {"tenant"};
    rules.time_key = "text";
    rules.compile_time = [&](const yaml::Node& text) {
      return reader->Expression(text, own, {cel::TypeKind::kString});
    };
    event_.SetUnknown(unknown);
    event_.Read(*event, *v1::TicketEvent::descriptor(), rules, reader);
  }
}

absl::Status EventRule::Apply(const std::vector<cel::Value>& values,
                              std::vector<RuleEvent>* events) const {
  if (!list_.has_value()) return ApplyOne(values, events);
  const cel::Value list = list_->Evaluate(values);
  if (list.kind() != cel::ValueKind::kList) return Failure("for", *list_, list);
  if (list.AsList().size() > kMaxItems) {
    return absl::InvalidArgumentError(
        absl::StrCat("for: the list has more than ", kMaxItems, " items"));
  }
  for (size_t at = 0; at < list.AsList().size(); ++at) {
    std::vector<cel::Value> with_item = values;
    with_item.push_back(list.AsList().At(at));
    WAYPOST_RETURN_IF_ERROR(ApplyOne(std::move(with_item), events));
  }
  return absl::OkStatus();
}

absl::Status EventRule::ApplyOne(std::vector<cel::Value> values,
                                 std::vector<RuleEvent>* events) const {
  Define(definitions_, &values);
  if (condition_.has_value()) {
    const cel::Value holds = condition_->Evaluate(values);
    if (holds.kind() != cel::ValueKind::kBool) return Failure("if", *condition_, holds);
    if (!holds.AsBool()) return absl::OkStatus();
  }
  RuleEvent result;
  WAYPOST_RETURN_IF_ERROR(event_.Apply(values, &result.event, &result.unset));
  events->push_back(std::move(result));
  return absl::OkStatus();
}

}  // namespace waypost::connectors
