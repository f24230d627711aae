// SPDX-License-Identifier: Apache-2.0
// An HTTP server whose clients cannot hold it: the library bounds each read, not a whole request.
#pragma once

#include <atomic>
#include <chrono>

#include "httplib.h"

namespace waypost::service {

// How long clients may take. Thread-safe.
class ClientPatience {
 public:
  using Clock = std::chrono::steady_clock;

  // For a request to arrive whole, and again for its answer to be taken.
  static constexpr std::chrono::seconds kUsual{10};
  // The same while others wait for a thread, and from the shutdown on.
  static constexpr std::chrono::seconds kHurried{1};

  void CountWaiting(int difference) { waiting_ += difference; }
  void ShutDown();

  // Until when a client may take who began at `begin`, as things stand.
  [[nodiscard]] Clock::time_point Deadline(Clock::time_point begin) const;
  [[nodiscard]] bool shutting_down() const { return shutting_down_; }

 private:
  std::atomic<int> waiting_ = 0;
  std::atomic<bool> shutting_down_ = false;
  std::atomic<Clock::time_point> shut_down_at_{};  // set before shutting_down_
};

// The library's server with one request a connection and ClientPatience: who takes longer is cut
// off, who has sent nothing when the server shuts down at once.
class BoundedHttpServer : public httplib::Server {
 public:
  // Answers on `threads` threads; connections beyond that wait.
  explicit BoundedHttpServer(size_t threads);

  // Ends listening, in another thread, once the calls under way have ended.
  void ShutDown();

 private:
  bool process_and_close_socket(socket_t socket) override;

  ClientPatience patience_;
};

}  // namespace waypost::service
