// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cli/json_event_reader.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/service/json_message.h"

namespace waypost::cli {
namespace {

constexpr size_t kMaxEventBytes = size_t{4} << 20;

// Finds the end of a JSON value without understanding it: brackets outside strings.
class ValueScanner {
 public:
  // Looks at `text` from where it stopped; the length of the value, or 0 when it goes on.
  size_t Scan(std::string_view text) {
    for (; at_ < text.size(); ++at_) {
      const char character = text[at_];
      if (line_start_ && character == '{' && at_ > 0) {
        return at_;  // a new object at the start of a line: the one before is broken
      }
      line_start_ = character == '\n';
      if (in_string_) {
        in_string_ = escaped_ || character != '"';
        escaped_ = !escaped_ && character == '\\';
      } else if (character == '"') {
        in_string_ = true;
      } else if (character == '{' || character == '[') {
        ++depth_;
      } else if (character == '}' || character == ']') {
        if (--depth_ <= 0) {
          return at_ + 1;
        }
      } else if (depth_ == 0 && character == '\n') {
        return at_;
      }
    }
    return 0;
  }

 private:
  size_t at_ = 0;
  int depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
  bool line_start_ = false;
};

}  // namespace

absl::Status ParseEventJson(std::string_view json, v1::TicketEvent* event) {
  event->Clear();
  const absl::Status status = service::ParseJson(json, event);
  return status.ok()
             ? status
             : absl::InvalidArgumentError(absl::StrCat("not a ticket event: ", status.message()));
}

absl::StatusOr<bool> JsonEventReader::SkipToValue() {
  while (true) {
    const std::string_view text = input_.Available();
    const size_t length = std::min(text.find_first_not_of(" \t\r\n,[]"), text.size());
    line_ += std::count(text.begin(), text.begin() + static_cast<ptrdiff_t>(length), '\n');
    input_.Consume(length);
    if (length < text.size()) {
      return true;
    }
    WAYPOST_ASSIGN_OR_RETURN(const bool more, input_.Fill());
    if (!more) {
      return false;
    }
  }
}

absl::StatusOr<size_t> JsonEventReader::ValueLength() {
  ValueScanner scanner;
  while (true) {
    if (const size_t length = scanner.Scan(input_.Available()); length > 0) {
      return length;
    }
    if (input_.Available().size() > kMaxEventBytes) {
      return absl::InvalidArgumentError(
          absl::StrCat("line ", line_, ": the object does not end within 4 MiB"));
    }
    WAYPOST_ASSIGN_OR_RETURN(const bool more, input_.Fill());
    if (!more) {
      return input_.Available().size();
    }
  }
}

absl::StatusOr<bool> JsonEventReader::Next(ReadEvent* next) {
  const std::string_view last = input_.Available().substr(0, pending_);
  line_ += std::count(last.begin(), last.end(), '\n');
  input_.Consume(std::exchange(pending_, 0));
  WAYPOST_ASSIGN_OR_RETURN(const bool more, SkipToValue());
  if (!more) {
    return false;
  }
  WAYPOST_ASSIGN_OR_RETURN(pending_, ValueLength());
  next->line = line_;
  next->clamped = false;
  next->status = ParseEventJson(input_.Available().substr(0, pending_), &next->event);
  return true;
}

}  // namespace waypost::cli
