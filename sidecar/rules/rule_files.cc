// SPDX-License-Identifier: Apache-2.0
// Which files make a rule set, and their contents.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/rules/loader.h"

namespace waypost::rules {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxFiles = 1000;
constexpr uintmax_t kMaxTotalBytes = 16 << 20;

bool IsRulesFile(const std::string& name) {
  const bool yaml = absl::EndsWith(name, ".yaml") || absl::EndsWith(name, ".yml");
  const bool test = absl::EndsWith(name, "_test.yaml") || absl::EndsWith(name, "_test.yml");
  return yaml && !test && !absl::StartsWith(name, ".");
}

absl::Status Failure(const fs::path& path, const std::error_code& error) {
  return absl::ErrnoToStatus(error.value(), absl::StrCat("cannot read ", path.string()));
}

absl::StatusOr<std::vector<fs::path>> ListFolder(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> paths;
  fs::directory_iterator entries(folder, error);
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    std::error_code not_readable;
    if (IsRulesFile(entries->path().filename().string()) &&
        fs::is_regular_file(entries->path(), not_readable)) {
      paths.push_back(entries->path());
    }
  }
  if (error) {
    return Failure(folder, error);
  }
  if (paths.empty()) {
    return absl::NotFoundError(
        absl::StrCat(folder.string(), " has no rules file (*.yaml, *.yml) in it"));
  }
  if (paths.size() > kMaxFiles) {
    return absl::ResourceExhaustedError(absl::StrCat(
        folder.string(), " has ", paths.size(), " rules files; at most ", kMaxFiles, " are read"));
  }
  return paths;
}

// Reads up to and a little beyond `limit` bytes, by which the caller sees that there are more.
absl::StatusOr<std::string> ReadContent(const fs::path& path, uintmax_t limit) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot read ", path.string()));
  }
  std::string content;
  std::string chunk(size_t{64} << 10, '\0');
  while (stream && content.size() <= limit) {
    stream.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
    content.append(chunk, 0, static_cast<size_t>(stream.gcount()));
  }
  if (stream.bad()) {
    return absl::DataLossError(absl::StrCat("cannot read ", path.string()));
  }
  return content;
}

}  // namespace

absl::StatusOr<RuleFiles> ReadRuleFiles(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) {
    return absl::NotFoundError(absl::StrCat("there is no file or folder ", path));
  }
  if (error) {
    return Failure(path, error);
  }
  std::vector<fs::path> paths = {path};
  if (fs::is_directory(status)) {
    WAYPOST_ASSIGN_OR_RETURN(paths, ListFolder(path));
  } else if (!fs::is_regular_file(status)) {
    return absl::InvalidArgumentError(absl::StrCat(path, " is neither a file nor a folder"));
  }
  RuleFiles files;
  uintmax_t rest = kMaxTotalBytes;
  for (const fs::path& file : paths) {
    WAYPOST_ASSIGN_OR_RETURN(std::string content, ReadContent(file, rest));
    if (content.size() > rest) {
      return absl::ResourceExhaustedError(
          absl::StrCat("the rules files at ", path, " are larger than 16 MiB together"));
    }
    rest -= content.size();
    files[file.filename().string()] = std::move(content);
  }
  return files;
}

std::string FolderPrefix(const std::string& path) {
  std::error_code error;
  const fs::path folder =
      fs::is_directory(path, error) ? fs::path(path) : fs::path(path).parent_path();
  if (folder.empty()) {
    return "";
  }
  const std::string text = folder.string();
  return absl::EndsWith(text, "/") ? text : text + "/";
}

}  // namespace waypost::rules
