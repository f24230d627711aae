// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "sidecar/cel/type.h"

namespace waypost::cel {

class Value;

// A host object: how programs read `ticket.priority` without a copy of the ticket. Field numbers
// are those of type().fields(). Implementations outlive the evaluation and are not changed by it.
class Object {
 public:
  virtual ~Object() = default;
  [[nodiscard]] virtual const ObjectType& type() const = 0;
  // The field's value, of the declared type; its default when unset ("" / 0 / null where the type
  // may be null: timestamps, durations, objects).
  [[nodiscard]] virtual Value Get(int field) const = 0;
  // What the macro has() answers.
  [[nodiscard]] virtual bool Has(int field) const = 0;
};

// A list or a map that the host provides without copying; elements are made on demand.
class List {
 public:
  virtual ~List() = default;
  [[nodiscard]] virtual size_t size() const = 0;
  // `index` < size().
  [[nodiscard]] virtual Value At(size_t index) const = 0;
};
class Map {
 public:
  virtual ~Map() = default;
  [[nodiscard]] virtual size_t size() const = 0;
  // Writes the value under `key`, which may be of any kind, and returns true; or returns false.
  [[nodiscard]] virtual bool Find(const Value& key, Value* value) const = 0;
  // In a fixed order; `index` < size().
  [[nodiscard]] virtual Value KeyAt(size_t index) const = 0;
};

enum class ValueKind : uint8_t {
  kError,
  kNull,
  kBool,
  kInt,
  kUint,
  kDouble,
  kString,
  kBytes,
  kTimestamp,
  kDuration,
  kList,
  kMap,
  kObject,
  kType,
  kOptional,
};

namespace internal {
// What an owning value shares with its copies.
struct HeapValue {
  virtual ~HeapValue() = default;
  mutable std::atomic<int> references{1};
};
}  // namespace internal

// A run-time value: 16 bytes, cheap to move. Text, lists, maps and objects are either borrowed
// from the host, who keeps them alive and unchanged as long as any copy of the value, or owned and
// shared by reference count. Immutable; copies may be used from different threads.
//
// Getters may be called only for the kind they name.
class Value {
 public:
  Value() = default;  // null

  static Value Null() { return Value(); }
  static Value Bool(bool value);
  static Value Int(int64_t value);
  static Value Uint(uint64_t value);
  static Value Double(double value);
  // UTF-8. The first owns the text, the second borrows it. At most 4 GiB.
  static Value String(std::string text);
  static Value StringView(std::string_view text);
  static Value Bytes(std::string bytes);
  static Value BytesView(std::string_view bytes);
  // Kept to the nanosecond; clamped to CEL's years 0001 to 9999.
  static Value Timestamp(absl::Time time);
  // Kept to the nanosecond; clamped to CEL's range of about 10,000 years either way.
  static Value Duration(absl::Duration duration);
  static Value List(std::vector<Value> elements);
  static Value List(std::shared_ptr<const cel::List> list);
  static Value BorrowedList(const cel::List* list);
  // Keys must differ and be bools, integers or strings; entries keep their order.
  static Value Map(std::vector<std::pair<Value, Value>> entries);
  static Value Map(std::shared_ptr<const cel::Map> map);
  static Value BorrowedMap(const cel::Map* map);
  static Value ObjectRef(const Object* object);
  static Value Object(std::shared_ptr<const cel::Object> object);
  // An evaluation that failed. One clause without a full stop; the program that meets it adds the
  // place.
  static Value Error(std::string message);
  // A type as a value, by the name type() gives: "int", "google.protobuf.Timestamp". Borrowed.
  static Value TypeName(std::string_view name);
  static Value OptionalOf(Value value);
  static Value OptionalNone();

  Value(const Value& other) noexcept;
  Value(Value&& other) noexcept;
  Value& operator=(const Value& other) noexcept;
  Value& operator=(Value&& other) noexcept;
  ~Value() { Release(); }

  [[nodiscard]] ValueKind kind() const { return kind_; }
  [[nodiscard]] bool is_error() const { return kind_ == ValueKind::kError; }
  [[nodiscard]] bool is_null() const { return kind_ == ValueKind::kNull; }

  [[nodiscard]] bool AsBool() const;
  [[nodiscard]] int64_t AsInt() const;
  [[nodiscard]] uint64_t AsUint() const;
  [[nodiscard]] double AsDouble() const;
  // Views live as long as this value or, when borrowed, what it was borrowed from.
  [[nodiscard]] std::string_view AsString() const;
  [[nodiscard]] std::string_view AsBytes() const;
  [[nodiscard]] std::string_view AsTypeName() const;
  [[nodiscard]] absl::Time AsTimestamp() const;
  [[nodiscard]] absl::Duration AsDuration() const;
  [[nodiscard]] const cel::List& AsList() const;
  [[nodiscard]] const cel::Map& AsMap() const;
  [[nodiscard]] const cel::Object& AsObject() const;
  // The value within, or null for none.
  [[nodiscard]] const Value* AsOptional() const;
  // May quote values that the expression met: not for logs.
  [[nodiscard]] const std::string& ErrorMessage() const;
  // Where in the source the failure arose, in bytes; begin == end when not known.
  [[nodiscard]] size_t ErrorBegin() const;
  [[nodiscard]] size_t ErrorEnd() const;
  // The same error with a place, unless it has one already.
  [[nodiscard]] Value ErrorAt(size_t begin, size_t end) const;

  // How deeply lists, maps and optionals made by expressions lie in one another; 0 for all others.
  [[nodiscard]] int NestingDepth() const;

  // CEL's equality: numbers by value whatever their kinds, lists and maps by content, NaN unequal
  // to itself. Values of different kinds are unequal; so is an error to anything.
  friend bool operator==(const Value& left, const Value& right);

  // For messages: "P1" with quotes, 3, [1, 2], 2026-03-01T09:00:00Z. Shortened to about 200 bytes.
  [[nodiscard]] std::string ToDisplayString() const;

 private:
  enum class Storage : uint8_t { kInline, kBorrowed, kOwned };
  struct TextRep;
  struct ErrorRep;
  struct OptionalRep;
  struct ListRep;
  struct MapRep;
  struct ObjectRep;
  union Payload {
    bool boolean;
    int64_t integer;
    uint64_t unsigned_integer;
    double number;
    const char* text;
    const internal::HeapValue* heap;
    const cel::List* list;
    const cel::Map* map;
    const cel::Object* object;
  };

  Value(ValueKind kind, Storage storage) : kind_(kind), storage_(storage) {}
  static Value Owned(ValueKind kind, const internal::HeapValue* heap);
  static Value BorrowedText(ValueKind kind, std::string_view text);
  [[nodiscard]] std::string_view Text() const;
  [[nodiscard]] std::string_view OwnedText() const;
  [[nodiscard]] const cel::List& OwnedList() const;
  [[nodiscard]] const cel::Map& OwnedMap() const;
  [[nodiscard]] const cel::Object& OwnedObject() const;
  void Release();
  void Destroy();

  ValueKind kind_ = ValueKind::kNull;
  Storage storage_ = Storage::kInline;
  uint32_t extra_ = 0;  // bytes of borrowed text, nanoseconds of a time, nesting of an owned list
  Payload payload_ = {.integer = 0};
};

static_assert(sizeof(Value) == 16);

inline Value Value::Bool(bool value) {
  Value result(ValueKind::kBool, Storage::kInline);
  result.payload_.boolean = value;
  return result;
}

inline Value Value::Int(int64_t value) {
  Value result(ValueKind::kInt, Storage::kInline);
  result.payload_.integer = value;
  return result;
}

inline Value Value::Uint(uint64_t value) {
  Value result(ValueKind::kUint, Storage::kInline);
  result.payload_.unsigned_integer = value;
  return result;
}

inline Value Value::Double(double value) {
  Value result(ValueKind::kDouble, Storage::kInline);
  result.payload_.number = value;
  return result;
}

inline Value Value::BorrowedText(ValueKind kind, std::string_view text) {
  Value result(kind, Storage::kBorrowed);
  result.extra_ = static_cast<uint32_t>(text.size());
  result.payload_.text = text.data();
  return result;
}

inline Value Value::StringView(std::string_view text) {
  return BorrowedText(ValueKind::kString, text);
}

inline Value Value::BytesView(std::string_view bytes) {
  return BorrowedText(ValueKind::kBytes, bytes);
}

inline Value Value::TypeName(std::string_view name) { return BorrowedText(ValueKind::kType, name); }

inline Value Value::BorrowedList(const cel::List* list) {
  Value result(ValueKind::kList, Storage::kBorrowed);
  result.payload_.list = list;
  return result;
}

inline Value Value::BorrowedMap(const cel::Map* map) {
  Value result(ValueKind::kMap, Storage::kBorrowed);
  result.payload_.map = map;
  return result;
}

inline Value Value::ObjectRef(const cel::Object* object) {
  Value result(ValueKind::kObject, Storage::kBorrowed);
  result.payload_.object = object;
  return result;
}

inline Value::Value(const Value& other) noexcept
    : kind_(other.kind_), storage_(other.storage_), extra_(other.extra_), payload_(other.payload_) {
  if (storage_ == Storage::kOwned) {
    payload_.heap->references.fetch_add(1, std::memory_order_relaxed);
  }
}

inline Value::Value(Value&& other) noexcept
    : kind_(other.kind_),
      storage_(std::exchange(other.storage_, Storage::kInline)),
      extra_(other.extra_),
      payload_(other.payload_) {
  other.kind_ = ValueKind::kNull;
}

inline Value& Value::operator=(Value&& other) noexcept {
  if (this != &other) {
    Release();
    kind_ = std::exchange(other.kind_, ValueKind::kNull);
    storage_ = std::exchange(other.storage_, Storage::kInline);
    extra_ = other.extra_;
    payload_ = other.payload_;
  }
  return *this;
}

inline Value& Value::operator=(const Value& other) noexcept {
  if (this != &other) {
    *this = Value(other);
  }
  return *this;
}

inline void Value::Release() {
  if (storage_ == Storage::kOwned) {
    Destroy();
  }
}

inline bool Value::AsBool() const {
  assert(kind_ == ValueKind::kBool);
  return payload_.boolean;
}

inline int64_t Value::AsInt() const {
  assert(kind_ == ValueKind::kInt);
  return payload_.integer;
}

inline uint64_t Value::AsUint() const {
  assert(kind_ == ValueKind::kUint);
  return payload_.unsigned_integer;
}

inline double Value::AsDouble() const {
  assert(kind_ == ValueKind::kDouble);
  return payload_.number;
}

inline std::string_view Value::Text() const {
  return storage_ == Storage::kOwned ? OwnedText() : std::string_view(payload_.text, extra_);
}

inline std::string_view Value::AsString() const {
  assert(kind_ == ValueKind::kString);
  return Text();
}

inline std::string_view Value::AsBytes() const {
  assert(kind_ == ValueKind::kBytes);
  return Text();
}

inline std::string_view Value::AsTypeName() const {
  assert(kind_ == ValueKind::kType);
  return Text();
}

inline const cel::List& Value::AsList() const {
  assert(kind_ == ValueKind::kList);
  return storage_ == Storage::kOwned ? OwnedList() : *payload_.list;
}

inline const cel::Map& Value::AsMap() const {
  assert(kind_ == ValueKind::kMap);
  return storage_ == Storage::kOwned ? OwnedMap() : *payload_.map;
}

inline const cel::Object& Value::AsObject() const {
  assert(kind_ == ValueKind::kObject);
  return storage_ == Storage::kOwned ? OwnedObject() : *payload_.object;
}

}  // namespace waypost::cel
