// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sidecar/base/logging.h"
#include "sidecar/cli/client.h"
#include "sidecar/cli/commands.h"
#include "sidecar/cli/options.h"
#include "sidecar/cli/server_start.h"
#include "sidecar/cli/signals.h"
#include "sidecar/service/server.h"

namespace waypost::cli {
namespace {

constexpr absl::Duration kDrain = absl::Seconds(10);

constexpr const char* kFooter = R"(Examples:
  waypost serve --rules rules/service-desk --data /var/lib/waypost
  waypost serve --rules rules.yaml --listen unix:/run/waypost.sock --http none
  waypost serve --rules rules.yaml --listen 127.0.0.1:0 --http 127.0.0.1:0 --store memory

Only loopback addresses and Unix sockets are served. When everything is bound, one line is printed:
  waypost: ready grpc=127.0.0.1:7480 http=http://127.0.0.1:7481
Changed rules files are taken by themselves and at SIGHUP, whole or not at all. SIGTERM and SIGINT
end it: what was accepted is written first, for at most 10 s.)";

enum class StoreKind { kSqlite, kMemory };

struct Options {
  std::string rules;
  std::string data = "waypost-data";
  std::vector<std::string> listen = {kDefaultTarget};
  std::string http = kDefaultHttpAddress;
  StoreKind store = StoreKind::kSqlite;
  int retention_days = 400;
  int64_t cache_mib = 32;
  int64_t max_data_mib = 0;
  LogFormat log_format = LogFormat::kText;
};

service::ServerOptions ServerOptionsFrom(const Options& options) {
  service::ServerOptions server;
  server.listen = options.listen;
  server.http = HttpAddressFrom(options.http);
  server.data = options.store == StoreKind::kMemory
                    ? ""
                    : (std::filesystem::path(options.data) / "waypost.db").string();
  server.max_data_bytes = options.max_data_mib << 20;
  server.rules = options.rules;
  server.retention = absl::Hours(24) * options.retention_days;
  server.cache_bytes = static_cast<size_t>(options.cache_mib) << 20;
  return server;
}

int RunServe(const Options& options, const Output& output) {
  ConfigureLogging(options.log_format, LogLevel::kInfo);
  HoldSignals();
  const absl::StatusOr<std::unique_ptr<service::Server>> server =
      service::Server::Start(ServerOptionsFrom(options));
  if (!server.ok()) {
    return output.Fail(ExitCodeOfStart(server.status(), options.rules),
                       std::string(server.status().message()));
  }
  output.out() << "waypost: ready grpc=" << absl::StrJoin((*server)->addresses(), ",") << " http="
               << ((*server)->http_address().empty() ? "none" : (*server)->http_address())
               << std::endl;
  WaitForEnd([&] { (void)(*server)->ReloadRules(); });  // the server logs why not
  const absl::Status status = (*server)->Shutdown(kDrain);
  return status.ok() ? kExitOk : output.Fail(kExitFailure, std::string(status.message()));
}

}  // namespace

void AddServeCommand(CLI::App& app, const Output& output, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("serve", "Run the sidecar");
  command->footer(kFooter);
  command->add_option("--rules", options->rules, "The rules: a file or a folder")
      ->type_name("PATH")
      ->required();
  command->add_option("--data", options->data, "Folder of the database; made when absent")
      ->type_name("DIR")
      ->capture_default_str();
  command
      ->add_option("--listen", options->listen,
                   "Where gRPC listens: HOST:PORT (port 0: a free one) or unix:PATH; repeatable")
      ->type_name("ADDR")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->capture_default_str();
  command->add_option("--http", options->http, "Where the JSON API listens: HOST:PORT, or none")
      ->type_name("ADDR")
      ->capture_default_str();
  SetChoices(command
                 ->add_option("--store", options->store,
                              "sqlite (default), or memory: nothing outlives the process")
                 ->type_name("KIND"),
             {{"sqlite", static_cast<int>(StoreKind::kSqlite)},
              {"memory", static_cast<int>(StoreKind::kMemory)}});
  command
      ->add_option("--retention", options->retention_days,
                   "Events and ended journeys are deleted after so many days")
      ->check(CLI::Range(1, 36500).description(""))
      ->type_name("DAYS")
      ->capture_default_str();
  command->add_option("--cache-mib", options->cache_mib, "Memory for persons in MiB")
      ->check(CLI::Range(1, 1 << 20).description(""))
      ->type_name("MIB")
      ->capture_default_str();
  command
      ->add_option("--max-data-mib", options->max_data_mib,
                   "Largest size of the database in MiB; 0 is no limit")
      ->check(CLI::Range(0, 1 << 30).description(""))
      ->type_name("MIB")
      ->capture_default_str();
  SetChoices(
      command->add_option("--log-format", options->log_format, "text (default) or json")
          ->type_name("FORMAT"),
      {{"text", static_cast<int>(LogFormat::kText)}, {"json", static_cast<int>(LogFormat::kJson)}});
  command->callback([options, &output, &exit_code] { exit_code = RunServe(*options, output); });
}

}  // namespace waypost::cli
