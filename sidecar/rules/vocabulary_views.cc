// SPDX-License-Identifier: Apache-2.0
#include "sidecar/rules/vocabulary_views.h"

#include <algorithm>
#include <string_view>

#include "absl/time/time.h"
#include "sidecar/base/proto_time.h"
#include "sidecar/rules/vocabulary_object.h"

namespace waypost::rules {

bool TextMap::Find(const cel::Value& key, cel::Value* value) const {
  if (key.kind() != cel::ValueKind::kString) {
    return false;
  }
  const auto found = texts_.find(key.AsString());
  if (found == texts_.end()) {
    return false;
  }
  *value = cel::Value::StringView(found->second);
  return true;
}

cel::Value TextMap::KeyAt(size_t index) const {
  if (keys_.size() != texts_.size()) {
    keys_.clear();
    for (const auto& entry : texts_) {
      keys_.push_back(&entry.first);
    }
    std::sort(keys_.begin(), keys_.end(),
              [](const std::string* left, const std::string* right) { return *left < *right; });
  }
  return cel::Value::StringView(*keys_[index]);
}

cel::Value TimestampValue(const google::protobuf::Timestamp& timestamp) {
  return cel::Value::Timestamp(FromProto(timestamp));
}

cel::Value DurationValue(const google::protobuf::Duration& duration) {
  return cel::Value::Duration(absl::Seconds(duration.seconds()) +
                              absl::Nanoseconds(duration.nanos()));
}

bool IsSet(const cel::Value& value) {
  switch (value.kind()) {
    case cel::ValueKind::kNull:
    case cel::ValueKind::kError:
      return false;
    case cel::ValueKind::kBool:
      return value.AsBool();
    case cel::ValueKind::kInt:
      return value.AsInt() != 0;
    case cel::ValueKind::kString:
      return !value.AsString().empty();
    case cel::ValueKind::kDuration:
      return value.AsDuration() != absl::ZeroDuration();
    case cel::ValueKind::kList:
      return value.AsList().size() != 0;
    case cel::ValueKind::kMap:
      return value.AsMap().size() != 0;
    default:
      return true;
  }
}

}  // namespace waypost::rules
