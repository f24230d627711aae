// SPDX-License-Identifier: Apache-2.0
// What editors and people are told about the language, generated from the table in keys.h.
#pragma once

#include <string>

namespace waypost::rules {

// The JSON Schema (draft 07, which the YAML language server reads) of a rules file.
[[nodiscard]] std::string RulesJsonSchema();

// The tables of all keys in Markdown, one section a mapping, for rules/README.md.
[[nodiscard]] std::string RulesKeyReference();

}  // namespace waypost::rules
