// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/value_json.h"

#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "sidecar/cel/text_form.h"

namespace waypost::cel {
namespace {

using Json = google::protobuf::Value;

// Lives as long as the process: types as values borrow their names.
std::string_view Kept(const std::string& name) {
  static auto* const names = new std::map<std::string, std::unique_ptr<std::string>>();
  std::unique_ptr<std::string>& kept = (*names)[name];
  if (kept == nullptr) {
    kept = std::make_unique<std::string>(name);
  }
  return *kept;
}

// JSON leaves out empty repeated fields.
const google::protobuf::ListValue& Repeated(const Json& message, const char* field) {
  const auto found = message.struct_value().fields().find(field);
  return found == message.struct_value().fields().end()
             ? google::protobuf::ListValue::default_instance()
             : found->second.list_value();
}

double DoubleOf(const Json& json) {
  if (json.kind_case() == Json::kNumberValue) {
    return json.number_value();
  }
  double number = 0;
  return absl::SimpleAtod(json.string_value(), &number) ? number : 0;
}

std::optional<Value> ListFromJson(const Json& json) {
  std::vector<Value> elements;
  for (const Json& element : Repeated(json, "values").values()) {
    std::optional<Value> value = ValueFromJson(element);
    if (!value) {
      return std::nullopt;
    }
    elements.push_back(*std::move(value));
  }
  return Value::List(std::move(elements));
}

std::optional<Value> MapFromJson(const Json& json) {
  std::vector<std::pair<Value, Value>> entries;
  for (const Json& entry : Repeated(json, "entries").values()) {
    std::optional<Value> key = ValueFromJson(entry.struct_value().fields().at("key"));
    std::optional<Value> value = ValueFromJson(entry.struct_value().fields().at("value"));
    if (!key || !value) {
      return std::nullopt;
    }
    entries.emplace_back(*std::move(key), *std::move(value));
  }
  return Value::Map(std::move(entries));
}

std::optional<Value> ObjectFromJson(const Json& json) {
  const auto& fields = json.struct_value().fields();
  const auto text = fields.find("value");
  if (text == fields.end()) {
    return std::nullopt;
  }
  const std::string& type = fields.at("@type").string_value();
  absl::Time time;
  absl::Duration duration;
  if (type == "type.googleapis.com/google.protobuf.Timestamp" &&
      ReadTimestamp(text->second.string_value(), &time)) {
    return Value::Timestamp(time);
  }
  if (type == "type.googleapis.com/google.protobuf.Duration" &&
      ReadDuration(text->second.string_value(), &duration)) {
    return Value::Duration(duration);
  }
  return std::nullopt;
}

std::optional<Value> NumberFromJson(const std::string& kind, const Json& json) {
  int64_t integer = 0;
  uint64_t unsigned_integer = 0;
  if (kind == "doubleValue") {
    return Value::Double(DoubleOf(json));
  }
  if (kind == "int64Value" && absl::SimpleAtoi(json.string_value(), &integer)) {
    return Value::Int(integer);
  }
  if (kind == "uint64Value" && absl::SimpleAtoi(json.string_value(), &unsigned_integer)) {
    return Value::Uint(unsigned_integer);
  }
  return std::nullopt;
}

bool IdenticalLists(const List& left, const List& right) {
  if (left.size() != right.size()) {
    return false;
  }
  for (size_t i = 0; i < left.size(); ++i) {
    if (!Identical(left.At(i), right.At(i))) {
      return false;
    }
  }
  return true;
}

// Keys count by CEL's equality: a map cannot hold both 1 and 1u.
bool IdenticalMaps(const Map& left, const Map& right) {
  if (left.size() != right.size()) {
    return false;
  }
  for (size_t i = 0; i < left.size(); ++i) {
    const Value key = left.KeyAt(i);
    Value left_value;
    Value right_value;
    if (!left.Find(key, &left_value) || !right.Find(key, &right_value) ||
        !Identical(left_value, right_value)) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::optional<Value> ValueFromJson(const Json& json) {
  if (json.struct_value().fields().size() != 1) {
    return std::nullopt;
  }
  const auto& [kind, content] = *json.struct_value().fields().begin();
  if (kind == "nullValue") {
    return Value::Null();
  }
  if (kind == "boolValue") {
    return Value::Bool(content.bool_value());
  }
  if (kind == "stringValue") {
    return Value::String(content.string_value());
  }
  if (kind == "bytesValue") {
    std::string bytes;
    return absl::Base64Unescape(content.string_value(), &bytes)
               ? std::optional(Value::Bytes(std::move(bytes)))
               : std::nullopt;
  }
  if (kind == "typeValue") {
    return Value::TypeName(Kept(content.string_value()));
  }
  if (kind == "listValue") {
    return ListFromJson(content);
  }
  if (kind == "mapValue") {
    return MapFromJson(content);
  }
  return kind == "objectValue" ? ObjectFromJson(content) : NumberFromJson(kind, content);
}

bool Identical(const Value& left, const Value& right) {
  if (left.kind() != right.kind()) {
    return false;
  }
  switch (left.kind()) {
    case ValueKind::kDouble:
      return left.AsDouble() == right.AsDouble() ||
             (std::isnan(left.AsDouble()) && std::isnan(right.AsDouble()));
    case ValueKind::kList:
      return IdenticalLists(left.AsList(), right.AsList());
    case ValueKind::kMap:
      return IdenticalMaps(left.AsMap(), right.AsMap());
    default:
      return left == right;
  }
}

}  // namespace waypost::cel
