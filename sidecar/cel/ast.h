// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sidecar/cel/type.h"
#include "sidecar/cel/value.h"

namespace waypost::cel {

struct Overload;

enum class ExprKind : uint8_t {
  kConstant,
  kIdentifier,     // name; `absolute` when written with a leading dot
  kSelect,         // target.name; `test_only` under has()
  kCall,           // name(arguments) or target.name(arguments); operators too, see operators
  kAnd,            // two or more arguments
  kOr,             // two or more arguments
  kConditional,    // arguments: condition, then, else
  kList,           // arguments: elements
  kMap,            // arguments: key, value, key, value, ...
  kMessage,        // name{...}; arguments: values; never valid here, kept for its error
  kComprehension,  // target.macro(variables, arguments)
  kBind,           // cel.bind(variable, arguments[0], arguments[1])
};

enum class Macro : uint8_t {
  kAll,
  kExists,
  kExistsOne,
  kFilter,           // arguments: condition
  kMap,              // arguments: [condition,] element
  kTransformMap,     // arguments: [condition,] value
  kOptionalMap,      // optMap; target: an optional; arguments: the value of the result
  kOptionalFlatMap,  // optFlatMap; target: an optional; arguments: the result
};

// What a name stands for.
enum class Reference : uint8_t {
  kNone,
  kVariable,  // number: the slot in the environment
  kLocal,     // number: the place among the locals of the evaluation
  kType,      // constant: the type as a value
};

// A node of the syntax tree with macros already expanded. The parser makes it, the checker fills
// in the second half.
struct Expr {
  ExprKind kind = ExprKind::kConstant;
  Macro macro = Macro::kAll;
  bool absolute = false;
  bool test_only = false;
  bool optional = false;  // target.?name
  size_t begin = 0;       // bytes of the source
  size_t end = 0;
  size_t name_begin = 0;
  size_t name_end = 0;
  int depth = 1;  // levels of the tree from here down
  std::string name;
  Value constant;
  std::unique_ptr<Expr> target;
  std::vector<std::unique_ptr<Expr>> arguments;
  std::vector<bool> optional_entries;  // of lists and maps: written with a leading '?'
  std::string variable;                // of macros
  std::string second_variable;         // index or key and value, or empty

  Reference reference = Reference::kNone;
  int number = -1;        // of the variable or local; the first local of macros
  int field = -1;         // of a host object
  bool internal = false;  // that field is marked internal
  Type type;
  std::string function;                    // the name the library knows it by
  bool member = false;                     // the target is the first argument of the call
  std::vector<const Overload*> overloads;  // those that may apply; never empty in a checked call
};

// The source names of operators are spelled as everywhere in CEL.
namespace operators {
inline constexpr char kAdd[] = "_+_";
inline constexpr char kSubtract[] = "_-_";
inline constexpr char kMultiply[] = "_*_";
inline constexpr char kDivide[] = "_/_";
inline constexpr char kModulo[] = "_%_";
inline constexpr char kNegate[] = "-_";
inline constexpr char kNot[] = "!_";
inline constexpr char kEqual[] = "_==_";
inline constexpr char kNotEqual[] = "_!=_";
inline constexpr char kLess[] = "_<_";
inline constexpr char kLessEqual[] = "_<=_";
inline constexpr char kGreater[] = "_>_";
inline constexpr char kGreaterEqual[] = "_>=_";
inline constexpr char kIn[] = "@in";
inline constexpr char kIndex[] = "_[_]";
inline constexpr char kOptionalIndex[] = "_[?_]";
}  // namespace operators

}  // namespace waypost::cel
