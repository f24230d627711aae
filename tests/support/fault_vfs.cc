// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fault_vfs.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sidecar/base/hash.h"

namespace waypost::store {
namespace {

constexpr size_t kSector = 512;

std::string ReadAll(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

bool Chance(uint64_t seed, uint64_t a, uint64_t b) {
  return StableHash(absl::StrCat(seed, ",", a, ",", b)) % 2 == 0;
}

}  // namespace

// What SQLite holds of an open file; the platform's own follows in memory.
struct FaultFile {
  sqlite3_file base;
  FaultVfs* vfs;
  std::string* path;  // null for temporary files, which no fault touches
  sqlite3_file* real;
};

// The functions SQLite calls.
struct FaultVfsCallbacks {
  static FaultFile& Of(sqlite3_file* file) { return *reinterpret_cast<FaultFile*>(file); }
  static FaultVfs& Of(sqlite3_vfs* vfs) { return *static_cast<FaultVfs*>(vfs->pAppData); }
  static const sqlite3_io_methods& Real(sqlite3_file* file) { return *Of(file).real->pMethods; }

  static int Close(sqlite3_file* file) {
    FaultFile& self = Of(file);
    const int code = Real(file).xClose(self.real);
    delete self.path;
    return code;
  }

  static int Read(sqlite3_file* file, void* data, int size, sqlite3_int64 offset) {
    FaultFile& self = Of(file);
    if (self.path != nullptr) {
      absl::MutexLock lock(&self.vfs->mutex_);
      if (!self.vfs->power_) return SQLITE_IOERR_READ;
      const int code = self.vfs->Meet(self.vfs->read_fault_, *self.path);
      if (code != SQLITE_OK) return code;
    }
    return Real(file).xRead(self.real, data, size, offset);
  }

  static int Write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
    FaultFile& self = Of(file);
    if (self.path != nullptr) {
      absl::MutexLock lock(&self.vfs->mutex_);
      if (!self.vfs->TakePower()) return SQLITE_IOERR_WRITE;
      const int code = self.vfs->Meet(self.vfs->write_fault_, *self.path);
      if (code != SQLITE_OK) return code;
      self.vfs->files_[*self.path].unsynced.push_back(
          {false, offset, std::string(static_cast<const char*>(data), size)});
    }
    return Real(file).xWrite(self.real, data, size, offset);
  }

  static int Truncate(sqlite3_file* file, sqlite3_int64 size) {
    FaultFile& self = Of(file);
    if (self.path != nullptr) {
      absl::MutexLock lock(&self.vfs->mutex_);
      if (!self.vfs->TakePower()) return SQLITE_IOERR_TRUNCATE;
      self.vfs->files_[*self.path].unsynced.push_back({true, size, ""});
    }
    return Real(file).xTruncate(self.real, size);
  }

  static int Sync(sqlite3_file* file, int) {
    FaultFile& self = Of(file);
    if (self.path == nullptr) return SQLITE_OK;
    absl::MutexLock lock(&self.vfs->mutex_);
    if (!self.vfs->TakePower()) return SQLITE_IOERR_FSYNC;
    FaultVfs::DiskFile& disk = self.vfs->files_[*self.path];
    const int code = self.vfs->Meet(self.vfs->sync_fault_, *self.path);
    if (code == SQLITE_OK) {
      for (const FaultVfs::Change& change : disk.unsynced) FaultVfs::Apply(change, disk.lasting);
    }
    disk.unsynced.clear();
    return code;
  }

  static int FileSize(sqlite3_file* file, sqlite3_int64* size) {
    return Real(file).xFileSize(Of(file).real, size);
  }
  static int Lock(sqlite3_file* file, int level) { return Real(file).xLock(Of(file).real, level); }
  static int Unlock(sqlite3_file* file, int level) {
    return Real(file).xUnlock(Of(file).real, level);
  }
  static int CheckReservedLock(sqlite3_file* file, int* result) {
    return Real(file).xCheckReservedLock(Of(file).real, result);
  }
  static int FileControl(sqlite3_file* file, int operation, void* argument) {
    return Real(file).xFileControl(Of(file).real, operation, argument);
  }
  static int SectorSize(sqlite3_file* file) { return Real(file).xSectorSize(Of(file).real); }
  static int DeviceCharacteristics(sqlite3_file* file) {
    return Real(file).xDeviceCharacteristics(Of(file).real);
  }
  static int ShmMap(sqlite3_file* file, int page, int size, int extend, void volatile** out) {
    return Real(file).xShmMap(Of(file).real, page, size, extend, out);
  }
  static int ShmLock(sqlite3_file* file, int offset, int count, int flags) {
    return Real(file).xShmLock(Of(file).real, offset, count, flags);
  }
  static void ShmBarrier(sqlite3_file* file) { Real(file).xShmBarrier(Of(file).real); }
  static int ShmUnmap(sqlite3_file* file, int remove) {
    return Real(file).xShmUnmap(Of(file).real, remove);
  }

  static int Open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* result) {
    static const sqlite3_io_methods methods = Methods();
    FaultVfs& self = Of(vfs);
    auto* fault_file = reinterpret_cast<FaultFile*>(file);
    file->pMethods = nullptr;
    if (path != nullptr) {
      absl::MutexLock lock(&self.mutex_);
      if (!self.power_) return SQLITE_CANTOPEN;
      if (self.files_.count(path) == 0) self.files_[path].lasting = ReadAll(path);
    }
    fault_file->real = reinterpret_cast<sqlite3_file*>(fault_file + 1);
    const int code = self.real_->xOpen(self.real_, path, fault_file->real, flags, result);
    if (code != SQLITE_OK) return code;
    fault_file->vfs = &self;
    fault_file->path = path == nullptr ? nullptr : new std::string(path);
    file->pMethods = &methods;
    return SQLITE_OK;
  }

  static int Delete(sqlite3_vfs* vfs, const char* path, int sync_folder) {
    FaultVfs& self = Of(vfs);
    absl::MutexLock lock(&self.mutex_);
    if (!self.TakePower()) return SQLITE_IOERR_DELETE;
    self.files_.erase(path);
    return self.real_->xDelete(self.real_, path, sync_folder);
  }

  static int Access(sqlite3_vfs* vfs, const char* path, int flags, int* result) {
    return Of(vfs).real_->xAccess(Of(vfs).real_, path, flags, result);
  }
  static int FullPathname(sqlite3_vfs* vfs, const char* path, int size, char* out) {
    return Of(vfs).real_->xFullPathname(Of(vfs).real_, path, size, out);
  }
  static int Randomness(sqlite3_vfs* vfs, int size, char* out) {
    return Of(vfs).real_->xRandomness(Of(vfs).real_, size, out);
  }
  static int Sleep(sqlite3_vfs* vfs, int micros) {
    return Of(vfs).real_->xSleep(Of(vfs).real_, micros);
  }
  static int CurrentTime(sqlite3_vfs* vfs, sqlite3_int64* out) {
    return Of(vfs).real_->xCurrentTimeInt64(Of(vfs).real_, out);
  }
  static int LastError(sqlite3_vfs*, int, char*) { return 0; }

  static sqlite3_io_methods Methods() {
    sqlite3_io_methods methods{};
    methods.iVersion = 2;
    methods.xClose = Close;
    methods.xRead = Read;
    methods.xWrite = Write;
    methods.xTruncate = Truncate;
    methods.xSync = Sync;
    methods.xFileSize = FileSize;
    methods.xLock = Lock;
    methods.xUnlock = Unlock;
    methods.xCheckReservedLock = CheckReservedLock;
    methods.xFileControl = FileControl;
    methods.xSectorSize = SectorSize;
    methods.xDeviceCharacteristics = DeviceCharacteristics;
    methods.xShmMap = ShmMap;
    methods.xShmLock = ShmLock;
    methods.xShmBarrier = ShmBarrier;
    methods.xShmUnmap = ShmUnmap;
    return methods;
  }

  static sqlite3_vfs Vfs(FaultVfs* self, const char* name, const sqlite3_vfs& real) {
    sqlite3_vfs vfs{};
    vfs.iVersion = 2;
    vfs.szOsFile = static_cast<int>(sizeof(FaultFile)) + real.szOsFile;
    vfs.mxPathname = real.mxPathname;
    vfs.zName = name;
    vfs.pAppData = self;
    vfs.xOpen = Open;
    vfs.xDelete = Delete;
    vfs.xAccess = Access;
    vfs.xFullPathname = FullPathname;
    vfs.xRandomness = Randomness;
    vfs.xSleep = Sleep;
    vfs.xCurrentTimeInt64 = CurrentTime;
    vfs.xGetLastError = LastError;
    return vfs;
  }
};

FaultVfs::FaultVfs()
    : name_(absl::StrFormat("fault-%p", this)),
      real_(sqlite3_vfs_find(nullptr)),
      vfs_(FaultVfsCallbacks::Vfs(this, name_.c_str(), *real_)) {
  sqlite3_vfs_register(&vfs_, 0);
}

FaultVfs::~FaultVfs() { sqlite3_vfs_unregister(&vfs_); }

void FaultVfs::FailWritesWith(int code, const std::string& suffix) {
  absl::MutexLock lock(&mutex_);
  write_fault_ = {code, suffix};
}

void FaultVfs::FailSyncsWith(int code, const std::string& suffix) {
  absl::MutexLock lock(&mutex_);
  sync_fault_ = {code, suffix};
}

void FaultVfs::FailReadsWith(int code) {
  absl::MutexLock lock(&mutex_);
  read_fault_ = {code, ""};
}

void FaultVfs::CutPowerAt(int64_t operations) {
  absl::MutexLock lock(&mutex_);
  operations_left_ = operations;
}

bool FaultVfs::power() const {
  absl::MutexLock lock(&mutex_);
  return power_;
}

void FaultVfs::Kill() {
  absl::MutexLock lock(&mutex_);
  power_ = false;
}

void FaultVfs::LetNextProcessIn() {
  absl::MutexLock lock(&mutex_);
  for (const auto& [path, disk] : files_) std::filesystem::remove(path + "-shm");
  power_ = true;
}

bool FaultVfs::TakePower() {
  if (operations_left_ > 0 && --operations_left_ == 0) power_ = false;
  return power_;
}

int FaultVfs::Meet(const Fault& fault, const std::string& path) const {
  return absl::EndsWith(path, fault.suffix) ? fault.code : SQLITE_OK;
}

void FaultVfs::Apply(const Change& change, std::string& content) {
  if (change.truncates) {
    content.resize(change.offset);
    return;
  }
  content.resize(std::max(content.size(), change.offset + change.bytes.size()));
  content.replace(change.offset, change.bytes.size(), change.bytes);
}

void FaultVfs::RestorePower(Unsynced unsynced, uint64_t seed) {
  absl::MutexLock lock(&mutex_);
  for (auto& [path, disk] : files_) {
    uint64_t number = 0;
    for (const Change& change : disk.unsynced) {
      ++number;
      if (unsynced == Unsynced::kLost) continue;
      if (unsynced == Unsynced::kKept) {
        Apply(change, disk.lasting);
      } else if (change.truncates) {
        if (Chance(seed, number, 0)) Apply(change, disk.lasting);
      } else {
        for (size_t at = 0; at < change.bytes.size(); at += kSector) {
          if (!Chance(seed, number, at)) continue;
          Apply({false, change.offset + static_cast<int64_t>(at), change.bytes.substr(at, kSector)},
                disk.lasting);
        }
      }
    }
    disk.unsynced.clear();
    std::ofstream(path, std::ios::binary | std::ios::trunc) << disk.lasting;
    std::filesystem::remove(path + "-shm");
  }
  power_ = true;
  operations_left_ = -1;
  write_fault_ = sync_fault_ = read_fault_ = {};
}

}  // namespace waypost::store
