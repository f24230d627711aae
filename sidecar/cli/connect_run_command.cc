// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "connectors/engine/runner.h"
#include "connectors/survey_page/page_server.h"
#include "sidecar/base/clock.h"
#include "sidecar/base/logging.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/cli/connect_profile.h"
#include "sidecar/cli/diagnostic_text.h"
#include "sidecar/cli/options.h"
#include "sidecar/cli/shipped_folder.h"
#include "sidecar/cli/signals.h"
#include "sidecar/text/diagnostic.h"

namespace waypost::cli {
namespace {

constexpr const char* kFooter = R"(Examples:
  waypost connect run connect.yaml

CONFIG names the tools, their profiles and where their secrets are: connectors/README.md. When webhooks
are taken, one line is printed:
  waypost: ready webhooks=http://127.0.0.1:7490
With a survey page it goes on with " survey-page=http://127.0.0.1:7491". A webhook is answered with 202 once it is on disk, and forwarded to the sidecar when that is there.
SIGTERM and SIGINT end it; what was not forwarded is forwarded after the next start.)";

constexpr const char* kPageAssets = "connectors/survey_page/assets";

struct Options {
  std::string config;
  LogFormat log_format = LogFormat::kText;
};

// The page where surveys are answered, with what it is made of.
struct SurveyPageParts {
  std::unique_ptr<const survey_page::PageAssets> assets;
  std::unique_ptr<survey_page::SurveyDesk> desk;
  std::unique_ptr<survey_page::PageServer> server;  // null: the configuration has no page
};

std::unique_ptr<const survey_page::PageAssets> LoadAssetsOrPrint(
    const connectors::SurveyPageConfig& config, const Output& output) {
  DiagnosticSink sink;
  const std::string folder = FindShippedFolder(kPageAssets).value_or(kPageAssets);
  auto assets = survey_page::PageAssets::Load(folder, config, &sink);
  PrintDiagnostics(sink.Take(), output);
  return assets;
}

absl::Status StartSurveyPage(const connectors::Config& config, SurveyPageParts* parts) {
  parts->desk = survey_page::MakeSidecarDesk(config.sidecar);
  WAYPOST_ASSIGN_OR_RETURN(parts->server, survey_page::PageServer::Start(
                                              *config.surveys->page, config.surveys->place.page_url,
                                              *parts->assets, parts->desk.get(), SystemClock()));
  return absl::OkStatus();
}

int RunConnectRun(const Options& options, const Output& output) {
  ConfigureLogging(options.log_format, LogLevel::kInfo);
  HoldSignals();
  const auto config = LoadConnectConfigOrPrint(options.config, connectors::Secrets::kRead, output);
  if (config == nullptr) {
    return output.Fail(kExitRulesDoNotLoad, absl::StrCat(options.config, " does not load"));
  }
  const bool has_page = config->surveys != nullptr && config->surveys->page.has_value();
  SurveyPageParts page;
  if (has_page) {
    page.assets = LoadAssetsOrPrint(*config->surveys->page, output);
    if (page.assets == nullptr) {
      return output.Fail(kExitRulesDoNotLoad, "the survey page does not load");
    }
  }
  const auto runner = connectors::Runner::Start(*config);
  const absl::Status started =
      runner.ok() && has_page ? StartSurveyPage(*config, &page) : runner.status();
  if (!started.ok()) {
    return output.Fail(kExitFailure, std::string(started.message()));
  }
  output.out() << "waypost: ready webhooks=" << (*runner)->address();
  if (has_page) {
    output.out() << " survey-page=" << page.server->address();
  }
  output.out() << std::endl;
  WaitForEnd([] {});
  return kExitOk;
}

}  // namespace

void AddConnectRunCommand(CLI::App& connect, const Output& output, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = connect.add_subcommand("run", "Take webhooks and forward their events");
  command->footer(kFooter);
  command->add_option("CONFIG", options->config, "The configuration: a YAML file")->required();
  SetChoices(
      command->add_option("--log-format", options->log_format, "text (default) or json")
          ->type_name("FORMAT"),
      {{"text", static_cast<int>(LogFormat::kText)}, {"json", static_cast<int>(LogFormat::kJson)}});
  command->callback(
      [options, &output, &exit_code] { exit_code = RunConnectRun(*options, output); });
}

}  // namespace waypost::cli
