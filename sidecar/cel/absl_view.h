// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sidecar/text/absl_view.h"

namespace waypost::cel {

// For users of this layer.
using waypost::AbslView;

}  // namespace waypost::cel
