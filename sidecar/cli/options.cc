// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cli/options.h"

#include <map>

#include "CLI/CLI.hpp"

namespace waypost::cli {

void AddOutputOption(CLI::App& command, OutputFormat& format) {
  static const std::map<std::string, OutputFormat> kFormats = {{"text", OutputFormat::kText},
                                                               {"json", OutputFormat::kJson}};
  command.add_option("-o,--output", format, "text (default) or json")
      ->transform(CLI::Transformer(kFormats, CLI::ignore_case).description(""))
      ->type_name("FORMAT")
      ->check([](const std::string& value) {
        return value == "0" || value == "1" ? std::string() : "the output is text or json";
      });
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
