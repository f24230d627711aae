// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cli/replay_report.h"

#include <sys/resource.h>

#include <algorithm>

#include "sidecar/journey/journey_map.h"
#include "sidecar/journey/person_record.h"
#include "sidecar/journey/view.h"

namespace waypost::cli {
namespace {

constexpr size_t kMaxGaps = 10;

void AddFacts(const v1::JourneyFacts& facts, JourneyTotals* totals) {
  totals->reassignments += facts.reassignments();
  totals->bounces += facts.bounces();
  totals->reopens += facts.reopens();
  totals->waits_on_customer += facts.waits_on_customer();
  totals->waits_on_provider += facts.waits_on_provider();
  totals->status_changes += facts.status_changes();
  totals->priority_changes += facts.priority_changes();
  totals->resolutions += facts.resolutions();
  totals->closings += facts.closings();
  totals->repeats += facts.repeats();
}

JourneyTotals Sum(const pipeline::OfflineDesk& desk) {
  JourneyTotals totals;
  for (const rules::Stage& stage : desk.rules().stages) {
    totals.by_stage.emplace_back(stage.id, 0);
  }
  totals.by_stage.emplace_back("", 0);
  journey::GapCounts gaps;
  desk.ForEachJourney([&](const internal::v1::JourneyState& state) {
    ++totals.journeys;
    totals.open += journey::IsOpen(state) ? 1 : 0;
    AddFacts(state.facts(), &totals);
    const auto user = journey::ViewRole(state, v1::CONSUMER_ROLE_USER, desk.rules());
    const std::string stage = user.has_value() ? user->position().stage() : "";
    for (auto& [id, count] : totals.by_stage) {
      count += id == stage ? 1 : 0;
    }
    if (user.has_value()) gaps.Add(*user);
  });
  totals.gaps = gaps.Sorted();
  totals.gaps.resize(std::min(kMaxGaps, totals.gaps.size()));
  return totals;
}

size_t NoticeBucket(int64_t notices) {
  if (notices <= 3) return static_cast<size_t>(notices);
  return notices <= 5 ? 4 : notices <= 10 ? 5 : 6;
}

NoticeCounts CountNotices(const pipeline::OfflineDesk& desk) {
  NoticeCounts counts = {};
  desk.ForEachPerson([&](const journey::PersonRecord& person) {
    const auto& contacts = person.person.contacts();
    const auto notices = std::count_if(contacts.begin(), contacts.end(), [](const auto& contact) {
      return contact.kind() == internal::v1::CONTACT_KIND_NOTICE;
    });
    ++counts[NoticeBucket(notices)];
  });
  return counts;
}

}  // namespace

ReplayReport MakeReport(const Replay& replay, absl::Duration run_time) {
  ReplayReport report;
  report.replay = &replay;
  report.run_time = run_time;
  report.totals = Sum(replay.desk());
  report.notices = CountNotices(replay.desk());
  struct rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  report.peak_memory_bytes = int64_t{usage.ru_maxrss} * 1024;
  return report;
}

}  // namespace waypost::cli
