// SPDX-License-Identifier: Apache-2.0
#include "sidecar/store/write_ahead_log.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"

namespace waypost::store {
namespace {

// Bytes at once, as many as a page may have: SQLite's own VFS cannot write 128 KiB or more.
constexpr int64_t kChunk = 1 << 16;

struct FileCloser {
  void operator()(sqlite3_file* file) const {
    if (file->pMethods != nullptr) file->pMethods->xClose(file);
    delete[] reinterpret_cast<char*>(file);
  }
};
using FilePointer = std::unique_ptr<sqlite3_file, FileCloser>;

int Rewrite(sqlite3_file* file) {
  sqlite3_int64 size = 0;
  int code = file->pMethods->xFileSize(file, &size);
  std::vector<char> bytes(kChunk);
  for (sqlite3_int64 offset = 0; code == SQLITE_OK && offset < size; offset += kChunk) {
    const int length = static_cast<int>(std::min<int64_t>(kChunk, size - offset));
    code = file->pMethods->xRead(file, bytes.data(), length, offset);
    if (code == SQLITE_OK) code = file->pMethods->xWrite(file, bytes.data(), length, offset);
  }
  return code == SQLITE_OK ? file->pMethods->xSync(file, SQLITE_SYNC_NORMAL) : code;
}

}  // namespace

absl::Status RewriteWriteAheadLog(const std::string& path, const std::string& vfs) {
  sqlite3_vfs* const system = sqlite3_vfs_find(vfs.empty() ? nullptr : vfs.c_str());
  const std::string log = path + "-wal";
  int exists = 0;
  int code = system->xAccess(system, log.c_str(), SQLITE_ACCESS_EXISTS, &exists);
  if (code == SQLITE_OK && exists != 0) {
    FilePointer file(reinterpret_cast<sqlite3_file*>(new char[system->szOsFile]()));
    code = system->xOpen(system, log.c_str(), file.get(), SQLITE_OPEN_READWRITE | SQLITE_OPEN_WAL,
                         nullptr);
    if (code == SQLITE_OK) code = Rewrite(file.get());
  }
  if (code == SQLITE_OK) return absl::OkStatus();
  const absl::StatusCode status =
      code == SQLITE_FULL ? absl::StatusCode::kResourceExhausted : absl::StatusCode::kUnavailable;
  return absl::Status(status, absl::StrCat(log, ": ", sqlite3_errstr(code)));
}

}  // namespace waypost::store
