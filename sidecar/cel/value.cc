// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cel/value.h"

#include <algorithm>

#include "sidecar/cel/comparison.h"
#include "sidecar/cel/time_range.h"

namespace waypost::cel {

struct Value::TextRep final : internal::HeapValue {
  explicit TextRep(std::string owned) : text(std::move(owned)) {}
  std::string text;
};

struct Value::ErrorRep final : internal::HeapValue {
  ErrorRep(std::string what, size_t from, size_t to)
      : message(std::move(what)), begin(from), end(to) {}
  std::string message;
  size_t begin;
  size_t end;
};

struct Value::OptionalRep final : internal::HeapValue {
  explicit OptionalRep(Value held) : value(std::move(held)) {}
  Value value;
};

struct Value::ListRep final : internal::HeapValue {
  explicit ListRep(std::shared_ptr<const cel::List> held) : list(std::move(held)) {}
  std::shared_ptr<const cel::List> list;
};

struct Value::MapRep final : internal::HeapValue {
  explicit MapRep(std::shared_ptr<const cel::Map> held) : map(std::move(held)) {}
  std::shared_ptr<const cel::Map> map;
};

struct Value::ObjectRep final : internal::HeapValue {
  explicit ObjectRep(std::shared_ptr<const cel::Object> held) : object(std::move(held)) {}
  std::shared_ptr<const cel::Object> object;
};

namespace {

class VectorList final : public List {
 public:
  explicit VectorList(std::vector<Value> elements) : elements_(std::move(elements)) {}
  [[nodiscard]] size_t size() const override { return elements_.size(); }
  [[nodiscard]] Value At(size_t index) const override { return elements_[index]; }

 private:
  std::vector<Value> elements_;
};

// Small maps are searched entry by entry; larger ones through an index by hash.
class VectorMap final : public Map {
 public:
  explicit VectorMap(std::vector<std::pair<Value, Value>> entries) : entries_(std::move(entries)) {
    if (entries_.size() > kIndexFrom) {
      for (uint32_t place = 0; place < entries_.size(); ++place) {
        index_.push_back({HashOfKey(entries_[place].first), place});
      }
      std::sort(index_.begin(), index_.end());
    }
  }

  [[nodiscard]] size_t size() const override { return entries_.size(); }
  [[nodiscard]] Value KeyAt(size_t index) const override { return entries_[index].first; }

  [[nodiscard]] bool Find(const Value& key, Value* value) const override {
    const std::pair<Value, Value>* entry = index_.empty() ? Search(key) : SearchIndex(key);
    if (entry == nullptr) {
      return false;
    }
    *value = entry->second;
    return true;
  }

 private:
  static constexpr size_t kIndexFrom = 8;

  [[nodiscard]] const std::pair<Value, Value>* Search(const Value& key) const {
    for (const auto& entry : entries_) {
      if (entry.first == key) {
        return &entry;
      }
    }
    return nullptr;
  }

  [[nodiscard]] const std::pair<Value, Value>* SearchIndex(const Value& key) const {
    const size_t hash = HashOfKey(key);
    auto found = std::lower_bound(index_.begin(), index_.end(), std::pair(hash, uint32_t{0}));
    for (; found != index_.end() && found->first == hash; ++found) {
      if (entries_[found->second].first == key) {
        return &entries_[found->second];
      }
    }
    return nullptr;
  }

  std::vector<std::pair<Value, Value>> entries_;
  std::vector<std::pair<size_t, uint32_t>> index_;
};

}  // namespace

Value Value::Owned(ValueKind kind, const internal::HeapValue* heap) {
  Value result(kind, Storage::kOwned);
  result.payload_.heap = heap;
  return result;
}

void Value::Destroy() {
  if (payload_.heap->references.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    delete payload_.heap;
  }
  storage_ = Storage::kInline;
}

Value Value::String(std::string text) {
  return Owned(ValueKind::kString, new TextRep(std::move(text)));
}

Value Value::Bytes(std::string bytes) {
  return Owned(ValueKind::kBytes, new TextRep(std::move(bytes)));
}

Value Value::Timestamp(absl::Time time) {
  time = std::clamp(time, MinTimestamp(), MaxTimestamp());
  Value result(ValueKind::kTimestamp, Storage::kInline);
  result.payload_.integer = absl::ToUnixSeconds(time);
  result.extra_ = static_cast<uint32_t>(
      absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(result.payload_.integer)));
  return result;
}

Value Value::Duration(absl::Duration duration) {
  duration = std::clamp(duration, -MaxDuration(), MaxDuration());
  const absl::Duration seconds = absl::Floor(duration, absl::Seconds(1));
  Value result(ValueKind::kDuration, Storage::kInline);
  result.payload_.integer = absl::ToInt64Seconds(seconds);
  result.extra_ = static_cast<uint32_t>(absl::ToInt64Nanoseconds(duration - seconds));
  return result;
}

Value Value::List(std::vector<Value> elements) {
  int depth = 0;
  for (const Value& element : elements) {
    depth = std::max(depth, element.NestingDepth());
  }
  Value result = List(std::make_shared<const VectorList>(std::move(elements)));
  result.extra_ = static_cast<uint32_t>(depth + 1);
  return result;
}

Value Value::List(std::shared_ptr<const cel::List> list) {
  return Owned(ValueKind::kList, new ListRep(std::move(list)));
}

Value Value::Map(std::vector<std::pair<Value, Value>> entries) {
  int depth = 0;
  for (const auto& entry : entries) {
    depth = std::max(depth, entry.second.NestingDepth());
  }
  Value result = Map(std::make_shared<const VectorMap>(std::move(entries)));
  result.extra_ = static_cast<uint32_t>(depth + 1);
  return result;
}

Value Value::Map(std::shared_ptr<const cel::Map> map) {
  return Owned(ValueKind::kMap, new MapRep(std::move(map)));
}

Value Value::Object(std::shared_ptr<const cel::Object> object) {
  return Owned(ValueKind::kObject, new ObjectRep(std::move(object)));
}

Value Value::Error(std::string message) {
  return Owned(ValueKind::kError, new ErrorRep(std::move(message), 0, 0));
}

Value Value::OptionalOf(Value value) {
  const int depth = value.NestingDepth();
  Value result = Owned(ValueKind::kOptional, new OptionalRep(std::move(value)));
  result.extra_ = static_cast<uint32_t>(depth + 1);
  return result;
}

Value Value::OptionalNone() { return Value(ValueKind::kOptional, Storage::kInline); }

std::string_view Value::OwnedText() const {
  return static_cast<const TextRep*>(payload_.heap)->text;
}

absl::Time Value::AsTimestamp() const {
  assert(kind_ == ValueKind::kTimestamp);
  return absl::FromUnixSeconds(payload_.integer) + absl::Nanoseconds(extra_);
}

absl::Duration Value::AsDuration() const {
  assert(kind_ == ValueKind::kDuration);
  return absl::Seconds(payload_.integer) + absl::Nanoseconds(extra_);
}

const cel::List& Value::OwnedList() const {
  return *static_cast<const ListRep*>(payload_.heap)->list;
}

const cel::Map& Value::OwnedMap() const { return *static_cast<const MapRep*>(payload_.heap)->map; }

const cel::Object& Value::OwnedObject() const {
  return *static_cast<const ObjectRep*>(payload_.heap)->object;
}

const Value* Value::AsOptional() const {
  assert(kind_ == ValueKind::kOptional);
  return storage_ == Storage::kOwned ? &static_cast<const OptionalRep*>(payload_.heap)->value
                                     : nullptr;
}

const std::string& Value::ErrorMessage() const {
  assert(kind_ == ValueKind::kError);
  return static_cast<const ErrorRep*>(payload_.heap)->message;
}

size_t Value::ErrorBegin() const {
  assert(kind_ == ValueKind::kError);
  return static_cast<const ErrorRep*>(payload_.heap)->begin;
}

size_t Value::ErrorEnd() const {
  assert(kind_ == ValueKind::kError);
  return static_cast<const ErrorRep*>(payload_.heap)->end;
}

Value Value::ErrorAt(size_t begin, size_t end) const {
  return ErrorEnd() != 0 ? *this
                         : Owned(ValueKind::kError, new ErrorRep(ErrorMessage(), begin, end));
}

int Value::NestingDepth() const {
  const bool nests =
      storage_ == Storage::kOwned &&
      (kind_ == ValueKind::kList || kind_ == ValueKind::kMap || kind_ == ValueKind::kOptional);
  return nests ? static_cast<int>(extra_) : 0;
}

bool operator==(const Value& left, const Value& right) {
  Budget unlimited;
  return Equal(left, right, &unlimited);
}

}  // namespace waypost::cel
