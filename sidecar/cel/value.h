// SPDX-License-Identifier: Apache-2.0
// API FIRST DRAFT: the representation is the implementer's choice, the functions are the contract.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
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
  // The field's value, of the declared type; its default ("" / 0 / null timestamp...) when unset.
  [[nodiscard]] virtual Value Get(int field) const = 0;
  // What the macro has() answers.
  [[nodiscard]] virtual bool Has(int field) const = 0;
};

// A list or a map that the host provides without copying; elements are made on demand.
class List {
 public:
  virtual ~List() = default;
  [[nodiscard]] virtual size_t size() const = 0;
  [[nodiscard]] virtual Value At(size_t index) const = 0;
};
class Map {
 public:
  virtual ~Map() = default;
  [[nodiscard]] virtual size_t size() const = 0;
  // The value under `key`, or nothing (kind kError is never used for absence).
  [[nodiscard]] virtual bool Find(const Value& key, Value* value) const = 0;
  // In a fixed order.
  [[nodiscard]] virtual Value KeyAt(size_t index) const = 0;
};

}  // namespace waypost::cel
