// SPDX-License-Identifier: Apache-2.0
#include "sidecar/rules/time_zone_names.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "sidecar/text/absl_view.h"
#include "sidecar/text/suggest.h"

namespace waypost::rules {
namespace {

// tzdata.zi is the source of the whole database: "Z NAME ..." begins a zone, "L ZONE NAME" gives it
// another name.
std::vector<std::string> ZoneNames() {
  const char* folder = std::getenv("TZDIR");
  std::ifstream stream(
      absl::StrCat(folder == nullptr ? "/usr/share/zoneinfo" : folder, "/tzdata.zi"));
  std::vector<std::string> names;
  for (std::string line; std::getline(stream, line);) {
    const std::vector<std::string> words = absl::StrSplit(line, ' ');
    if (words.size() > 2 && (words[0] == "Z" || words[0] == "L")) {
      names.push_back(words[0] == "Z" ? words[1] : words[2]);
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

// "new york" for America/New_York.
bool IsCityOf(std::string_view city, const std::string& zone) {
  std::string folded(city);
  std::replace(folded.begin(), folded.end(), ' ', '_');
  return absl::EqualsIgnoreCase(folded, zone.substr(zone.rfind('/') + 1));
}

}  // namespace

std::string DidYouMeanTimeZone(std::string_view name) {
  const std::vector<std::string> names = ZoneNames();
  for (const std::string& zone : names) {
    if (IsCityOf(name, zone)) {
      return absl::StrCat("; did you mean \"", zone, "\"?");
    }
  }
  return DidYouMean(name, names);
}

}  // namespace waypost::rules
