// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "sidecar/store/sqlite.h"

namespace waypost::connectors {

// Which actions were begun and done at the tools, on disk, so that none is done twice. In the
// spool's database. One thread at a time.
class WriteLedger {
 public:
  struct Entry {
    absl::Time started_at;
    bool done = false;
  };

  // How long an action that was done is known; the sidecar keeps them as long.
  static constexpr absl::Duration kKept = absl::Hours(24 * 30);

  // Opens the database of a spool that is open. Forgets what was done more than kKept before `now`.
  static absl::StatusOr<std::unique_ptr<WriteLedger>> Open(const std::string& path, absl::Time now);

  // Nothing for an action that was not begun.
  [[nodiscard]] absl::StatusOr<std::optional<Entry>> Find(std::string_view action_id);

  // Each is on disk when it returns. An action begun again keeps the time of its first beginning.
  [[nodiscard]] absl::Status Begin(std::string_view action_id, absl::Time now);
  [[nodiscard]] absl::Status Finish(std::string_view action_id, std::string_view reference);
  // It had no effect.
  [[nodiscard]] absl::Status Forget(std::string_view action_id);

 private:
  explicit WriteLedger(std::unique_ptr<store::SqliteConnection> connection)
      : connection_(std::move(connection)) {}

  std::unique_ptr<store::SqliteConnection> connection_;
  std::optional<store::SqliteStatement> find_;
  std::optional<store::SqliteStatement> begin_;
  std::optional<store::SqliteStatement> finish_;
  std::optional<store::SqliteStatement> forget_;
};

}  // namespace waypost::connectors
