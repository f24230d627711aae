// SPDX-License-Identifier: Apache-2.0
// Which files make a rule set, and their contents.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/rules/calendars.h"
#include "sidecar/rules/loader.h"
#include "sidecar/text/diagnostic_codes.h"

namespace waypost::rules {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxFiles = 1000;
constexpr uintmax_t kMaxTotalBytes = 16 << 20;

bool IsRulesFile(const std::string& name) {
  const size_t dot = name.rfind('.');
  if (dot == std::string::npos || absl::StartsWith(name, ".")) {
    return false;
  }
  const std::string stem = name.substr(0, dot);
  const std::string extension = name.substr(dot);
  return (extension == ".yaml" || extension == ".yml") && !absl::EndsWith(stem, "_test") &&
         !absl::EndsWith(stem, ".mapping");
}

absl::Status Failure(const fs::path& path, const std::error_code& error) {
  return absl::ErrnoToStatus(error.value(), absl::StrCat("cannot read ", path.string()));
}

// The files directly in the folder that are wanted by their names.
template <typename Wanted>
absl::StatusOr<std::vector<fs::path>> ListFiles(const fs::path& folder, Wanted wanted) {
  std::error_code error;
  std::vector<fs::path> paths;
  fs::directory_iterator entries(folder, error);
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    if (wanted(entries->path().filename().string())) {
      paths.push_back(entries->path());
    }
  }
  if (error) {
    return Failure(folder, error);
  }
  return paths;
}

absl::StatusOr<std::vector<fs::path>> ListFolder(const fs::path& folder) {
  WAYPOST_ASSIGN_OR_RETURN(std::vector<fs::path> paths, ListFiles(folder, IsRulesFile));
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

// Why no rules can be read from `path`: what opens without being a regular file would be skipped
// silently or, as a pipe, wait for ever.
absl::Status CheckRegular(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  std::error_code no_link;
  const fs::path target = fs::read_symlink(path, no_link);
  switch (status.type()) {
    case fs::file_type::regular:
      return absl::OkStatus();
    case fs::file_type::not_found:
      return absl::NotFoundError(no_link ? "the file is gone"
                                         : absl::StrCat("the symbolic link leads to ",
                                                        target.string(), ", which does not exist"));
    case fs::file_type::directory:
      return absl::InvalidArgumentError(
          "this is a folder; rules are read from the files directly in the rules folder");
    default:
      return error ? absl::ErrnoToStatus(error.value(), "cannot read the file")
                   : absl::InvalidArgumentError("this is no regular file");
  }
}

// Reads up to and a little beyond `limit` bytes, by which the caller sees that there are more.
absl::StatusOr<std::string> ReadContent(const fs::path& path, uintmax_t limit) {
  WAYPOST_RETURN_IF_ERROR(CheckRegular(path));
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    return absl::ErrnoToStatus(errno, "cannot read the file");
  }
  std::string content;
  std::string chunk(size_t{64} << 10, '\0');
  while (stream && content.size() <= limit) {
    stream.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
    content.append(chunk, 0, static_cast<size_t>(stream.gcount()));
  }
  if (stream.bad()) {
    return absl::DataLossError("cannot read the file to its end");
  }
  return content;
}

Diagnostic Unreadable(std::string file, const absl::Status& status) {
  Diagnostic diagnostic;
  diagnostic.location.file = std::move(file);
  diagnostic.code = std::string(CodeName(DiagnosticCode::kFileUnreadable));
  diagnostic.message = std::string(status.message());
  return diagnostic;
}

// Reads the files of the set at `path` as long as `rest` bytes will do.
absl::Status ReadInto(const std::string& path, const std::vector<fs::path>& paths, uintmax_t* rest,
                      RuleFiles* files, DiagnosticSink* sink) {
  const std::string prefix = FolderPrefix(path);
  for (const fs::path& file : paths) {
    const std::string name = file.filename().string();
    absl::StatusOr<std::string> content = ReadContent(file, *rest);
    if (!content.ok()) {
      sink->Add(Unreadable(prefix + name, content.status()));
      continue;
    }
    if (content->size() > *rest) {
      return absl::ResourceExhaustedError(
          absl::StrCat("the rules files at ", path, " are larger than 16 MiB together"));
    }
    *rest -= content->size();
    (*files)[name] = *std::move(content);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<RuleFiles> ReadRuleFiles(const std::string& path, DiagnosticSink* sink) {
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
  WAYPOST_RETURN_IF_ERROR(ReadInto(path, paths, &rest, &files, sink));
  // Holiday files lie beside the rules files, in a folder that perhaps may not be listed.
  if (std::none_of(files.begin(), files.end(), [](const auto& file) {
        return absl::StrContains(absl::AsciiStrToLower(file.second), ".ics");
      })) {
    return files;
  }
  const fs::path folder = fs::is_directory(status) ? fs::path(path) : fs::path(path).parent_path();
  const auto is_named = [&](const std::string& name) {
    return IsHolidayFile(name) && std::any_of(files.begin(), files.end(), [&](const auto& file) {
             return file.second.find(name) != std::string::npos;
           });
  };
  WAYPOST_ASSIGN_OR_RETURN(paths, ListFiles(folder.empty() ? "." : folder, is_named));
  WAYPOST_RETURN_IF_ERROR(ReadInto(path, paths, &rest, &files, sink));
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
