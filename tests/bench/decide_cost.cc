// SPDX-License-Identifier: Apache-2.0
// What deciding on an event costs with 10 to 10,000 rules, without gRPC and store. Prints a table;
// with a factor as argument fails when 10,000 rules cost more than that times what 10 rules do.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <numeric>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sidecar/journey/apply.h"
#include "sidecar/journey/decide.h"
#include "sidecar/rules/loader.h"
#include "tests/bench/event_factory.h"

namespace waypost::bench {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

constexpr int kEvents = 20'000;

double Nanoseconds(SteadyTime begin, SteadyTime end) {
  return static_cast<double>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(end - begin).count());
}

// Rules of many teams, each of which waits for something of its own: none fires.
std::string GeneratedRule(int number) {
  const std::string conditions[] = {
      absl::StrCat("ticket.group == \"Team ", number, "\" && journey.reassignments >= 2"),
      absl::StrCat("ticket.category == \"line-", number,
                   "\" && ticket.priority in [\"P1\", \"P2\"]"),
      absl::StrCat("ticket.custom_fields[\"site\"] == \"S-", number, "\" && journey.reopens >= 1"),
      absl::StrCat("ticket.service == \"service-", number, "\" && requester.language == \"de\"")};
  const std::string types[] = {"assigned", "[commented, status_changed]", "resolved", "created"};
  return absl::StrCat(
      "  - id: generated-", number, "\n    on: ", types[number % 4], "\n    if: '",
      conditions[number % 4],
      "'\n    alert: {severity: warning, owner: incident-manager, text: watched}\n");
}

std::shared_ptr<const rules::RuleSet> RulesWith(int count, const std::string& pack) {
  DiagnosticSink sink;
  absl::StatusOr<rules::RuleFiles> files = rules::ReadRuleFiles(pack, &sink);
  if (!files.ok()) {
    std::fprintf(stderr, "%s\n", std::string(files.status().message()).c_str());
    std::exit(1);
  }
  std::erase_if(*files,
                [](const auto& file) { return file.second.find("\nrules:") != std::string::npos; });
  for (int i = 0; i < count; ++i) {
    // A file holds at most 1 MiB.
    std::string& file = (*files)[absl::StrCat("90-generated-", i / 1'000, ".yaml")];
    if (file.empty()) {
      file = "apiVersion: waypost/v1\nrules:\n";
    }
    file += GeneratedRule(i);
  }
  rules::LoadResult loaded = rules::LoadRulesFromFiles(*files);
  if (loaded.rule_set == nullptr) {
    for (const Diagnostic& diagnostic : loaded.diagnostics) {
      std::fprintf(stderr, "%s\n", diagnostic.message.c_str());
    }
    std::exit(1);
  }
  return loaded.rule_set;
}

// The times of one part of the work, an event each.
class Times {
 public:
  void Add(SteadyTime begin, SteadyTime end) { nanoseconds_.push_back(Nanoseconds(begin, end)); }

  // The mean without the slowest twentieth, in which the machine did something else.
  double Mean() {
    std::sort(nanoseconds_.begin(), nanoseconds_.end());
    const size_t kept = nanoseconds_.size() - nanoseconds_.size() / 20;
    return std::accumulate(nanoseconds_.begin(),
                           nanoseconds_.begin() + static_cast<std::ptrdiff_t>(kept), 0.0) /
           static_cast<double>(kept);
  }

 private:
  std::vector<double> nanoseconds_;
};

struct Cost {
  Times fold;
  Times decide;
  Times apply;
};

// One event through fold, decide and apply, timed apart.
void Step(const rules::RuleSet& rules, const v1::TicketEvent& event, uint64_t position,
          journey::PersonRecord* record, Cost* cost) {
  const absl::Time now = absl::FromUnixSeconds(event.occurred_at().seconds());
  const auto start = std::chrono::steady_clock::now();
  const absl::StatusOr<journey::Folded> folded =
      journey::Fold(event, position, rules.stitching, nullptr, record);
  if (!folded.ok()) {
    std::fprintf(stderr, "%s\n", std::string(folded.status().message()).c_str());
    std::exit(1);
  }
  const auto after_fold = std::chrono::steady_clock::now();
  const internal::v1::Decision decision =
      journey::Decide(rules, event, *record, *folded, now, nullptr);
  const auto after_decide = std::chrono::steady_clock::now();
  journey::Apply(decision, *folded, record);
  const auto after_apply = std::chrono::steady_clock::now();
  cost->fold.Add(start, after_fold);
  cost->decide.Add(after_fold, after_decide);
  cost->apply.Add(after_decide, after_apply);
}

Cost Measure(const rules::RuleSet& rules) {
  EventFactory factory({.persons = 500, .start = absl::FromUnixSeconds(1'772'442'000)});
  std::unordered_map<std::string, journey::PersonRecord> records;
  Cost cost;
  for (int i = 1; i <= kEvents; ++i) {
    const v1::TicketEvent& event = factory.Next();
    const std::string& person = event.ticket().requester().id();
    journey::PersonRecord& record = records[person];
    record.person.set_tenant(event.tenant());
    record.person.set_person_id(person);
    Step(rules, event, static_cast<uint64_t>(i), &record, &cost);
  }
  return cost;
}

struct Row {
  double fold = std::numeric_limits<double>::max();
  double decide = fold;
  double apply = fold;
};

// The best of some runs: what the machine does beside disturbs it least.
Row Best(const rules::RuleSet& rules) {
  Row best;
  for (int run = 0; run < 5; ++run) {
    Cost cost = Measure(rules);
    best.fold = std::min(best.fold, cost.fold.Mean());
    best.decide = std::min(best.decide, cost.decide.Mean());
    best.apply = std::min(best.apply, cost.apply.Mean());
  }
  return best;
}

int Run(double allowed) {
  std::printf("%8s %10s %10s %10s   ns per event\n", "rules", "fold", "decide", "apply");
  double first = 0;
  double last = 0;
  for (const int count : {10, 100, 1'000, 10'000}) {
    const Row row = Best(*RulesWith(count, WAYPOST_SOURCE_DIR "/rules/service-desk"));
    std::printf("%8d %10.0f %10.0f %10.0f\n", count, row.fold, row.decide, row.apply);
    std::fflush(stdout);
    first = count == 10 ? row.decide : first;
    last = row.decide;
  }
  return allowed > 0 && last > first * allowed ? 1 : 0;
}

}  // namespace
}  // namespace waypost::bench

int main(int argc, char** argv) { return waypost::bench::Run(argc > 1 ? std::atof(argv[1]) : 0); }
