// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "httplib.h"

namespace waypost::service {

enum class HttpBodyState {
  kWhole,
  kTooLarge,
  kBroken,  // cut off, or not coded as its headers say
};

// Reads the body of a request to its end also when it is refused: a caller who is still sending
// would miss the answer. `bytes` gets at most `max_bytes`; who sends more than `max_read_bytes` is
// not heard to the end. The library bounds neither chunked bodies nor what compressed ones become.
[[nodiscard]] HttpBodyState ReadHttpBody(const httplib::Request& request,
                                         const httplib::ContentReader& reader,
                                         const httplib::Response& response, size_t max_bytes,
                                         size_t max_read_bytes, std::string* bytes);

}  // namespace waypost::service
