// SPDX-License-Identifier: Apache-2.0
// What a million persons who wait for time to pass cost: at a start, in memory, per event, and how
// fast they are decided on when they are due. Prints a line per figure.
//
//   bench_timers [PERSONS [FOLDER]]
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include "sidecar/base/clock.h"
#include "sidecar/base/logging.h"
#include "sidecar/pipeline/pipeline.h"
#include "sidecar/rules/loader.h"
#include "sidecar/store/sqlite_store.h"
#include "tests/bench/event_factory.h"
#include "tests/bench/process_usage.h"

namespace waypost::bench {
namespace {

constexpr int kBatch = 5'000;
constexpr int kFewEvents = 50'000;

const absl::Time kStart = absl::FromUnixSeconds(1'772'442'000);

class Stopwatch {
 public:
  [[nodiscard]] double Seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

void Check(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::exit(1);
}

double Mebibytes() {
  return static_cast<double>(ReadProcessUsage(getpid()).resident_bytes) / (1 << 20);
}

class Desk {
 public:
  Desk(std::string path, std::shared_ptr<const rules::RuleSet> rules)
      : path_(std::move(path)), rules_(std::move(rules)) {}

  void Open() {
    const Stopwatch store_time;
    store::SqliteOptions options;
    options.path = path_;
    auto store = store::OpenSqliteStore(options);
    Check(store.status());
    store_ = *std::move(store);
    const Stopwatch pipeline_time;
    auto pipeline = pipeline::Pipeline::Start(
        store_.get(), &clock_, [this] { return rules_; }, pipeline::Options());
    Check(pipeline.status());
    pipeline_ = *std::move(pipeline);
    std::printf("start: %.0f ms, of which %.0f ms the pipeline; %.0f MiB resident\n",
                store_time.Seconds() * 1000, pipeline_time.Seconds() * 1000, Mebibytes());
  }

  void Close() {
    Check(pipeline_->Drain(absl::Minutes(10)));
    pipeline_.reset();
    store_.reset();
  }

  // Events per second; what they bring is carried out between the batches, outside that time.
  double Record(EventFactory* factory, int events) {
    double seconds = 0;
    for (int done = 0; done < events; done += kBatch) {
      const Stopwatch time;
      absl::BlockingCounter waiting(kBatch);
      for (int i = 0; i < kBatch; ++i) {
        v1::TicketEvent event = factory->Next();
        event.set_tenant("default");
        std::string bytes = event.SerializeAsString();
        pipeline_->Record(event, std::move(bytes), [&](absl::StatusOr<std::string_view> answer) {
          Check(answer.status());
          waiting.DecrementCount();
        });
      }
      waiting.Wait();
      seconds += time.Seconds();
      CarryOut();
    }
    return events / seconds;
  }

  // Decides what is due by then.
  void PassTo(absl::Time time) {
    const int64_t before = pipeline_->stats().decided_by_time;
    const Stopwatch clock;
    clock_.Set(time);
    Check(pipeline_->SettleDue());
    const int64_t decided = pipeline_->stats().decided_by_time - before;
    std::printf("%lld decisions in %.2f s: %.0f a second; %.0f MiB resident\n",
                static_cast<long long>(decided), clock.Seconds(),
                static_cast<double>(decided) / clock.Seconds(), Mebibytes());
  }

  // While it is closed.
  void SetClock(absl::Time time) { clock_.Set(time); }

  void PrintWaiting() const {
    std::printf("%lld persons wait\n", static_cast<long long>(pipeline_->stats().waiting_persons));
  }

 private:
  // As a connector that keeps up: nothing waits in the outbox.
  void CarryOut() {
    while (true) {
      const v1::PullActionsResponse pulled = Pull();
      v1::AcknowledgeActionsRequest request;
      request.set_tenant("default");
      for (const v1::LeasedAction& leased : pulled.actions()) {
        v1::ActionResult* result = request.add_results();
        result->set_action_id(leased.action().id());
        result->set_outcome(v1::ACTION_OUTCOME_DONE);
      }
      if (request.results().empty()) return;
      Check(pipeline_->AcknowledgeActions(request).status());
    }
  }

  v1::PullActionsResponse Pull() {
    v1::PullActionsRequest request;
    request.set_tenant("default");
    request.set_max_actions(100);
    request.mutable_lease_duration()->set_seconds(60);
    v1::PullActionsResponse response;
    absl::Notification pulled;
    pipeline_->PullActions(request, [&](absl::StatusOr<v1::PullActionsResponse> answer) {
      Check(answer.status());
      response = *std::move(answer);
      pulled.Notify();
    });
    pulled.WaitForNotification();
    return response;
  }

  const std::string path_;
  const std::shared_ptr<const rules::RuleSet> rules_;
  VirtualClock clock_{kStart};
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<pipeline::Pipeline> pipeline_;
};

EventFactory Newcomers(int slot) {
  EventFactoryOptions options;
  options.slot = slot;
  options.only_created = true;
  options.start = kStart;
  return EventFactory(options);
}

int Main(int persons, const std::string& folder) {
  ConfigureLogging(LogFormat::kText, LogLevel::kWarning);
  std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
  const auto loaded = rules::LoadRules(WAYPOST_SOURCE_DIR "/rules/service-desk");
  Check(loaded.status());
  Desk desk(folder + "/timers.db", loaded->rule_set);
  desk.Open();
  EventFactory first = Newcomers(0);
  std::printf("events a second when nobody waits: %.0f\n", desk.Record(&first, kFewEvents));
  desk.Record(&first, persons - kFewEvents);
  desk.PrintWaiting();
  desk.Close();

  // A start reads what was carried out within the hour before it.
  desk.SetClock(kStart + absl::Minutes(90));
  desk.Open();
  desk.PrintWaiting();
  EventFactory second = Newcomers(1);
  std::printf("events a second when they wait: %.0f\n", desk.Record(&second, kFewEvents));
  // The first reports wait for two to twenty-four hours; one comes every 15 s.
  desk.PassTo(kStart + absl::Hours(24));
  desk.PassTo(kStart + absl::Seconds(15) * 100'000 + absl::Hours(24));
  desk.Close();
  return 0;
}

}  // namespace
}  // namespace waypost::bench

int main(int argc, char** argv) {
  int persons = 1'000'000;
  if (argc > 1 && !absl::SimpleAtoi(argv[1], &persons)) return 2;
  std::filesystem::path folder = argc > 2 ? argv[2] : std::filesystem::temp_directory_path();
  folder /= "waypost-timers-" + std::to_string(getpid());
  std::filesystem::create_directories(folder);
  const int result = waypost::bench::Main(persons, folder.string());
  std::filesystem::remove_all(folder);
  return result;
}
