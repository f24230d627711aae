// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/call_template.h"

#include "absl/strings/str_cat.h"
#include "connectors/engine/json_text.h"
#include "connectors/engine/percent_encoding.h"
#include "sidecar/base/status_macros.h"

namespace waypost::connectors {
namespace {

const std::vector<std::string> kMethods = {"GET", "POST", "PUT", "PATCH"};

absl::StatusOr<std::string> FormText(const cel::Value& value) {
  if (value.kind() == cel::ValueKind::kString) return std::string(value.AsString());
  return JsonText(value);
}

using NamedTemplates = std::vector<std::pair<std::string, cel::Template>>;

NamedTemplates ReadTemplates(const yaml::Node& mapping, const char* key,
                             const cel::Environment& environment, mapping::SpecReader* reader) {
  NamedTemplates templates;
  const yaml::Node* node = mapping.Find(key);
  if (node == nullptr) return templates;
  if (node->kind != yaml::NodeKind::kMapping) {
    reader->Report(*node, DiagnosticCode::kSpecWrongType, "expected a mapping of names to texts");
    return templates;
  }
  for (const yaml::Entry& entry : node->entries) {
    auto compiled = ReadTemplate(*entry.value, environment, reader);
    if (compiled.has_value()) templates.emplace_back(entry.key, *std::move(compiled));
  }
  return templates;
}

}  // namespace

std::optional<cel::Template> ReadTemplate(const yaml::Node& node,
                                          const cel::Environment& environment,
                                          mapping::SpecReader* reader) {
  const std::optional<std::string> text = reader->Text(node);
  if (!text.has_value()) return std::nullopt;
  std::vector<cel::Issue> issues;
  std::optional<cel::Template> compiled = cel::Template::Compile(*text, environment, &issues);
  for (cel::Issue& issue : issues) {
    reader->ReportAt(node, issue.begin, DiagnosticCode::kSpecExpression, std::move(issue.message));
  }
  return compiled;
}

std::optional<CallTemplate> ReadCallTemplate(const yaml::Node& node,
                                             const cel::Environment& environment,
                                             mapping::SpecReader* reader) {
  CallTemplate call;
  if (!reader->CheckMapping(node, {"method", "path", "query", "body", "form"},
                            {"method", "path"})) {
    return std::nullopt;
  }
  call.method = reader->Choice(node, "method", kMethods).value_or("");
  for (const yaml::Node* segment : reader->Items(node, "path")) {
    auto compiled = ReadTemplate(*segment, environment, reader);
    if (compiled.has_value()) call.path.push_back(*std::move(compiled));
  }
  call.query = ReadTemplates(node, "query", environment, reader);
  if (const yaml::Node* body = node.Find("body"); body != nullptr) {
    call.body = reader->Expression(*body, environment, {cel::Type()});
  }
  if (const yaml::Node* form = node.Find("form");
      form != nullptr && form->kind == yaml::NodeKind::kMapping) {
    for (const yaml::Entry& entry : form->entries) {
      auto program = reader->Expression(*entry.value, environment, {cel::Type()});
      if (program.has_value()) call.form.emplace_back(entry.key, *std::move(program));
    }
  }
  return call;
}

absl::StatusOr<ToolCall> MakeCall(const CallTemplate& call, cel::Activation values) {
  ToolCall made;
  made.method = call.method;
  for (const cel::Template& segment : call.path) {
    WAYPOST_ASSIGN_OR_RETURN(const std::string text, segment.Render(values));
    if (text.empty() || text == "." || text == "..") {
      return absl::InvalidArgumentError("a part of the path is empty");
    }
    absl::StrAppend(&made.path, "/", PercentEncoded(text));
  }
  char before = '?';
  for (const auto& [name, value] : call.query) {
    WAYPOST_ASSIGN_OR_RETURN(const std::string text, value.Render(values));
    if (text.empty()) continue;
    absl::StrAppend(&made.path, std::string(1, before), PercentEncoded(name), "=",
                    PercentEncoded(text));
    before = '&';
  }
  if (call.body.has_value()) {
    WAYPOST_ASSIGN_OR_RETURN(made.body, JsonText(call.body->Evaluate(values)));
  }
  for (const auto& [name, program] : call.form) {
    WAYPOST_ASSIGN_OR_RETURN(const std::string text, FormText(program.Evaluate(values)));
    absl::StrAppend(&made.body, made.body.empty() ? "" : "&", PercentEncoded(name), "=",
                    PercentEncoded(text));
    made.content_type = "application/x-www-form-urlencoded";
  }
  return made;
}

void ToolAddress::Read(const yaml::Node& node, TokenUse tokens, mapping::SpecReader* reader) {
  cel::Environment environment;
  environment.AddVariable("settings", cel::Type::Object(&settings_.type()));
  environment.AddVariable("secret", cel::TypeKind::kString);
  if (tokens == TokenUse::kToken) environment.AddVariable("token", cel::TypeKind::kString);
  if (const yaml::Node* url = node.Find("url"); url != nullptr) {
    url_ = ReadTemplate(*url, environment, reader);
  }
  headers_ = ReadTemplates(node, "headers", environment, reader);
}

std::string ToolAddress::Url() const {
  const std::vector<cel::Value> values = {cel::Value::ObjectRef(&settings_),
                                          cel::Value::StringView(""), cel::Value::StringView("")};
  return url_.has_value() ? url_->Render(values).value_or("") : "";
}

absl::Status ToolAddress::AddHeaders(const Credentials& credentials, ToolCall* call) const {
  const std::vector<cel::Value> values = {cel::Value::ObjectRef(&settings_),
                                          cel::Value::StringView(credentials.secret),
                                          cel::Value::StringView(credentials.token)};
  for (const auto& [name, value] : headers_) {
    WAYPOST_ASSIGN_OR_RETURN(std::string text, value.Render(values));
    call->headers.emplace_back(name, std::move(text));
  }
  return absl::OkStatus();
}

}  // namespace waypost::connectors
