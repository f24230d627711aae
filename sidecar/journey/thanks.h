// SPDX-License-Identifier: Apache-2.0
// Whether a reply does nothing but thank. Such a reply is no word that wants an answer: it neither
// opens a ticket again nor keeps a survey from being sent.
#pragma once

#include <string_view>
#include <vector>

namespace waypost::journey {

// Every word belongs to a phrase of thanks_phrases.h in one of its languages (English, German) or
// to one of the `names` ("Sam Reed" allows "Sam"), and at least one phrase is of thanks. Case,
// punctuation, emoji, quoted lines (">") and what follows a signature mark ("--") or the head of a
// quoted mail do not count. A question is never mere thanks, nor is a text of more than 60 words.
[[nodiscard]] bool IsBareThanks(std::string_view text, const std::vector<std::string_view>& names);

}  // namespace waypost::journey
