// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cel/overload_resolution.h"

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "sidecar/cel/library.h"
#include "sidecar/cel/signature_text.h"

namespace waypost::cel {
namespace {

using Candidates = std::vector<const Overload*>;

Candidates OfStyle(const std::vector<Overload>* overloads, CallStyle style) {
  Candidates candidates;
  if (overloads != nullptr) {
    for (const Overload& overload : *overloads) {
      if (overload.style == style) {
        candidates.push_back(&overload);
      }
    }
  }
  return candidates;
}

std::string UnknownFunction(const Expr& call, CallStyle style, bool has_other_style) {
  const std::string message = "there is no function '" + call.name + "'";
  if (!has_other_style) {
    return message + NearestName(call.name, StandardLibrary().Names(style));
  }
  return message +
         (style == CallStyle::kMember
              ? " on a value; it is called as " + call.name + "(...)"
              : " without a value before it; it is called as value." + call.name + "(...)");
}

// Operators are blamed as a whole, functions from their name on.
Issue NoOverload(const Expr& call, const std::vector<Type>& types, const Candidates& candidates,
                 const Inference& inference) {
  std::vector<Type> shown;
  shown.reserve(types.size());
  for (const Type& type : types) {
    shown.push_back(inference.Final(type));
  }
  const bool is_word = FunctionText(call.function) == call.function;
  return {is_word ? call.name_begin : call.begin, call.end,
          NoOverloadMessage(call.function, call.member, shown, candidates)};
}

// The result when the overload takes such arguments.
std::optional<Type> Apply(const Overload& overload, const std::vector<Type>& types,
                          Inference* inference) {
  std::map<std::string, Type> names;
  std::vector<Type> parameters;
  for (const Type& parameter : overload.parameters) {
    parameters.push_back(inference->Instantiate(parameter, &names));
  }
  return inference->Assignable(types, parameters)
             ? std::optional(inference->Resolve(inference->Instantiate(overload.result, &names)))
             : std::nullopt;
}

}  // namespace

Type ResolveCall(const std::vector<Type>& types, CheckMode mode, Expr* call, Inference* inference,
                 std::vector<Issue>* issues) {
  const bool typed = mode == CheckMode::kTyped;
  const CallStyle style = call->member ? CallStyle::kMember : CallStyle::kGlobal;
  const std::vector<Overload>* overloads = StandardLibrary().Find(call->function);
  const Candidates candidates = OfStyle(overloads, style);
  std::optional<Type> result;
  for (const Overload* overload : candidates) {
    if (overload->parameters.size() != types.size()) {
      continue;
    }
    const std::optional<Type> type =
        typed ? Apply(*overload, types, inference) : Type(TypeKind::kDyn);
    if (type) {
      call->overloads.push_back(overload);
      result = !result || *result == *type ? *type : TypeKind::kDyn;
    }
  }
  if (result) {
    return *result;
  }
  if (typed && candidates.empty()) {
    issues->push_back(
        {call->name_begin, call->name_end, UnknownFunction(*call, style, overloads != nullptr)});
  } else if (typed) {
    issues->push_back(NoOverload(*call, types, candidates, *inference));
  }
  return TypeKind::kError;
}

}  // namespace waypost::cel
