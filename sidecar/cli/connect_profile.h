// SPDX-License-Identifier: Apache-2.0
// What the `waypost connect` commands share.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "connectors/engine/config.h"
#include "connectors/engine/profile.h"
#include "sidecar/cli/output.h"

namespace CLI {
class App;
}

namespace waypost::cli {

// Of a profile.
struct ProfilePath {
  std::string file;    // profile.yaml
  std::string folder;  // that it lies in, with its fixtures
};

// A profile as commands name it: a file, a folder with a profile.yaml, or the name of one that
// comes with the program, such as "request-tracker". NOT_FOUND lists those.
[[nodiscard]] absl::StatusOr<ProfilePath> FindProfile(const std::string& name);

// Loads it, or prints what is wrong and returns nullptr.
[[nodiscard]] std::unique_ptr<const connectors::Profile> LoadProfileOrPrint(const ProfilePath& path,
                                                                            const Output& output);

// Loads the configuration of connectors, or prints what is wrong and returns nullptr.
[[nodiscard]] std::unique_ptr<const connectors::Config> LoadConnectConfigOrPrint(
    const std::string& path, connectors::Secrets secrets, const Output& output);

void AddConnectCheckCommand(CLI::App& connect, const Output& output, int& exit_code);
void AddConnectMapCommand(CLI::App& connect, const Output& output, int& exit_code);
void AddConnectTestCommand(CLI::App& connect, const Output& output, int& exit_code);
void AddConnectRunCommand(CLI::App& connect, const Output& output, int& exit_code);
void AddConnectReplayCommand(CLI::App& connect, const Output& output, int& exit_code);

}  // namespace waypost::cli
