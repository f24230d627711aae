// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/json_value.h"

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "sidecar/text/absl_view.h"
#include "sidecar/text/quote.h"

namespace waypost::connectors {
namespace {

class JsonObject final : public cel::Map {
 public:
  // False when the key is there already.
  bool Add(std::string key, cel::Value value) {
    if (!places_.try_emplace(key, keys_.size()).second) return false;
    keys_.push_back(std::move(key));
    values_.push_back(std::move(value));
    return true;
  }

  [[nodiscard]] size_t size() const override { return keys_.size(); }
  [[nodiscard]] cel::Value KeyAt(size_t index) const override {
    return cel::Value::StringView(keys_[index]);
  }
  [[nodiscard]] bool Find(const cel::Value& key, cel::Value* value) const override {
    if (key.kind() != cel::ValueKind::kString) return false;
    const auto found = places_.find(AbslView(key.AsString()));
    if (found == places_.end()) return false;
    *value = values_[found->second];
    return true;
  }

 private:
  std::vector<std::string> keys_;
  std::vector<cel::Value> values_;
  absl::flat_hash_map<std::string, size_t> places_;
};

// Builds the value from the reader's calls, whose names and types are the reader's. After the first
// problem it stops.
class ValueBuilder {
 public:
  using Text = nlohmann::json::string_t;

  [[nodiscard]] const std::string& problem() const { return problem_; }
  [[nodiscard]] cel::Value Take() { return std::move(root_); }

  bool null() { return Place(cel::Value::Null()); }
  bool boolean(bool value) { return Place(cel::Value::Bool(value)); }
  bool number_integer(int64_t value) { return Place(cel::Value::Int(value)); }
  bool number_unsigned(uint64_t value) {
    return Place(value <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max())
                     ? cel::Value::Int(static_cast<int64_t>(value))
                     : cel::Value::Uint(value));
  }
  bool number_float(double value, const Text& /*text*/) { return Place(cel::Value::Double(value)); }
  bool string(Text& value) { return Place(cel::Value::String(std::move(value))); }
  bool binary(nlohmann::json::binary_t& /*value*/) { return false; }
  bool start_object(size_t /*size*/) {
    Frame frame;
    frame.object = std::make_shared<JsonObject>();
    return Open(std::move(frame));
  }
  bool key(Text& value) {
    frames_.back().key = std::move(value);
    return true;
  }
  bool end_object() {
    const std::shared_ptr<JsonObject> object = std::move(frames_.back().object);
    frames_.pop_back();
    return Place(cel::Value::Map(std::shared_ptr<const cel::Map>(object)));
  }
  bool start_array(size_t /*size*/) { return Open(Frame()); }
  bool end_array() {
    std::vector<cel::Value> elements = std::move(frames_.back().elements);
    frames_.pop_back();
    return Place(cel::Value::List(std::move(elements)));
  }
  bool parse_error(size_t position, const std::string& /*token*/,
                   const nlohmann::json::exception& /*error*/) {
    return Stop(absl::StrCat("it is no JSON from byte ", position, " on"));
  }

 private:
  struct Frame {
    std::shared_ptr<JsonObject> object;  // null for a list
    std::string key;
    std::vector<cel::Value> elements;
  };

  bool Open(Frame frame) {
    if (frames_.size() >= static_cast<size_t>(kMaxJsonDepth)) {
      return Stop(absl::StrCat("it nests more than ", kMaxJsonDepth, " deep"));
    }
    frames_.push_back(std::move(frame));
    return true;
  }

  bool Place(cel::Value value) {
    if (frames_.empty()) {
      root_ = std::move(value);
      return true;
    }
    Frame& frame = frames_.back();
    if (frame.object == nullptr) {
      frame.elements.push_back(std::move(value));
      return true;
    }
    if (frame.object->Add(frame.key, std::move(value))) return true;
    return Stop(absl::StrCat("an object has the key ", Quote(frame.key), " twice"));
  }

  bool Stop(std::string problem) {
    problem_ = std::move(problem);
    return false;
  }

  std::vector<Frame> frames_;
  cel::Value root_;
  std::string problem_;
};

}  // namespace

absl::StatusOr<cel::Value> ParseJsonValue(std::string_view text) {
  ValueBuilder builder;
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder)) {
    return absl::InvalidArgumentError(builder.problem());
  }
  return builder.Take();
}

}  // namespace waypost::connectors
