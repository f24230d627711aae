// SPDX-License-Identifier: Apache-2.0
// The third stage of loading: limits kept, settings given once, ids unique, references resolved to
// numbers. Internal to the directory.
#pragma once

#include "sidecar/rules/draft.h"
#include "sidecar/text/diagnostic.h"

namespace waypost::rules {

// What one rule set may have over all its files.
inline constexpr size_t kMaxRules = 20'000;
inline constexpr size_t kMaxTouchpoints = 20'000;

// False, and reported, when the draft has more than that: nothing else is done with it then.
[[nodiscard]] bool CheckLimits(const Draft& draft, DiagnosticSink* sink);

// Completes the draft: default stages and languages, numbers of stages and owners. Reports what
// contradicts itself.
void Resolve(Draft* draft, DiagnosticSink* sink);

}  // namespace waypost::rules
