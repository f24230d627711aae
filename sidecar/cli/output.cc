// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cli/output.h"

#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "sidecar/text/printable.h"

namespace waypost::cli {
namespace {

std::string_view Escape(Colour colour) {
  switch (colour) {
    case Colour::kBold:
      return "\033[1m";
    case Colour::kDim:
      return "\033[2m";
    case Colour::kRed:
      return "\033[31m";
    case Colour::kGreen:
      return "\033[32m";
    case Colour::kYellow:
      return "\033[33m";
    case Colour::kCyan:
      return "\033[36m";
  }
  return "";
}

bool KnowsEscapes(const char* terminal) {
  return terminal != nullptr && *terminal != '\0' && std::string_view(terminal) != "dumb";
}

}  // namespace

Output Output::Standard() {
  Output output(std::cout, std::cerr);
  const bool knows_escapes = KnowsEscapes(std::getenv("TERM"));
  output.out_is_terminal_ = knows_escapes && isatty(STDOUT_FILENO) == 1;
  output.err_is_terminal_ = knows_escapes && isatty(STDERR_FILENO) == 1;
  const char* no_colour = std::getenv("NO_COLOR");
  output.colours_ = no_colour == nullptr || *no_colour == '\0';
  return output;
}

std::string Output::Paint(std::string_view text, Colour colour, Stream stream) const {
  std::string painted = Printable(text);
  if (colours_ && (stream == Stream::kOut ? out_is_terminal_ : err_is_terminal_) &&
      !painted.empty()) {
    painted.insert(0, Escape(colour));
    painted += "\033[0m";
  }
  return painted;
}

int Output::Fail(int code, std::string_view message) const {
  *err_ << Paint("waypost:", Colour::kRed, Stream::kErr) << ' ' << Printable(message, "\n") << '\n';
  return code;
}

int Output::Fail(const absl::Status& status) const {
  int code = kExitFailure;
  if (absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status)) {
    code = kExitUnreachable;
  } else if (absl::IsInvalidArgument(status)) {
    code = kExitRefused;
  }
  const std::string message(status.message());
  return Fail(code, message.empty() ? status.ToString() : message);
}

int Output::FailQuestion(const absl::Status& status) const {
  const int code = Fail(status);
  return code == kExitRefused ? kExitUsage : code;
}

}  // namespace waypost::cli
