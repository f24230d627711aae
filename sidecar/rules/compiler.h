// SPDX-License-Identifier: Apache-2.0
// The fourth stage of loading: conditions and texts become programs. Internal to the directory.
#pragma once

#include <optional>

#include "sidecar/rules/draft.h"
#include "sidecar/rules/rule_set.h"
#include "sidecar/text/diagnostic.h"

namespace waypost::rules {

// Compiles every expression against RulesEnvironment(), checks that texts exist in the languages
// they must and that customers see no internal field, and moves everything from the resolved draft
// into a rule set: all but name, digest, files and index. What is wrong is reported at its place
// inside the expression; the result is only fit for use when `sink` has no errors.
[[nodiscard]] RuleSet Compile(Draft draft, DiagnosticSink* sink);

// Reports what Compile would report of conditions and texts, of a draft that is not resolved and
// lacks files: nothing about languages, which may be declared in a file that is missing.
void CheckExpressions(Draft draft, DiagnosticSink* sink);

}  // namespace waypost::rules
