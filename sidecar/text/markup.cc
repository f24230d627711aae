// SPDX-License-Identifier: Apache-2.0
#include "sidecar/text/markup.h"

namespace waypost {

std::string EscapeMarkup(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  for (const char character : text) {
    switch (character) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default: {
        const auto byte = static_cast<unsigned char>(character);
        const bool allowed = byte >= 0x20 || byte == '\n' || byte == '\t';
        escaped += allowed ? std::string(1, character) : "\xEF\xBF\xBD";
      }
    }
  }
  return escaped;
}

}  // namespace waypost
