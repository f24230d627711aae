// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace waypost::connectors {

// RFC 3986: all but letters, digits, "-", ".", "_" and "~" as %XX.
[[nodiscard]] std::string PercentEncoded(std::string_view text);

// The bytes that %XX stand for; what is no such code stays as it is.
[[nodiscard]] std::string PercentDecoded(std::string_view text);

}  // namespace waypost::connectors
