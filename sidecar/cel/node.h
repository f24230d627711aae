// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "sidecar/cel/ast.h"
#include "sidecar/cel/budget.h"
#include "sidecar/cel/program.h"
#include "sidecar/cel/value.h"

namespace waypost::cel {

// What one evaluation works with.
struct Frame {
  Activation variables;
  Value* locals = nullptr;
  Budget budget;
};

// A compiled part of an expression. Immutable; evaluated by any number of threads at once.
class Node {
 public:
  explicit Node(const Expr& expr) : begin_(expr.begin), end_(expr.end) {}
  virtual ~Node() = default;
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  [[nodiscard]] virtual Value Evaluate(Frame* frame) const = 0;

  // The value, when it is the same in every evaluation; else null.
  [[nodiscard]] virtual const Value* Constant() const { return nullptr; }

 protected:
  // An error that points at this part.
  [[nodiscard]] Value Fail(std::string message) const {
    return Value::Error(std::move(message)).ErrorAt(begin_, end_);
  }
  // Gives an error this part's place unless it has one.
  [[nodiscard]] Value Placed(Value value) const {
    if (value.is_error()) {
      value = value.ErrorAt(begin_, end_);
    }
    return value;
  }

 private:
  size_t begin_;
  size_t end_;
};

using NodePtr = std::unique_ptr<const Node>;

}  // namespace waypost::cel
