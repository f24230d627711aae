// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace waypost {

// A file or standard input, read from front to back through one buffer without copies. Not
// thread-safe.
class InputStream {
 public:
  // "-" is standard input. NOT_FOUND or PERMISSION_DENIED: the file cannot be read.
  static absl::StatusOr<InputStream> Open(const std::string& path);

  // The same over a text, which is copied: for tests.
  static InputStream FromText(std::string text);

  // Bytes read but not consumed. Valid until the next Fill or Consume.
  [[nodiscard]] std::string_view Available() const {
    return {buffer_.data() + begin_, end_ - begin_};
  }
  // The same, to be changed in place by a reader that takes quotes off.
  char* MutableData() { return buffer_.data() + begin_; }

  // Reads more behind what is available. False at the end of the input.
  absl::StatusOr<bool> Fill();

  // Drops the first `bytes` of what is available.
  void Consume(size_t bytes);

  // Bytes consumed so far, and the size of the file; 0 when that is not known.
  [[nodiscard]] int64_t consumed() const { return consumed_; }
  [[nodiscard]] int64_t size() const { return size_; }

 private:
  struct Closer {
    void operator()(std::FILE* file) const;
  };

  std::unique_ptr<std::FILE, Closer> file_;
  std::string name_;
  std::string buffer_;
  size_t begin_ = 0;
  size_t end_ = 0;
  int64_t consumed_ = 0;
  int64_t size_ = 0;
};

}  // namespace waypost
