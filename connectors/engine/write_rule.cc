// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/write_rule.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "connectors/engine/action_value.h"
#include "connectors/engine/json_value.h"
#include "sidecar/base/status_macros.h"

namespace waypost::connectors {
namespace {

std::vector<std::string> KindWords() {
  std::vector<std::string> words;
  for (int kind = v1::ActionKind_MIN + 1; kind <= v1::ActionKind_MAX; ++kind) {
    words.emplace_back(ActionKindWord(static_cast<v1::ActionKind>(kind)));
  }
  return words;
}

}  // namespace

void WriteRules::Read(const yaml::Node& node, mapping::SpecReader* reader) {
  if (!reader->CheckMapping(node, {"url", "headers", "login", "find", "actions"},
                            {"url", "actions"})) {
    return;
  }
  const cel::Type settings = cel::Type::Object(&settings_.type());
  const cel::Type tables = cel::Type::Object(&tables_.type());
  for (cel::Environment* environment : {&call_environment_, &answer_environment_}) {
    environment->AddVariable("action", cel::Type::Map(cel::TypeKind::kString, cel::Type()));
    environment->AddVariable("settings", settings);
    environment->AddVariable("tables", tables);
    environment->AddVariable("found", cel::Type());
    environment->AddVariable("secret", cel::TypeKind::kString);
  }
  answer_environment_.AddVariable("response", cel::Type());
  answer_environment_.AddVariable("started_at", cel::TypeKind::kTimestamp);
  address_.Read(node, TokenUse::kToken, reader);
  if (const yaml::Node* login = node.Find("login"); login != nullptr) {
    login_ = ReadInquiry(*login, reader);
  }
  if (const yaml::Node* find = node.Find("find"); find != nullptr) {
    search_ = ReadInquiry(*find, reader);
  }
  for (const yaml::Node* item : reader->Items(node, "actions")) ReadRule(*item, reader);
}

Inquiry WriteRules::ReadInquiry(const yaml::Node& node, mapping::SpecReader* reader) {
  Inquiry inquiry;
  if (!reader->CheckMapping(node, {"call", "value"}, {"call", "value"})) return inquiry;
  if (const yaml::Node* call = node.Find("call"); call != nullptr) {
    inquiry.call = ReadCallTemplate(*call, call_environment_, reader).value_or(CallTemplate());
  }
  if (const yaml::Node* value = node.Find("value"); value != nullptr) {
    inquiry.value = reader->Expression(*value, answer_environment_, {cel::Type()});
  }
  return inquiry;
}

void WriteRules::ReadRule(const yaml::Node& node, mapping::SpecReader* reader) {
  if (!reader->CheckMapping(node, {"kinds", "if", "call", "repeatable", "success", "verify"},
                            {"kinds", "call"})) {
    return;
  }
  WriteRule rule;
  rule.kinds = reader->Texts(node, "kinds");
  const std::vector<std::string> known = KindWords();
  for (const std::string& kind : rule.kinds) {
    if (std::find(known.begin(), known.end(), kind) == known.end()) {
      reader->Report(*node.Find("kinds"), DiagnosticCode::kSpecBadValue,
                     absl::StrCat("there is no kind of action \"", kind, "\""));
    }
  }
  if (const yaml::Node* condition = node.Find("if"); condition != nullptr) {
    rule.condition = reader->Expression(*condition, call_environment_, {cel::TypeKind::kBool});
  }
  if (const yaml::Node* call = node.Find("call"); call != nullptr) {
    rule.call = ReadCallTemplate(*call, call_environment_, reader).value_or(CallTemplate());
  }
  rule.repeatable = reader->Boolean(node, "repeatable").value_or(false);
  if (const yaml::Node* success = node.Find("success"); success != nullptr) {
    rule.success = reader->Expression(*success, answer_environment_, {cel::TypeKind::kBool});
  }
  if (const yaml::Node* verify = node.Find("verify");
      verify != nullptr && reader->CheckMapping(*verify, {"call", "done"}, {"call", "done"})) {
    if (const yaml::Node* call = verify->Find("call"); call != nullptr) {
      rule.verify_call = ReadCallTemplate(*call, call_environment_, reader);
    }
    if (const yaml::Node* done = verify->Find("done"); done != nullptr) {
      rule.verify = reader->Expression(*done, answer_environment_, {cel::TypeKind::kBool});
    }
  }
  rules_.push_back(std::move(rule));
}

std::vector<cel::Value> WriteRules::Values(const v1::Action& action, const cel::Value& found,
                                           const std::string& secret) const {
  return {ActionValue(action, survey_links_), cel::Value::ObjectRef(&settings_),
          cel::Value::ObjectRef(&tables_), found, cel::Value::String(secret)};
}

absl::StatusOr<const WriteRule*> WriteRules::Find(const v1::Action& action) const {
  const std::string kind(ActionKindWord(action.kind()));
  const std::vector<cel::Value> values = Values(action, cel::Value::Null(), "");
  for (const WriteRule& rule : rules_) {
    if (std::find(rule.kinds.begin(), rule.kinds.end(), kind) == rule.kinds.end()) continue;
    if (!rule.condition.has_value()) return &rule;
    const cel::Value holds = rule.condition->Evaluate(values);
    if (holds.is_error()) return absl::InvalidArgumentError("if: " + holds.ErrorMessage());
    if (holds.kind() == cel::ValueKind::kBool && holds.AsBool()) return &rule;
  }
  return nullptr;
}

absl::StatusOr<ToolCall> WriteRules::Call(const CallTemplate& call, const v1::Action& action,
                                          const cel::Value& found,
                                          const Credentials& credentials) const {
  WAYPOST_ASSIGN_OR_RETURN(ToolCall made,
                           MakeCall(call, Values(action, found, credentials.secret)));
  WAYPOST_RETURN_IF_ERROR(address_.AddHeaders(credentials, &made));
  return made;
}

absl::StatusOr<ToolCall> WriteRules::LoginCall(const std::string& secret) const {
  return MakeCall(login_->call, Values({}, cel::Value::Null(), secret));
}

absl::StatusOr<cel::Value> WriteRules::Answered(const cel::Program& program,
                                                const v1::Action& action, const cel::Value& found,
                                                const ToolAnswer& answer,
                                                absl::Time started_at) const {
  std::vector<cel::Value> values = Values(action, found, "");
  const absl::StatusOr<cel::Value> response = ParseJsonValue(answer.body);
  if (!response.ok()) return absl::InvalidArgumentError("the tool's answer is no JSON");
  values.push_back(*response);
  values.push_back(cel::Value::Timestamp(started_at));
  cel::Value value = program.Evaluate(values);
  if (value.is_error()) return absl::InvalidArgumentError(value.ErrorMessage());
  return value;
}

absl::StatusOr<bool> WriteRules::Holds(const cel::Program& program, const v1::Action& action,
                                       const cel::Value& found, const ToolAnswer& answer,
                                       absl::Time started_at) const {
  WAYPOST_ASSIGN_OR_RETURN(const cel::Value holds,
                           Answered(program, action, found, answer, started_at));
  return holds.kind() == cel::ValueKind::kBool && holds.AsBool();
}

absl::StatusOr<cel::Value> WriteRules::Found(const v1::Action& action,
                                             const ToolAnswer& answer) const {
  absl::StatusOr<cel::Value> found =
      Answered(*search_->value, action, cel::Value::Null(), answer, absl::InfinitePast());
  if (found.ok() && !found->is_null()) return found;
  return absl::NotFoundError("the tool does not find the ticket");
}

absl::StatusOr<std::string> WriteRules::Token(const ToolAnswer& answer) const {
  const absl::StatusOr<cel::Value> token =
      Answered(*login_->value, {}, cel::Value::Null(), answer, absl::InfinitePast());
  if (!token.ok() || token->kind() != cel::ValueKind::kString || token->AsString().empty()) {
    return absl::NotFoundError("the tool gave no token");
  }
  return std::string(token->AsString());
}

}  // namespace waypost::connectors
