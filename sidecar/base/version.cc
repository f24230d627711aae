// SPDX-License-Identifier: Apache-2.0
#include "sidecar/base/version.h"

namespace waypost {

std::string_view Version() { return WAYPOST_VERSION; }

}  // namespace waypost
