// SPDX-License-Identifier: Apache-2.0
// API FIRST DRAFT
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sidecar/cel/environment.h"
#include "sidecar/cel/type.h"
#include "sidecar/cel/value.h"

namespace waypost::cel {

// Something wrong with an expression. Offsets are bytes from the start of the source.
struct Issue {
  size_t begin = 0;
  size_t end = 0;
  std::string message;     // "undeclared reference to 'tickt'; did you mean 'ticket'?"
};

// Values of the environment's variables, by slot.
using Activation = std::span<const Value>;

// Why an expression came out false (or failed): the first part, in evaluation order, that decided
// it, with the values on both sides. For `a == 1 && b >= 3` with b = 2: text "b >= 3", left "2",
// right "3".
struct FalsePart {
  size_t begin = 0;  // bytes of the source
  size_t end = 0;
  std::string text;
  std::string left;   // empty when the part has no two sides
  std::string right;
  std::string error;  // set when the part failed instead of being false
};

// A checked, compiled expression. Immutable; any number of threads may evaluate it at once.
// Evaluation of conditions over host objects does not allocate.
class Program {
 public:
  // Parses, checks and compiles `source`. On failure returns nothing and adds at least one issue;
  // all that can be found in one go are added, in source order. `expected`, when not dyn, is the
  // type the result must have.
  static std::optional<Program> Compile(std::string_view source, const Environment& environment,
                                        const Type& expected, std::vector<Issue>* issues);

  Program(Program&&) noexcept;
  Program& operator=(Program&&) noexcept;
  ~Program();

  // The result, or a value of kind kError (no such key, division by zero, cost limit, ...).
  [[nodiscard]] Value Evaluate(Activation activation) const;

  // Nothing when the condition holds.
  [[nodiscard]] std::optional<FalsePart> Explain(Activation activation) const;

  [[nodiscard]] const std::string& source() const;
  [[nodiscard]] const Type& result_type() const;

 private:
  struct Rep;
  explicit Program(std::unique_ptr<const Rep> rep);
  std::unique_ptr<const Rep> rep_;
  friend class Analysis;
};

// What a program reads and requires, for indexing and lint.
struct EqualityFact {
  std::string path;                  // "ticket.type"
  std::vector<std::string> values;   // the path equals one of these whenever the program is true
};
struct FieldReference {
  std::string path;                  // "ticket.comments.body": variable and fields as far as static
  bool internal = false;             // a field on the way is marked internal
  size_t begin = 0;
  size_t end = 0;
};
// String equalities and `in [literals]` that every true evaluation satisfies (conjuncts only).
std::vector<EqualityFact> EqualityFacts(const Program& program);
// Every variable and host-object field that the program may read.
std::vector<FieldReference> FieldReferences(const Program& program);

// A text with embedded expressions: "{{ticket.ref}} is back with {{ticket.group}}".
// `{{` and `}}` delimit; a literal "{{" is written {{"{{"}}. Strings print as they are, numbers and
// timestamps as CEL's string() does. Immutable and thread-safe.
class Template {
 public:
  static std::optional<Template> Compile(std::string_view source, const Environment& environment,
                                         std::vector<Issue>* issues);
  // The text, or the first embedded expression's error.
  [[nodiscard]] absl::StatusOr<std::string> Render(Activation activation) const;
  [[nodiscard]] std::vector<FieldReference> References() const;
  [[nodiscard]] const std::string& source() const;

 private:
  struct Piece;
  std::string source_;
  std::vector<Piece> pieces_;
};

}  // namespace waypost::cel
