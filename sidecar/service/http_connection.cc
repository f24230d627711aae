// SPDX-License-Identifier: Apache-2.0
#include "sidecar/service/http_connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <functional>
#include <string>
#include <utility>

namespace waypost::service {
namespace {

// How often a thread that waits for its client looks whether there is a hurry.
constexpr std::chrono::milliseconds kLook{100};

// One connection, without a copy of the library's own stream for sockets, which it does not show.
class HttpConnection final : public httplib::Stream {
 public:
  HttpConnection(socket_t socket, const ClientPatience& patience)
      : socket_(socket), patience_(patience), begin_(ClientPatience::Clock::now()) {}

  bool is_readable() const override { return at_ < end_ || AwaitReady(POLLIN); }
  bool is_writable() const override { return AwaitReady(POLLOUT); }

  ssize_t read(char* bytes, size_t size) override {
    if (at_ == end_) {
      if (!AwaitReady(POLLIN)) return -1;
      const ssize_t received = recv(socket_, buffer_.data(), buffer_.size(), 0);
      if (received <= 0) return received;
      at_ = 0;
      end_ = static_cast<size_t>(received);
    }
    const size_t count = std::min(size, end_ - at_);
    std::copy_n(buffer_.data() + at_, count, bytes);
    at_ += count;
    return static_cast<ssize_t>(count);
  }

  ssize_t write(const char* bytes, size_t size) override {
    if (!answering_) {
      answering_ = true;
      begin_ = ClientPatience::Clock::now();
    }
    size_t sent = 0;
    while (sent < size) {
      if (!AwaitReady(POLLOUT)) return -1;
      const ssize_t count = send(socket_, bytes + sent, size - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (count < 0 && errno != EAGAIN && errno != EINTR) return -1;
      sent += static_cast<size_t>(std::max<ssize_t>(count, 0));
    }
    return static_cast<ssize_t>(size);
  }

  void get_remote_ip_and_port(std::string& ip, int& port) const override {
    Describe(getpeername, &ip, &port);
  }
  void get_local_ip_and_port(std::string& ip, int& port) const override {
    Describe(getsockname, &ip, &port);
  }
  socket_t socket() const override { return socket_; }

 private:
  [[nodiscard]] bool AwaitReady(short events) const {
    while (true) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(patience_.Deadline(begin_) -
                                                                     ClientPatience::Clock::now());
      const bool idle = !answering_ && end_ == 0 && patience_.shutting_down();
      pollfd waited_for = {socket_, events, 0};
      const auto wait = idle ? std::chrono::milliseconds(0) : std::clamp(left, {}, kLook);
      const int ready = poll(&waited_for, 1, static_cast<int>(wait.count()));
      if (ready > 0) return left.count() > 0;
      if ((ready < 0 && errno != EINTR) || idle || left.count() <= 0) return false;
    }
  }

  void Describe(int (*name_of)(int, sockaddr*, socklen_t*), std::string* ip, int* port) const {
    sockaddr_storage address{};
    socklen_t length = sizeof(address);
    if (name_of(socket_, reinterpret_cast<sockaddr*>(&address), &length) != 0) return;
    std::array<char, INET6_ADDRSTRLEN> text{};
    const bool six = address.ss_family == AF_INET6;
    const auto* four_in = reinterpret_cast<const sockaddr_in*>(&address);
    const auto* six_in = reinterpret_cast<const sockaddr_in6*>(&address);
    const void* bytes = six ? static_cast<const void*>(&six_in->sin6_addr)
                            : static_cast<const void*>(&four_in->sin_addr);
    if (inet_ntop(address.ss_family, bytes, text.data(), text.size()) == nullptr) return;
    *ip = text.data();
    *port = ntohs(six ? six_in->sin6_port : four_in->sin_port);
  }

  const socket_t socket_;
  const ClientPatience& patience_;
  ClientPatience::Clock::time_point begin_;  // of the request, then of the answer
  bool answering_ = false;
  std::array<char, 4096> buffer_{};
  size_t at_ = 0;
  size_t end_ = 0;  // 0 until something has come
};

// The library's threads, telling how many connections wait for one.
class CountingPool final : public httplib::ThreadPool {
 public:
  CountingPool(size_t threads, ClientPatience* patience)
      : httplib::ThreadPool(threads), patience_(*patience) {}

  void enqueue(std::function<void()> work) override {
    patience_.CountWaiting(1);
    httplib::ThreadPool::enqueue([this, work = std::move(work)] {
      patience_.CountWaiting(-1);
      work();
    });
  }

 private:
  ClientPatience& patience_;
};

}  // namespace

void ClientPatience::ShutDown() {
  shut_down_at_ = Clock::now();
  shutting_down_ = true;
}

ClientPatience::Clock::time_point ClientPatience::Deadline(Clock::time_point begin) const {
  const Clock::time_point deadline = begin + (waiting_ > 0 ? kHurried : kUsual);
  return shutting_down_ ? std::min(deadline, shut_down_at_.load() + kHurried) : deadline;
}

BoundedHttpServer::BoundedHttpServer(size_t threads) {
  new_task_queue = [this, threads] { return new CountingPool(threads, &patience_); };
}

void BoundedHttpServer::ShutDown() {
  patience_.ShutDown();
  stop();
}

bool BoundedHttpServer::process_and_close_socket(socket_t socket) {
  bool closed = false;
  HttpConnection connection(socket, patience_);
  const bool answered = process_request(connection, /*close_connection=*/true, closed, nullptr);
  shutdown(socket, SHUT_RDWR);
  close(socket);
  return answered;
}

}  // namespace waypost::service
