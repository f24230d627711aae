// SPDX-License-Identifier: Apache-2.0
// Files that tests compare with. Run a test with WAYPOST_UPDATE_GOLDEN=1 to write them anew, and
// read the difference before committing it.
#pragma once

#include <string>
#include <string_view>

namespace waypost::testing {

// Fails the current test when the file, given from the root of the source tree, differs from
// `actual`.
void ExpectGolden(std::string_view path, std::string_view actual);

// The same for the part of a file between the lines "<!-- NAME:begin -->" and "<!-- NAME:end -->".
void ExpectGoldenSection(std::string_view path, std::string_view name, std::string_view actual);

}  // namespace waypost::testing
