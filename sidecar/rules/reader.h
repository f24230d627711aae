// SPDX-License-Identifier: Apache-2.0
// The second stage of loading: from the YAML tree to a draft. Internal to the directory.
#pragma once

#include "sidecar/rules/draft.h"
#include "sidecar/yaml/document.h"

namespace waypost::rules {

// Adds what the file says to `draft`. What the structure check has refused is left out or has its
// default. `document` outlives the draft.
void ReadFile(const yaml::Document& document, Draft* draft);

}  // namespace waypost::rules
