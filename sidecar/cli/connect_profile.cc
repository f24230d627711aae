// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cli/connect_profile.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sidecar/cli/diagnostic_text.h"
#include "sidecar/cli/shipped_folder.h"
#include "sidecar/text/diagnostic.h"
#include "sidecar/text/suggest.h"

namespace waypost::cli {
namespace {

namespace fs = std::filesystem;

// A build folder has folders of the same names as the sources, but no profiles.
constexpr const char* kGeneric = "connectors/generic";
constexpr const char* kFile = "profile.yaml";

std::vector<std::string> ShippedNames(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (fs::exists(entry.path() / kFile, error)) {
      names.push_back(entry.path().filename().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

absl::StatusOr<ProfilePath> FindProfile(const std::string& name) {
  std::error_code error;
  if (fs::is_directory(name, error)) {
    return ProfilePath{(fs::path(name) / kFile).string(), name};
  }
  if (fs::exists(name, error)) {
    const std::string folder = fs::path(name).parent_path().string();
    return ProfilePath{name, folder.empty() ? "." : folder};
  }
  const std::optional<std::string> generic = FindShippedFolder(kGeneric);
  const std::string shipped = generic.has_value() ? fs::path(*generic).parent_path().string() : "";
  const std::vector<std::string> names = ShippedNames(shipped);
  if (std::find(names.begin(), names.end(), name) == names.end()) {
    return absl::NotFoundError(absl::StrCat("there is no profile '", name, "'",
                                            DidYouMean(name, names),
                                            "\nShipped profiles: ", absl::StrJoin(names, ", ")));
  }
  const fs::path folder = fs::path(shipped) / name;
  return ProfilePath{(folder / kFile).string(), folder.string()};
}

std::unique_ptr<const connectors::Profile> LoadProfileOrPrint(const ProfilePath& path,
                                                              const Output& output) {
  DiagnosticSink sink;
  auto profile = connectors::Profile::Load(path.file, {}, &sink);
  PrintDiagnostics(sink.Take(), output);
  return profile;
}

std::unique_ptr<const connectors::Config> LoadConnectConfigOrPrint(const std::string& path,
                                                                   connectors::Secrets secrets,
                                                                   const Output& output) {
  const auto find = [](const std::string& name) -> absl::StatusOr<std::string> {
    absl::StatusOr<ProfilePath> found = FindProfile(name);
    if (!found.ok()) {
      return found.status();
    }
    return std::move(found)->file;
  };
  DiagnosticSink sink;
  auto config = connectors::LoadConfig(path, find, secrets, &sink);
  PrintDiagnostics(sink.Take(), output);
  return config;
}

}  // namespace waypost::cli
