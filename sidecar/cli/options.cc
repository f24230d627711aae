// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cli/options.h"

#include <algorithm>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sidecar/text/suggest.h"

namespace waypost::cli {

void SetChoices(CLI::Option* option, std::vector<std::pair<std::string, int>> choices) {
  const auto choose = [choices = std::move(choices)](std::string& text) -> std::string {
    std::vector<std::string> names;
    for (const auto& [name, number] : choices) {
      if (absl::EqualsIgnoreCase(name, text)) {
        text = std::to_string(number);
        return "";
      }
      names.push_back(name);
    }
    return absl::StrCat("'", text, "' is not one of ", absl::StrJoin(names, ", "),
                        DidYouMean(text, names));
  };
  option->transform(CLI::Validator(choose, ""));
}

void AddOutputOption(CLI::App& command, OutputFormat& format) {
  CLI::Option* option =
      command.add_option("-o,--output", format, "text (default) or json")->type_name("FORMAT");
  SetChoices(option, {{"text", static_cast<int>(OutputFormat::kText)},
                      {"json", static_cast<int>(OutputFormat::kJson)}});
}

void AddTargetOption(CLI::App& command, std::string& target) {
  command.add_option("--target", target, "Address of the sidecar: HOST:PORT or unix:PATH")
      ->type_name("ADDRESS")
      ->capture_default_str();
}

void AddTenantOption(CLI::App& command, std::string& tenant) {
  command.add_option("--tenant", tenant, "Whose desk")->type_name("NAME")->capture_default_str();
}

}  // namespace waypost::cli
