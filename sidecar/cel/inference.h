// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sidecar/cel/type.h"

namespace waypost::cel {

// Solves the type variables of one expression by unification. Gradual: dyn fits everything.
class Inference {
 public:
  // A type variable that nothing is known about yet.
  Type Fresh();

  // `type` with each of its named parameters replaced by a fresh variable, the same for the same
  // name; `names` remembers them over several types of one signature.
  Type Instantiate(const Type& type, std::map<std::string, Type>* names);

  // Whether a value of each `from` may stand where the `to` beside it is asked for. Learns about
  // variables when the answer is yes, and nothing when it is no.
  bool Assignable(const std::vector<Type>& from, const std::vector<Type>& to);

  // The type of something that is either: the more general when one fits the other, else dyn.
  Type Join(const Type& left, const Type& right);

  // `type` with all that is known put in. Variables that nothing is known about stay.
  [[nodiscard]] Type Resolve(const Type& type) const;

  // As Resolve, with dyn for what stayed unknown.
  [[nodiscard]] Type Final(const Type& type) const;

 private:
  using Bindings = std::map<std::string, Type>;

  bool Unify(const Type& from, const Type& to);
  bool UnifyParameters(const Type& from, const Type& to);
  enum class Bound { kYes, kNo, kUnbound };
  Bound Bind(const Type& other, const Type& variable);
  [[nodiscard]] Type Replace(const Type& type, bool finish) const;
  [[nodiscard]] bool Mentions(const Type& type, const std::string& variable) const;

  Bindings bindings_;
  int next_ = 0;
};

}  // namespace waypost::cel
