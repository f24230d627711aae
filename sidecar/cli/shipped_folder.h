// SPDX-License-Identifier: Apache-2.0
// Where the files are that come with the program.
#pragma once

#include <optional>
#include <string>

namespace waypost::cli {

// The path of this executable; "waypost" when it cannot be told.
[[nodiscard]] std::string ExecutablePath();

// The folder of this name ("rules/service-desk") in the working directory, in a folder above the
// executable, or in `share/waypost` beside its `bin`.
[[nodiscard]] std::optional<std::string> FindShippedFolder(const std::string& name);

}  // namespace waypost::cli
