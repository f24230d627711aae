// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace waypost::cel {

// What came of the vectors of one file of the suite.
struct FileResult {
  int passed = 0;
  int not_applicable = 0;  // they need protobuf messages
  std::vector<std::string> failures;
};

// By file of the suite.
using Results = std::map<std::string, FileResult>;

// Whether every vector of the file must pass.
bool IsRequired(const std::string& file);
// Whether every vector must pass that needs no protobuf message.
bool IsRequiredWithoutMessages(const std::string& file);

// Reads the least number of vectors that must pass: lines of "FILE NUMBER", '#' starts a comment.
absl::Status ReadMinimums(const std::string& path, std::map<std::string, int>* minimums);

// Prints the table and what is wrong. True when nothing is.
bool PrintReport(const Results& results, const std::map<std::string, int>& minimums);

}  // namespace waypost::cel
