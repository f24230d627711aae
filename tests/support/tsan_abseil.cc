// SPDX-License-Identifier: Apache-2.0
// Shows ThreadSanitizer what absl::Mutex and absl::CondVar order. Debian's Abseil is built without
// it and parks threads by itself, so that everything a mutex of ours protects would be reported as
// a race. These definitions come before the library's; each calls the library's and says what it
// ordered. Linked into every test of a thread-sanitized build, and into nothing else.
#include <dlfcn.h>

#include <utility>

#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

extern "C" {
void __tsan_acquire(void* address);
void __tsan_release(void* address);
void AnnotateIgnoreReadsBegin(const char* file, int line);
void AnnotateIgnoreReadsEnd(const char* file, int line);
}

namespace {

using absl::Condition;
using absl::CondVar;
using absl::Mutex;

template <typename Function>
Function* Library(const char* symbol) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, symbol));
}

// Calls the library. The conditions it evaluates there, under the lock but possibly on the thread
// that lets it go, are not looked at.
template <typename Result, typename... Parameters>
Result Call(Result (*function)(Parameters...), Parameters... arguments) {
  struct Ignore {
    Ignore() { AnnotateIgnoreReadsBegin(__FILE__, __LINE__); }
    ~Ignore() { AnnotateIgnoreReadsEnd(__FILE__, __LINE__); }
  } ignore;
  return function(std::forward<Parameters>(arguments)...);
}

}  // namespace

namespace absl {
ABSL_NAMESPACE_BEGIN

#define MUTEX(name) "_ZN4absl7debian35Mutex" name
#define CONDITION_VARIABLE(name) "_ZN4absl7debian37CondVar" name

void Mutex::Lock() {
  static auto* const library = Library<void(Mutex*)>(MUTEX("4LockEv"));
  Call(library, this);
  __tsan_acquire(this);
}

void Mutex::Unlock() {
  static auto* const library = Library<void(Mutex*)>(MUTEX("6UnlockEv"));
  __tsan_release(this);
  Call(library, this);
}

bool Mutex::TryLock() {
  static auto* const library = Library<bool(Mutex*)>(MUTEX("7TryLockEv"));
  const bool taken = Call(library, this);
  if (taken) __tsan_acquire(this);
  return taken;
}

void Mutex::ReaderLock() {
  static auto* const library = Library<void(Mutex*)>(MUTEX("10ReaderLockEv"));
  Call(library, this);
  __tsan_acquire(this);
}

void Mutex::ReaderUnlock() {
  static auto* const library = Library<void(Mutex*)>(MUTEX("12ReaderUnlockEv"));
  __tsan_release(this);
  Call(library, this);
}

void Mutex::LockWhen(const Condition& condition) {
  static auto* const library =
      Library<void(Mutex*, const Condition&)>(MUTEX("8LockWhenERKNS0_9ConditionE"));
  Call<void, Mutex*, const Condition&>(library, this, condition);
  __tsan_acquire(this);
}

bool Mutex::LockWhenWithTimeout(const Condition& condition, Duration timeout) {
  static auto* const library = Library<bool(Mutex*, const Condition&, Duration)>(
      MUTEX("19LockWhenWithTimeoutERKNS0_9ConditionENS0_8DurationE"));
  const bool holds =
      Call<bool, Mutex*, const Condition&, Duration>(library, this, condition, timeout);
  __tsan_acquire(this);
  return holds;
}

bool Mutex::LockWhenWithDeadline(const Condition& condition, Time deadline) {
  static auto* const library = Library<bool(Mutex*, const Condition&, Time)>(
      MUTEX("20LockWhenWithDeadlineERKNS0_9ConditionENS0_4TimeE"));
  const bool holds = Call<bool, Mutex*, const Condition&, Time>(library, this, condition, deadline);
  __tsan_acquire(this);
  return holds;
}

void Mutex::Await(const Condition& condition) {
  static auto* const library =
      Library<void(Mutex*, const Condition&)>(MUTEX("5AwaitERKNS0_9ConditionE"));
  __tsan_release(this);
  Call<void, Mutex*, const Condition&>(library, this, condition);
  __tsan_acquire(this);
}

bool Mutex::AwaitWithTimeout(const Condition& condition, Duration timeout) {
  static auto* const library = Library<bool(Mutex*, const Condition&, Duration)>(
      MUTEX("16AwaitWithTimeoutERKNS0_9ConditionENS0_8DurationE"));
  __tsan_release(this);
  const bool holds =
      Call<bool, Mutex*, const Condition&, Duration>(library, this, condition, timeout);
  __tsan_acquire(this);
  return holds;
}

bool Mutex::AwaitWithDeadline(const Condition& condition, Time deadline) {
  static auto* const library = Library<bool(Mutex*, const Condition&, Time)>(
      MUTEX("17AwaitWithDeadlineERKNS0_9ConditionENS0_4TimeE"));
  __tsan_release(this);
  const bool holds = Call<bool, Mutex*, const Condition&, Time>(library, this, condition, deadline);
  __tsan_acquire(this);
  return holds;
}

void CondVar::Wait(Mutex* mutex) {
  static auto* const library =
      Library<void(CondVar*, Mutex*)>(CONDITION_VARIABLE("4WaitEPNS0_5MutexE"));
  __tsan_release(mutex);
  Call(library, this, mutex);
  __tsan_acquire(mutex);
}

bool CondVar::WaitWithTimeout(Mutex* mutex, Duration timeout) {
  static auto* const library = Library<bool(CondVar*, Mutex*, Duration)>(
      CONDITION_VARIABLE("15WaitWithTimeoutEPNS0_5MutexENS0_8DurationE"));
  __tsan_release(mutex);
  const bool timed_out = Call(library, this, mutex, timeout);
  __tsan_acquire(mutex);
  return timed_out;
}

bool CondVar::WaitWithDeadline(Mutex* mutex, Time deadline) {
  static auto* const library = Library<bool(CondVar*, Mutex*, Time)>(
      CONDITION_VARIABLE("16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE"));
  __tsan_release(mutex);
  const bool timed_out = Call(library, this, mutex, deadline);
  __tsan_acquire(mutex);
  return timed_out;
}

ABSL_NAMESPACE_END
}  // namespace absl
