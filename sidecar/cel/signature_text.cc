// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cel/signature_text.h"

#include <cstddef>

#include "sidecar/text/suggest.h"

namespace waypost::cel {
namespace {

constexpr size_t kMostSignatures = 3;

bool IsOperator(const std::string& function) { return FunctionText(function) != function; }

std::string ListText(const std::vector<Type>& types, size_t from) {
  std::string text = "(";
  for (size_t i = from; i < types.size(); ++i) {
    text += (i == from ? "" : ", ") + types[i].ToString();
  }
  return text + ")";
}

std::string SignatureText(const std::string& function, const Overload& overload) {
  if (overload.style == CallStyle::kMember) {
    return overload.parameters[0].ToString() + "." + function + ListText(overload.parameters, 1);
  }
  return function + ListText(overload.parameters, 0);
}

}  // namespace

std::string FunctionText(const std::string& function) {
  std::string text;
  for (const char c : function) {
    if (c != '_' && c != '@' && c != '?') {
      text += c;
    }
  }
  const bool is_word =
      function[0] != '_' && function[0] != '@' && function[0] != '!' && function[0] != '-';
  return is_word ? function : text;
}

std::string NoOverloadMessage(const std::string& function, bool member,
                              const std::vector<Type>& arguments,
                              const std::vector<const Overload*>& candidates) {
  const std::string takes = "'" + FunctionText(function) + "' does not take ";
  if (IsOperator(function)) {
    return takes + ListText(arguments, 0);
  }
  std::string message = takes + ListText(arguments, member ? 1 : 0);
  if (member) {
    message += " on " + arguments[0].ToString();
  }
  if (candidates.empty() || candidates.size() > kMostSignatures) {
    return message;
  }
  message += "; it is ";
  for (size_t i = 0; i < candidates.size(); ++i) {
    message += (i == 0 ? "" : " or ") + SignatureText(function, *candidates[i]);
  }
  return message;
}

std::string NearestName(const std::string& name, const std::vector<std::string>& candidates) {
  const std::string nearest = Suggest(name, candidates);
  return nearest.empty() ? "" : "; did you mean '" + nearest + "'?";
}

}  // namespace waypost::cel
