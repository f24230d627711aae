// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "sidecar/cel/environment.h"
#include "sidecar/cel/issue.h"
#include "sidecar/cel/type.h"
#include "sidecar/cel/value.h"

namespace waypost::cel {

struct Code;

// Values of the environment's variables, by slot. A variable beyond the end fails when it is read.
using Activation = std::span<const Value>;

// Why an expression came out false (or failed): the first part, in evaluation order, that decided
// it, with the values on both sides. For `a == 1 && b >= 3` with b = 2: text "b >= 3", left "2",
// right "3".
struct FalsePart {
  size_t begin = 0;  // bytes of the source
  size_t end = 0;
  std::string text;
  std::string left;  // both sides are empty when the part has no two sides
  std::string right;
  std::string error;  // set when the part failed instead of being false
};

// What every true evaluation of a program satisfies.
struct EqualityFact {
  // "ticket.type": a variable and the fields below it; "ticket.labels[\"a\"]": the entry of a map
  // there, its key as it is.
  std::string path;
  std::vector<std::string> values;  // the path equals one of these whenever the program is true
};

// A variable or host-object field that a program may read.
struct FieldReference {
  std::string path;       // "ticket.comments.body": variable and fields as far as static
  bool internal = false;  // a field on the way is marked internal
  size_t begin = 0;       // bytes of the source
  size_t end = 0;
};

// A checked, compiled expression. Immutable and cheap to copy; any number of threads may evaluate
// it at once. Evaluation of conditions over host objects does not allocate.
class Program {
 public:
  // Parses, checks and compiles `source`. On failure returns nothing and adds at least one issue;
  // all that can be found in one go are added, in source order. `expected`, when not dyn, is the
  // type the result must have (dyn results are accepted and checked by the caller).
  static std::optional<Program> Compile(std::string_view source, const Environment& environment,
                                        const Type& expected, std::vector<Issue>* issues);

  // Without the type checker: unknown names and wrong types fail when they are evaluated.
  static std::optional<Program> CompileUnchecked(std::string_view source,
                                                 const Environment& environment,
                                                 std::vector<Issue>* issues);

  // The result, or a value of kind kError with a place in the source (no such key, division by
  // zero, cost limit, ...). The result may borrow from the activation and from this program.
  [[nodiscard]] Value Evaluate(Activation activation) const;

  // Nothing when the condition holds.
  [[nodiscard]] std::optional<FalsePart> Explain(Activation activation) const;

  // String equalities and `in [literals]` that every true evaluation satisfies (conjuncts only),
  // for indexing.
  [[nodiscard]] std::vector<EqualityFact> EqualityFacts() const;

  // Every variable and host-object field that the program may read, in source order.
  [[nodiscard]] std::vector<FieldReference> FieldReferences() const;

  [[nodiscard]] const std::string& source() const;
  [[nodiscard]] const Type& result_type() const;

 private:
  explicit Program(std::shared_ptr<const Code> code) : code_(std::move(code)) {}

  std::shared_ptr<const Code> code_;
};

// A text with embedded expressions: "{{ticket.ref}} is back with {{ticket.group}}".
// `{{` and `}}` delimit; a literal "{{" is written {{"{{"}}. Strings print as they are, null as
// nothing, all else as CEL's string() does. Immutable, cheap to copy and thread-safe.
class Template {
 public:
  // Issues' offsets are bytes of the template's source.
  static std::optional<Template> Compile(std::string_view source, const Environment& environment,
                                         std::vector<Issue>* issues);

  // The text, or the first embedded expression's error (kInvalidArgument).
  [[nodiscard]] absl::StatusOr<std::string> Render(Activation activation) const;

  // As Program::FieldReferences, of all embedded expressions, offsets in the template's source.
  [[nodiscard]] std::vector<FieldReference> FieldReferences() const;

  [[nodiscard]] const std::string& source() const;

 private:
  struct Piece;
  struct Parts;
  explicit Template(std::shared_ptr<const Parts> parts) : parts_(std::move(parts)) {}

  std::shared_ptr<const Parts> parts_;
};

}  // namespace waypost::cel
