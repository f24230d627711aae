// SPDX-License-Identifier: Apache-2.0
// Loads a JourneyService with realistic events, checks every answer and prints one line of JSON.
#include <sys/prctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <future>
#include <iostream>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "grpcpp/grpcpp.h"
#include "tests/bench/load.h"
#include "tests/bench/process_usage.h"

namespace waypost::bench {
namespace {

struct Arguments {
  std::string target;
  std::string mode = "unary";
  int channels = 4;
  double warm_up_seconds = 1;
  double seconds = 5;
  int server_pid = 0;
  LoadOptions load;
};

void Define(CLI::App& app, Arguments& arguments) {
  LoadOptions& load = arguments.load;
  app.add_option("--target", arguments.target, "host:port or unix:PATH")->required();
  app.add_option("--mode", arguments.mode, "One event a call, or batches on a stream a channel")
      ->check(CLI::IsMember({"unary", "stream"}))
      ->capture_default_str();
  app.add_option("--channels", arguments.channels, "Connections")->capture_default_str();
  app.add_option("--inflight", load.in_flight, "Unanswered requests at a time, over all channels")
      ->capture_default_str();
  app.add_option("--batch", load.batch, "Events a request of a stream")->capture_default_str();
  app.add_option("--rate", load.rate, "Requests a second at fixed times; 0: as fast as answered")
      ->capture_default_str();
  app.add_option("--requests", load.requests, "End after so many unary calls; 0: after --duration");
  app.add_option("--warmup", arguments.warm_up_seconds, "Seconds before measuring")
      ->capture_default_str();
  app.add_option("--duration", arguments.seconds, "Seconds of measuring")->capture_default_str();
  app.add_option("--persons", load.persons, "Requesters")->capture_default_str();
  app.add_option("--tickets", load.open_tickets, "Tickets under way at a time")
      ->capture_default_str();
  app.add_flag("--only-created", load.only_created, "Every event opens a ticket of a new person");
  app.add_option("--seed", load.seed, "Another seed makes other events")->capture_default_str();
  app.add_option("--pid", arguments.server_pid, "The server's process, to read its CPU and memory");
}

Stubs Connect(const std::string& target, int channels) {
  Stubs stubs;
  for (int i = 0; i < channels; ++i) {
    grpc::ChannelArguments settings;
    settings.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // a connection of its own
    settings.SetMaxReceiveMessageSize(-1);
    auto channel = grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), settings);
    if (!channel->WaitForConnected(std::chrono::system_clock::now() + std::chrono::seconds(10))) {
      return {};
    }
    stubs.push_back(v1::JourneyService::NewStub(channel));
  }
  return stubs;
}

LoadClock::duration Seconds(double seconds) {
  return std::chrono::duration_cast<LoadClock::duration>(std::chrono::duration<double>(seconds));
}

void Print(const Arguments& arguments, const Tally& tally, double seconds,
           const ProcessUsage& before, const ProcessUsage& after, double client_cpu_seconds) {
  const auto microseconds = [&tally](double quantile) {
    return static_cast<double>(tally.latency.Quantile(quantile).count()) / 1'000;
  };
  const double events = std::max(1.0, static_cast<double>(tally.events));
  absl::PrintF(
      "{\"mode\":\"%s\",\"rate\":%g,\"channels\":%d,\"inflight\":%d,\"batch\":%d,"
      "\"seconds\":%.3f,\"events\":%u,\"sent\":%u,\"events_per_second\":%.1f,\"p50_us\":%.1f,"
      "\"p90_us\":%.1f,\"p99_us\":%.1f,\"p999_us\":%.1f,\"max_us\":%.1f,"
      "\"server_cpu_us_per_event\":%.3f,\"client_cpu_us_per_event\":%.3f,"
      "\"server_resident_bytes\":%d,\"errors\":%u,\"backlog\":%u}\n",
      arguments.mode, arguments.load.rate, arguments.channels, arguments.load.in_flight,
      arguments.mode == "stream" ? arguments.load.batch : 1, seconds, tally.events, tally.sent,
      static_cast<double>(tally.events) / seconds, microseconds(0.5), microseconds(0.9),
      microseconds(0.99), microseconds(0.999), microseconds(1),
      (after.cpu_seconds - before.cpu_seconds) * 1e6 / events, client_cpu_seconds * 1e6 / events,
      after.resident_bytes, tally.errors, tally.backlog);
}

int Run(const Arguments& arguments) {
  const Stubs stubs = Connect(arguments.target, arguments.channels);
  if (stubs.empty()) {
    std::cerr << "cannot connect to " << arguments.target << " within 10 s\n";
    return 1;
  }
  prctl(PR_SET_TIMERSLACK, 1'000);  // ns; fixed times are met to a few microseconds
  Window window;
  window.begin = LoadClock::now() + Seconds(arguments.warm_up_seconds);
  window.end = arguments.load.requests > 0 ? LoadClock::time_point::max()
                                           : window.begin + Seconds(arguments.seconds);
  auto load = std::async(std::launch::async, [&arguments, &stubs, &window] {
    return arguments.mode == "stream" ? RunStreamLoad(arguments.load, stubs, window)
                                      : RunUnaryLoad(arguments.load, stubs, window);
  });
  std::this_thread::sleep_until(window.begin);
  const LoadClock::time_point begin = LoadClock::now();
  const ProcessUsage server_before = ReadProcessUsage(arguments.server_pid);
  const ProcessUsage client_before = ReadProcessUsage(getpid());
  if (arguments.load.requests > 0) {
    load.wait();
  } else {
    std::this_thread::sleep_until(window.end);
  }
  const double seconds = std::chrono::duration<double>(LoadClock::now() - begin).count();
  const ProcessUsage server_after = ReadProcessUsage(arguments.server_pid);
  const ProcessUsage client_after = ReadProcessUsage(getpid());
  const Tally tally = load.get();
  Print(arguments, tally, seconds, server_before, server_after,
        client_after.cpu_seconds - client_before.cpu_seconds);
  if (tally.errors > 0) {
    std::cerr << "first error: " << tally.first_error << "\n";
  } else if (tally.events == 0) {
    std::cerr << "nothing was answered within the time; is the machine too busy to measure?\n";
  }
  return tally.errors > 0 || tally.events == 0 ? 1 : 0;
}

}  // namespace
}  // namespace waypost::bench

int main(int argc, char** argv) {
  waypost::bench::Arguments arguments;
  arguments.load.start = absl::Now() - absl::Hours(24 * 60);
  CLI::App app("Loads a JourneyService and prints what it saw as one line of JSON.");
  waypost::bench::Define(app, arguments);
  CLI11_PARSE(app, argc, argv);
  return waypost::bench::Run(arguments);
}
