// SPDX-License-Identifier: Apache-2.0
#include "sidecar/store/sqlite_reader_pool.h"

namespace waypost::store {

bool SqliteReaderPool::MayBorrow() const { return !suspended_ && (!idle_.empty() || size_ == 0); }

bool SqliteReaderPool::AllIdle() const { return idle_.size() == size_; }

std::unique_ptr<SqliteReader> SqliteReaderPool::Borrow() {
  absl::MutexLock lock(&mutex_, absl::Condition(this, &SqliteReaderPool::MayBorrow));
  if (idle_.empty()) return nullptr;
  std::unique_ptr<SqliteReader> reader = std::move(idle_.back());
  idle_.pop_back();
  return reader;
}

void SqliteReaderPool::Return(std::unique_ptr<SqliteReader> reader) {
  absl::MutexLock lock(&mutex_);
  idle_.push_back(std::move(reader));
}

void SqliteReaderPool::Suspend() {
  absl::MutexLock lock(&mutex_);
  suspended_ = true;
  mutex_.Await(absl::Condition(this, &SqliteReaderPool::AllIdle));
}

void SqliteReaderPool::Replace(std::vector<std::unique_ptr<SqliteReader>> readers) {
  absl::MutexLock lock(&mutex_);
  idle_ = std::move(readers);
  size_ = idle_.size();
}

void SqliteReaderPool::Resume() {
  absl::MutexLock lock(&mutex_);
  suspended_ = false;
}

}  // namespace waypost::store
