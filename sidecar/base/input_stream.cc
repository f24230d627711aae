// SPDX-License-Identifier: Apache-2.0
#include "sidecar/base/input_stream.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace waypost {
namespace {

constexpr size_t kChunk = size_t{1} << 18;

}  // namespace

void InputStream::Closer::operator()(std::FILE* file) const {
  if (file != stdin) {
    std::fclose(file);
  }
}

absl::StatusOr<InputStream> InputStream::Open(const std::string& path) {
  InputStream stream;
  stream.name_ = path == "-" ? "standard input" : path;
  stream.file_.reset(path == "-" ? stdin : std::fopen(path.c_str(), "rb"));
  struct stat facts = {};
  if (stream.file_ == nullptr || fstat(fileno(stream.file_.get()), &facts) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot read ", path));
  }
  if (S_ISDIR(facts.st_mode)) {
    return absl::InvalidArgumentError(absl::StrCat(path, " is a folder, not a file"));
  }
  if (S_ISREG(facts.st_mode)) {
    stream.size_ = facts.st_size;
  }
  return stream;
}

InputStream InputStream::FromText(std::string text) {
  InputStream stream;
  stream.end_ = text.size();
  stream.size_ = static_cast<int64_t>(text.size());
  stream.buffer_ = std::move(text);
  return stream;
}

absl::StatusOr<bool> InputStream::Fill() {
  if (file_ == nullptr) {
    return false;
  }
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (buffer_.size() - end_ < kChunk) {
    buffer_.resize(buffer_.size() * 2 + kChunk);
  }
  const size_t got = std::fread(buffer_.data() + end_, 1, buffer_.size() - end_, file_.get());
  if (got == 0 && std::ferror(file_.get()) != 0) {
    return absl::DataLossError(absl::StrCat("cannot read on in ", name_));
  }
  end_ += got;
  return got > 0;
}

void InputStream::Consume(size_t bytes) {
  begin_ += bytes;
  consumed_ += static_cast<int64_t>(bytes);
}

}  // namespace waypost
