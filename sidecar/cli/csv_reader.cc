// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cli/csv_reader.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sidecar/base/status_macros.h"

namespace waypost::cli {
namespace {

constexpr size_t kMaxRecordBytes = size_t{4} << 20;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

absl::Status At(int64_t line, std::string_view message) {
  return absl::InvalidArgumentError(absl::StrCat("line ", line, ": ", std::string(message)));
}

}  // namespace

absl::Status CsvReader::SkipByteOrderMark() {
  started_ = true;
  while (!input_ended_ && input_.Available().size() < kByteOrderMark.size()) {
    WAYPOST_ASSIGN_OR_RETURN(const bool more, input_.Fill());
    input_ended_ = !more;
  }
  if (input_.Available().substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    input_.Consume(kByteOrderMark.size());
  }
  return absl::OkStatus();
}

size_t CsvReader::RecordLength(bool at_end) {
  const std::string_view text = input_.Available();
  while (scanned_ < text.size()) {
    const std::string_view rest = text.substr(scanned_);
    const size_t stop = in_quotes_ ? rest.find('"') : rest.find_first_of("\"\n");
    if (stop == std::string_view::npos) {
      scanned_ = text.size();
      break;
    }
    const size_t place = scanned_ + stop;
    scanned_ = place + 1;
    if (text[place] == '\n' && !in_quotes_) {
      return scanned_;
    }
    if (in_quotes_) {
      in_quotes_ = false;
      closed_at_ = scanned_;
    } else if (place == 0 || text[place - 1] == delimiter_ || place == closed_at_) {
      in_quotes_ = true;
    }
  }
  return at_end && !in_quotes_ ? text.size() : 0;
}

absl::Status CsvReader::Split(char* begin, const char* end,
                              std::vector<std::string_view>* fields) const {
  char* at = begin;
  while (true) {
    if (at == end || *at != '"') {
      char* stop = std::find(at, const_cast<char*>(end), delimiter_);
      fields->emplace_back(at, stop - at);
      at = stop;
    } else {
      char* write = ++at;
      char* const start = write;
      while (at != end && (*at != '"' || (at + 1 != end && at[1] == '"'))) {
        at += *at == '"' ? 1 : 0;
        *write++ = *at++;
      }
      if (at == end) {
        return At(line_, "a quoted field is not closed");
      }
      fields->emplace_back(start, write - start);
      ++at;
      if (at != end && *at != delimiter_) {
        return At(line_, absl::StrCat("column ", fields->size(),
                                      " has text after its closing quote; a quote inside a quoted "
                                      "field is written twice"));
      }
    }
    if (at == end) {
      return absl::OkStatus();
    }
    ++at;
  }
}

absl::StatusOr<size_t> CsvReader::ReadRecord() {
  size_t length = RecordLength(input_ended_);
  while (length == 0 && !input_ended_) {
    if (input_.Available().size() > kMaxRecordBytes) {
      return At(line_, "the record does not end within 4 MiB; is a quote left open?");
    }
    WAYPOST_ASSIGN_OR_RETURN(const bool more, input_.Fill());
    input_ended_ = !more;
    length = RecordLength(input_ended_);
  }
  if (length == 0 && !input_.Available().empty()) {
    return At(line_, "the last record does not end; is a quote left open?");
  }
  return length;
}

absl::StatusOr<bool> CsvReader::Next(std::vector<std::string_view>* fields) {
  fields->clear();
  if (!started_) {
    WAYPOST_RETURN_IF_ERROR(SkipByteOrderMark());
  }
  while (true) {
    input_.Consume(std::exchange(pending_, 0));
    line_ += std::exchange(breaks_, 0);
    scanned_ = 0;
    closed_at_ = 0;
    WAYPOST_ASSIGN_OR_RETURN(pending_, ReadRecord());
    if (pending_ == 0) {
      return false;
    }
    char* const begin = input_.MutableData();
    char* end = begin + pending_;
    breaks_ = std::count(begin, end, '\n');
    end -= end != begin && end[-1] == '\n' ? 1 : 0;
    end -= end != begin && end[-1] == '\r' ? 1 : 0;
    if (begin != end) {
      WAYPOST_RETURN_IF_ERROR(Split(begin, end, fields));
      return true;
    }
  }
}

}  // namespace waypost::cli
