// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace waypost {

// The candidate that `name` was probably meant to be: the nearest by edits (a letter added, left
// out, replaced, or two neighbours swapped), at most a third of its length away, the first among
// equals; case and the difference between "-" and "_" count as nothing. Empty when none is near.
[[nodiscard]] std::string Suggest(std::string_view name,
                                  const std::vector<std::string>& candidates);

// `; did you mean "CANDIDATE"?`, or nothing.
[[nodiscard]] std::string DidYouMean(std::string_view name,
                                     const std::vector<std::string>& candidates);

}  // namespace waypost
