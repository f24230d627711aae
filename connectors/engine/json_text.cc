// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/json_text.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "sidecar/base/status_macros.h"
#include "sidecar/cel/text_form.h"

namespace waypost::connectors {
namespace {

using Json = nlohmann::json;

absl::StatusOr<Json> ToJson(const cel::Value& value);

absl::StatusOr<Json> ListToJson(const cel::List& list) {
  Json json = Json::array();
  for (size_t at = 0; at < list.size(); ++at) {
    WAYPOST_ASSIGN_OR_RETURN(Json item, ToJson(list.At(at)));
    json.push_back(std::move(item));
  }
  return json;
}

absl::StatusOr<Json> MapToJson(const cel::Map& map) {
  Json json = Json::object();
  for (size_t at = 0; at < map.size(); ++at) {
    const cel::Value key = map.KeyAt(at);
    cel::Value value;
    if (key.kind() != cel::ValueKind::kString || !map.Find(key, &value)) {
      return absl::InvalidArgumentError("JSON has no object with keys that are no texts");
    }
    if (value.kind() == cel::ValueKind::kOptional && value.AsOptional() == nullptr) continue;
    WAYPOST_ASSIGN_OR_RETURN(json[std::string(key.AsString())], ToJson(value));
  }
  return json;
}

absl::StatusOr<Json> ToJson(const cel::Value& value) {
  switch (value.kind()) {
    case cel::ValueKind::kNull:
      return Json();
    case cel::ValueKind::kBool:
      return Json(value.AsBool());
    case cel::ValueKind::kInt:
      return Json(value.AsInt());
    case cel::ValueKind::kUint:
      return Json(value.AsUint());
    case cel::ValueKind::kDouble:
      if (!std::isfinite(value.AsDouble())) break;
      return Json(value.AsDouble());
    case cel::ValueKind::kString:
      return Json(std::string(value.AsString()));
    case cel::ValueKind::kTimestamp:
    case cel::ValueKind::kDuration:
      return Json(cel::TextForm(value));
    case cel::ValueKind::kList:
      return ListToJson(value.AsList());
    case cel::ValueKind::kMap:
      return MapToJson(value.AsMap());
    case cel::ValueKind::kOptional:
      return value.AsOptional() == nullptr ? Json() : ToJson(*value.AsOptional());
    case cel::ValueKind::kError:
      return absl::InvalidArgumentError(value.ErrorMessage());
    default:
      break;
  }
  return absl::InvalidArgumentError(absl::StrCat("JSON has nothing for ", value.ToDisplayString()));
}

}  // namespace

absl::StatusOr<std::string> JsonText(const cel::Value& value) {
  WAYPOST_ASSIGN_OR_RETURN(const Json json, ToJson(value));
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace waypost::connectors
