// SPDX-License-Identifier: Apache-2.0
#include "sidecar/rules/watcher.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/rules/calendars.h"

namespace waypost::rules {
namespace {

namespace fs = std::filesystem;

constexpr uint32_t kChanges = IN_CREATE | IN_CLOSE_WRITE | IN_MODIFY | IN_MOVED_FROM | IN_MOVED_TO |
                              IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ATTRIB;
constexpr int kLongestBurst = 10;  // in settle times
constexpr int kMaxLinks = 8;       // symbolic links followed on the way

}  // namespace

// The watches on everything that the path leads through: the folder itself, and of each symbolic
// link and file on the way, and on the way of the links in the folder, the folder that holds it,
// narrowed to its name.
class Watcher::Watches {
 public:
  Watches(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  ~Watches() { close(fd_); }
  Watches(const Watches&) = delete;
  Watches& operator=(const Watches&) = delete;

  [[nodiscard]] int fd() const { return fd_; }

  // Watches what the path, and each symbolic link in the folder, leads through now. Watches that
  // are no longer needed stay; they tell without need, rarely.
  absl::Status Renew() {
    names_.clear();
    fs::path path = fs::path(path_).lexically_normal();
    if (!path.has_filename()) {
      path = path.parent_path();
    }
    WAYPOST_RETURN_IF_ERROR(Follow(path, kMaxLinks));
    std::error_code error;
    if (!fs::is_directory(path_, error)) {
      return absl::OkStatus();
    }
    WAYPOST_RETURN_IF_ERROR(Add(path_, ""));
    return FollowEntries();
  }

  // Reads what has happened; true when some of it concerns the path.
  bool Drain() {
    alignas(inotify_event) std::array<char, 16 * (sizeof(inotify_event) + NAME_MAX + 1)> buffer;
    bool concerned = false;
    while (true) {
      const ssize_t length = read(fd_, buffer.data(), buffer.size());
      if (length <= 0) {
        return concerned;
      }
      for (ssize_t at = 0; at < length;) {
        const auto* event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
        const std::string_view name = event->len > 0 ? event->name : "";
        concerned = concerned || Concerns(event->wd, event->mask, name);
        at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
      }
    }
  }

 private:
  // Watches the name of `path`, and of each symbolic link on the way to it and where that leads.
  absl::Status Follow(const fs::path& path, int links_left) {
    WAYPOST_RETURN_IF_ERROR(WatchName(path));
    for (fs::path step = path; step.has_relative_path() && links_left > 0;
         step = step.parent_path()) {
      std::error_code error;
      const fs::path target = fs::read_symlink(step, error);
      if (error) {
        continue;
      }
      const fs::path folder = fs::weakly_canonical(step.parent_path(), error);
      WAYPOST_RETURN_IF_ERROR(WatchName(step));
      WAYPOST_RETURN_IF_ERROR(Follow((folder / target).lexically_normal(), links_left - 1));
    }
    return absl::OkStatus();
  }

  // A link whose target cannot be watched does not keep the others from it.
  absl::Status FollowEntries() {
    std::error_code error;
    for (fs::directory_iterator entry(path_, error); !error && entry != fs::directory_iterator();
         entry.increment(error)) {
      std::error_code no_link;
      if (!entry->is_symlink(no_link)) {
        continue;
      }
      absl::Status status = Follow(entry->path(), kMaxLinks);
      if (absl::IsResourceExhausted(status)) {
        return status;
      }
    }
    return absl::OkStatus();
  }

  absl::Status WatchName(const fs::path& step) {
    const fs::path folder = step.has_parent_path() ? step.parent_path() : fs::path(".");
    return Add(folder.string(), step.filename().string());
  }

  absl::Status Add(const std::string& folder, const std::string& name) {
    const int watch = inotify_add_watch(fd_, folder.c_str(), kChanges | IN_ONLYDIR);
    if (watch < 0) {
      return absl::ErrnoToStatus(errno, absl::StrCat("cannot watch ", folder));
    }
    names_[watch].push_back(name);
    return absl::OkStatus();
  }

  // An empty name stands for everything in the folder. Everything that starts with "..data" is
  // Kubernetes at work.
  [[nodiscard]] bool Concerns(int watch, uint32_t mask, std::string_view name) const {
    if ((mask & IN_Q_OVERFLOW) != 0) {
      return true;
    }
    const auto found = names_.find(watch);
    if (found == names_.end()) {
      return false;
    }
    const bool self = (mask & (IN_DELETE_SELF | IN_MOVE_SELF)) != 0;
    return std::any_of(found->second.begin(), found->second.end(), [&](const std::string& wanted) {
      return self || wanted.empty() || wanted == name || name.substr(0, 6) == "..data" ||
             IsHolidayFile(name);
    });
  }

  std::string path_;
  int fd_;
  std::unordered_map<int, std::vector<std::string>> names_;  // by watch
};

absl::StatusOr<std::unique_ptr<Watcher>> Watcher::Start(const std::string& path,
                                                        std::function<void()> on_change,
                                                        absl::Duration settle_time) {
  std::error_code error;
  if (!fs::exists(path, error)) {
    return absl::NotFoundError(absl::StrCat("there is no file or folder ", path));
  }
  const int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (fd < 0) {
    return absl::ErrnoToStatus(errno, "cannot watch files");
  }
  auto watches = std::make_unique<Watches>(path, fd);
  WAYPOST_RETURN_IF_ERROR(watches->Renew());
  const int wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (wake_fd < 0) {
    return absl::ErrnoToStatus(errno, "cannot watch files");
  }
  return std::unique_ptr<Watcher>(
      new Watcher(std::move(watches), wake_fd, std::move(on_change), settle_time));
}

Watcher::Watcher(std::unique_ptr<Watches> watches, int wake_fd, std::function<void()> on_change,
                 absl::Duration settle_time)
    : watches_(std::move(watches)),
      wake_fd_(wake_fd),
      on_change_(std::move(on_change)),
      settle_time_(settle_time),
      thread_([this] { Run(); }) {}

Watcher::~Watcher() {
  const uint64_t one = 1;
  // An eventfd takes a first write at once.
  (void)!write(wake_fd_, &one, sizeof(one));
  thread_.join();
  close(wake_fd_);
}

void Watcher::Run() {
  using SteadyClock = std::chrono::steady_clock;
  std::array<pollfd, 2> waited_for = {{{watches_->fd(), POLLIN, 0}, {wake_fd_, POLLIN, 0}}};
  const int settle_ms = static_cast<int>(absl::ToInt64Milliseconds(settle_time_));
  const auto longest_burst = std::chrono::milliseconds(settle_ms) * kLongestBurst;
  bool changed = false;
  SteadyClock::time_point first_change;
  while (true) {
    const int ready = poll(waited_for.data(), waited_for.size(), changed ? settle_ms : -1);
    if ((ready < 0 && errno != EINTR) || (waited_for[1].revents & POLLIN) != 0) {
      return;
    }
    if (ready > 0 && watches_->Drain() && !changed) {
      changed = true;
      first_change = SteadyClock::now();
    }
    if (changed && (ready == 0 || SteadyClock::now() - first_change > longest_burst)) {
      changed = false;
      // Before the call, so that nothing that changes from here on is missed. A path that is gone
      // for the moment stays watched by its name.
      watches_->Renew().IgnoreError();
      on_change_();
    }
  }
}

}  // namespace waypost::rules
