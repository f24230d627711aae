// SPDX-License-Identifier: Apache-2.0
// What loads but is probably not meant so. Internal to the directory.
#pragma once

#include "sidecar/rules/draft.h"
#include "sidecar/text/diagnostic.h"

namespace waypost::rules {

// Warns of touchpoints without owner or that can never be passed, journeys that never apply, rules
// that do nothing or the same twice, steps of an ideal path that are no touchpoints, and of what
// nothing uses. `draft` is resolved.
void Lint(const Draft& draft, DiagnosticSink* sink);

}  // namespace waypost::rules
