// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/read_rule.h"

#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "connectors/engine/event_rule.h"
#include "connectors/engine/json_text.h"
#include "connectors/engine/json_value.h"
#include "sidecar/base/status_macros.h"

namespace waypost::connectors {
namespace {

// More than any document needs.
constexpr size_t kMaxItems = 1'000;
constexpr int64_t kMaxPages = 100;

absl::Status Named(const std::string& name, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat("read: ", name, ": ", status.message()));
}

absl::Status Failure(const std::string& name, const cel::Value& value) {
  return absl::InvalidArgumentError(absl::StrCat(
      "read: ", name, ": ",
      value.is_error() ? value.ErrorMessage() : "the expression gives " + value.ToDisplayString()));
}

absl::StatusOr<bool> Holds(const std::string& name, const cel::Program& program,
                           const std::vector<cel::Value>& values) {
  const cel::Value holds = program.Evaluate(values);
  if (holds.kind() != cel::ValueKind::kBool) return Failure(name, holds);
  return holds.AsBool();
}

// Takes the steps of one document. The same call is made once.
class StepTaker {
 public:
  explicit StepTaker(ReadRules::Ask ask) : ask_(ask) {}

  absl::StatusOr<cel::Value> Take(const ReadStep& step, const std::vector<cel::Value>& values);

 private:
  absl::StatusOr<cel::Value> TakeOne(const ReadStep& step, const std::vector<cel::Value>& values);
  absl::StatusOr<cel::Value> Pages(const ReadStep& step, std::vector<cel::Value> values);
  absl::StatusOr<cel::Value> Call(const ReadStep& step, const std::vector<cel::Value>& values);

  ReadRules::Ask ask_;
  absl::flat_hash_map<std::string, cel::Value> answers_;  // by method, path and body
};

absl::StatusOr<cel::Value> StepTaker::Take(const ReadStep& step,
                                           const std::vector<cel::Value>& values) {
  if (!step.list.has_value()) return TakeOne(step, values);
  const cel::Value list = step.list->Evaluate(values);
  if (list.kind() != cel::ValueKind::kList) return Failure(step.name, list);
  if (list.AsList().size() > kMaxItems) {
    return absl::InvalidArgumentError(
        absl::StrCat("read: ", step.name, ": the list has more than ", kMaxItems, " items"));
  }
  std::vector<cel::Value> items;
  std::vector<std::pair<cel::Value, cel::Value>> entries;
  for (size_t at = 0; at < list.AsList().size(); ++at) {
    std::vector<cel::Value> with_item = values;
    with_item.push_back(list.AsList().At(at));
    WAYPOST_ASSIGN_OR_RETURN(cel::Value value, TakeOne(step, with_item));
    if (!step.key.has_value()) {
      items.push_back(std::move(value));
    } else if (!value.is_null()) {
      cel::Value key = step.key->Evaluate(with_item);
      if (key.kind() != cel::ValueKind::kString) return Failure(step.name, key);
      entries.emplace_back(std::move(key), std::move(value));
    }
  }
  return step.key.has_value() ? cel::Value::Map(std::move(entries))
                              : cel::Value::List(std::move(items));
}

absl::StatusOr<cel::Value> StepTaker::TakeOne(const ReadStep& step,
                                              const std::vector<cel::Value>& values) {
  if (step.condition.has_value()) {
    WAYPOST_ASSIGN_OR_RETURN(const bool holds, Holds(step.name, *step.condition, values));
    if (!holds) return cel::Value::Null();
  }
  if (step.call.has_value()) return Pages(step, values);
  cel::Value value = step.value->Evaluate(values);
  if (value.is_error()) return Failure(step.name, value);
  return value;
}

absl::StatusOr<cel::Value> StepTaker::Pages(const ReadStep& step, std::vector<cel::Value> values) {
  std::vector<cel::Value> items;
  values.emplace_back();
  for (int64_t page = 1; page <= kMaxPages; ++page) {
    values.back() = cel::Value::Int(page);
    WAYPOST_ASSIGN_OR_RETURN(cel::Value answer, Call(step, values));
    if (!step.items.has_value() || answer.is_null()) return answer;
    values.push_back(std::move(answer));
    const cel::Value of_page = step.items->Evaluate(values);
    if (of_page.kind() != cel::ValueKind::kList) return Failure(step.name, of_page);
    for (size_t at = 0; at < of_page.AsList().size(); ++at) {
      items.push_back(of_page.AsList().At(at));
    }
    bool more = false;
    if (step.more.has_value()) {
      WAYPOST_ASSIGN_OR_RETURN(more, Holds(step.name, *step.more, values));
    }
    values.pop_back();
    if (!more) break;
  }
  return cel::Value::List(std::move(items));
}

absl::StatusOr<cel::Value> StepTaker::Call(const ReadStep& step,
                                           const std::vector<cel::Value>& values) {
  absl::StatusOr<ToolCall> call = MakeCall(*step.call, values);
  if (!call.ok()) return Named(step.name, call.status());
  const std::string key = absl::StrCat(call->method, " ", call->path, "\n", call->body);
  if (const auto found = answers_.find(key); found != answers_.end()) return found->second;
  absl::StatusOr<cel::Value> answer = ask_(*std::move(call));
  if (absl::IsNotFound(answer.status()) && step.optional) answer = cel::Value::Null();
  if (!answer.ok()) return Named(step.name, answer.status());
  answers_.emplace(key, *answer);
  return answer;
}

}  // namespace

void ReadRules::Read(const yaml::Node& node, mapping::SpecReader* reader) {
  if (!reader->CheckMapping(node, {"url", "headers", "if", "steps", "payload"}, {"url"})) return;
  address_.Read(node, TokenUse::kNoToken, reader);
  cel::Environment environment;
  environment.AddVariable("payload", cel::Type());
  environment.AddVariable("settings", cel::Type::Object(&settings_.type()));
  environment.AddVariable("tables", cel::Type::Object(&tables_.type()));
  environment.AddVariable("unset", cel::Type());
  if (const yaml::Node* condition = node.Find("if"); condition != nullptr) {
    condition_ = reader->Expression(*condition, environment, {cel::TypeKind::kBool});
  }
  for (const yaml::Node* step : reader->Items(node, "steps")) {
    ReadStepAt(*step, &environment, reader);
  }
  const yaml::Node* payload = node.Find("payload");
  if (payload != nullptr) {
    payload_ = reader->Expression(*payload, environment, {cel::Type()});
  } else if (node.Find("steps") != nullptr || node.Find("if") != nullptr) {
    reader->Report(node, DiagnosticCode::kSpecMissingKey,
                   "\"payload\" says what becomes of what is read");
  }
}

void ReadRules::ReadStepAt(const yaml::Node& node, cel::Environment* environment,
                           mapping::SpecReader* reader) {
  if (!reader->CheckMapping(
          node, {"name", "for", "as", "if", "key", "value", "call", "items", "more", "optional"},
          {"name"})) {
    return;
  }
  ReadStep step;
  step.name = reader->Text(node, "name").value_or("");
  const yaml::Node* call = node.Find("call");
  const yaml::Node* value = node.Find("value");
  if ((call == nullptr) == (value == nullptr)) {
    reader->Report(node, DiagnosticCode::kSpecMissingKey,
                   "a step has either a \"call\" or a \"value\"");
    return;
  }
  cel::Environment own = *environment;
  if (const yaml::Node* list = node.Find("for"); list != nullptr) {
    step.list = reader->Expression(*list, own, {cel::Type::List(cel::Type())});
    const std::string item = reader->Text(node, "as").value_or("item");
    if (CheckName(*list, item, own, reader)) own.AddVariable(item, cel::Type());
  }
  for (const char* key : {"as", "key"}) {
    if (const yaml::Node* found = node.Find(key); found != nullptr && !step.list.has_value()) {
      reader->Report(*found, DiagnosticCode::kSpecMissingKey,
                     absl::StrCat("\"", key, "\" is of an item of \"for\""));
    }
  }
  if (const yaml::Node* condition = node.Find("if"); condition != nullptr) {
    step.condition = reader->Expression(*condition, own, {cel::TypeKind::kBool});
  }
  if (const yaml::Node* key = node.Find("key"); key != nullptr) {
    step.key = reader->Expression(*key, own, {cel::TypeKind::kString});
  }
  if (value != nullptr) step.value = reader->Expression(*value, own, {cel::Type()});
  for (const char* key : {"items", "more", "optional"}) {
    if (const yaml::Node* found = node.Find(key); found != nullptr && call == nullptr) {
      reader->Report(*found, DiagnosticCode::kSpecMissingKey,
                     absl::StrCat("\"", key, "\" is of a \"call\""));
    }
  }
  if (call != nullptr) ReadCallOf(node, *call, &own, reader, &step);
  if (!CheckName(*node.Find("name"), step.name, own, reader)) return;
  environment->AddVariable(step.name, cel::Type());
  steps_.push_back(std::move(step));
}

void ReadRules::ReadCallOf(const yaml::Node& node, const yaml::Node& call,
                           cel::Environment* environment, mapping::SpecReader* reader,
                           ReadStep* step) {
  environment->AddVariable("page", cel::TypeKind::kInt);
  step->call = ReadCallTemplate(call, *environment, reader);
  environment->AddVariable("response", cel::Type());
  if (const yaml::Node* items = node.Find("items"); items != nullptr) {
    step->items = reader->Expression(*items, *environment, {cel::Type::List(cel::Type())});
  }
  if (const yaml::Node* more = node.Find("more"); more != nullptr) {
    step->more = reader->Expression(*more, *environment, {cel::TypeKind::kBool});
    if (node.Find("items") == nullptr) {
      reader->Report(*more, DiagnosticCode::kSpecMissingKey,
                     "\"items\" says what of each page is wanted");
    }
  }
  step->optional = reader->Boolean(node, "optional").value_or(false);
}

absl::StatusOr<std::vector<cel::Value>> ReadRules::Values(const std::string& body) const {
  absl::StatusOr<cel::Value> payload = ParseJsonValue(body);
  if (!payload.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("the body: ", payload.status().message()));
  }
  return std::vector<cel::Value>{*std::move(payload), cel::Value::ObjectRef(&settings_),
                                 cel::Value::ObjectRef(&tables_), cel::Value::Null()};
}

absl::StatusOr<bool> ReadRules::Concerns(const std::string& body) const {
  if (!payload_.has_value()) return false;
  if (!condition_.has_value()) return true;
  WAYPOST_ASSIGN_OR_RETURN(const std::vector<cel::Value> values, Values(body));
  return Holds("if", *condition_, values);
}

absl::StatusOr<std::string> ReadRules::Fetch(const std::string& body, Ask ask) const {
  WAYPOST_ASSIGN_OR_RETURN(std::vector<cel::Value> values, Values(body));
  StepTaker taker(ask);
  for (const ReadStep& step : steps_) {
    WAYPOST_ASSIGN_OR_RETURN(cel::Value value, taker.Take(step, values));
    values.push_back(std::move(value));
  }
  const cel::Value payload = payload_->Evaluate(values);
  if (payload.is_error()) return Failure("payload", payload);
  const absl::StatusOr<std::string> text = JsonText(payload);
  if (!text.ok()) return Named("payload", text.status());
  return text;
}

}  // namespace waypost::connectors
