// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "sidecar/cli/exit_codes.h"

namespace waypost::cli {

// For people or for programs.
enum class OutputFormat { kText, kJson };

// Standard output or standard error.
enum class Stream { kOut, kErr };

enum class Colour { kBold, kDim, kRed, kGreen, kYellow, kCyan };

// Where a command writes: results to `out`, messages and progress to `err`. Colours appear only on
// a terminal that knows them (TERM is not "dumb") and never when NO_COLOR is set. Not thread-safe;
// the streams outlive it.
class Output {
 public:
  // Plain streams that are no terminals: for tests and for files.
  Output(std::ostream& out, std::ostream& err) : out_(&out), err_(&err) {}

  // Standard output and standard error of the process.
  static Output Standard();

  [[nodiscard]] std::ostream& out() const { return *out_; }
  [[nodiscard]] std::ostream& err() const { return *err_; }
  [[nodiscard]] std::ostream& stream(Stream stream) const {
    return stream == Stream::kOut ? *out_ : *err_;
  }
  // A terminal that moves its cursor and shows colours when it is told to.
  [[nodiscard]] bool out_is_terminal() const { return out_is_terminal_; }
  [[nodiscard]] bool err_is_terminal() const { return err_is_terminal_; }

  // `text`, made Printable, in `colour`, or without where colours are off.
  [[nodiscard]] std::string Paint(std::string_view text, Colour colour,
                                  Stream stream = Stream::kOut) const;

  // Writes "waypost: MESSAGE", made Printable but for its line breaks, to `err` and returns `code`.
  int Fail(int code, std::string_view message) const;

  // The same with the message of `status` and the exit code that fits it: kExitUnreachable for
  // UNAVAILABLE and DEADLINE_EXCEEDED, kExitRefused for INVALID_ARGUMENT, else kExitFailure.
  int Fail(const absl::Status& status) const;

  // The same for a question: INVALID_ARGUMENT is kExitUsage.
  int FailQuestion(const absl::Status& status) const;

 private:
  std::ostream* out_;
  std::ostream* err_;
  bool out_is_terminal_ = false;
  bool err_is_terminal_ = false;
  bool colours_ = false;
};

}  // namespace waypost::cli
