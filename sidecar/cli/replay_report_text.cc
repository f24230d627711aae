// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sidecar/cli/names.h"
#include "sidecar/cli/replay_report.h"
#include "sidecar/cli/replay_report_words.h"
#include "sidecar/cli/table.h"
#include "sidecar/rules/vocabulary.h"
#include "sidecar/text/printable.h"

namespace waypost::cli {
namespace {

std::string Share(int64_t part, int64_t whole) {
  return whole == 0 ? ""
                    : absl::StrFormat("%.1f %%", 100.0 * static_cast<double>(part) /
                                                     static_cast<double>(whole));
}

std::string InBrackets(const std::string& text) {
  return text.empty() ? "" : absl::StrCat(" (", text, ")");
}

void PrintDerived(const ReplayTally& tally, std::ostream& out) {
  Table table({{"Derived events"},
               {"count", Table::Align::kRight},
               {"tickets", Table::Align::kRight},
               {"share", Table::Align::kRight}});
  const auto tickets = static_cast<int64_t>(tally.tickets().size());
  for (size_t number = 1; number < kEventTypes; ++number) {
    const auto type = static_cast<v1::EventType>(number);
    if (tally.Derived(type) > 0) {
      const int64_t with = tally.TicketsWith(type);
      table.AddRow({rules::EventTypeName(type), WithThousands(tally.Derived(type)),
                    WithThousands(with), Share(with, tickets)});
    }
  }
  out << '\n';
  table.Print(out);
}

void PrintCauses(const ReplayTally& tally, std::ostream& out) {
  Table table({{"What brought it"},
               {"an event", Table::Align::kRight},
               {"time", Table::Align::kRight},
               {"tickets", Table::Align::kRight},
               {"share", Table::Align::kRight}});
  const auto tickets = static_cast<int64_t>(tally.tickets().size());
  for (const auto& [id, rule] : tally.rules()) {
    table.AddRow({id, WithThousands(rule.by_event()), WithThousands(rule.by_time),
                  WithThousands(rule.tickets), Share(rule.tickets, tickets)});
  }
  if (table.empty()) return;
  out << '\n';
  table.Print(out);
}

void PrintNotices(const NoticeCounts& notices, int64_t persons, std::ostream& out) {
  Table table(
      {{"Notices per person"}, {"persons", Table::Align::kRight}, {"share", Table::Align::kRight}});
  for (size_t bucket = 0; bucket < notices.size(); ++bucket) {
    table.AddRow({std::string(kNoticeLabels[bucket]), WithThousands(notices[bucket]),
                  Share(notices[bucket], persons)});
  }
  out << '\n';
  table.Print(out);
}

std::string Hours(absl::Duration duration) {
  return absl::StrFormat("%.0f h", absl::ToDoubleHours(duration));
}

std::string Percent(double share) { return absl::StrFormat("%.1f %%", 100 * share); }

// How well it was told how long tickets would take: of the newest windows at each age, those kept.
void PrintExpectations(const std::vector<pipeline::TenantCoverage>& tenants, std::ostream& out) {
  Table table({{"Expectations"},
               {"age", Table::Align::kRight},
               {"windows", Table::Align::kRight},
               {"resolved", Table::Align::kRight},
               {"by P50", Table::Align::kRight},
               {"by P80", Table::Align::kRight},
               {"median width", Table::Align::kRight},
               {"told"}});
  for (const pipeline::TenantCoverage& tenant : tenants) {
    for (const expectation::AgeCoverage& age : tenant.ages) {
      if (!age.coverage.has_value()) continue;
      table.AddRow({tenant.tenant, Hours(age.age), WithThousands(static_cast<int64_t>(age.windows)),
                    WithThousands(static_cast<int64_t>(age.resolved)), Percent(age.coverage->p50),
                    Percent(age.coverage->p80), Hours(age.median_width),
                    age.refused ? "no: too few are kept" : "yes"});
    }
  }
  if (table.empty()) return;
  out << '\n';
  table.Print(out);
}

void PrintRules(const ReplayTally& tally, std::ostream& out) {
  Table table({{"Rules"},
               {"alerts", Table::Align::kRight},
               {"updates", Table::Align::kRight},
               {"surveys", Table::Align::kRight},
               {"not sent", Table::Align::kRight},
               {"shadow", Table::Align::kRight},
               {"tickets", Table::Align::kRight},
               {"share", Table::Align::kRight}});
  const auto tickets = static_cast<int64_t>(tally.tickets().size());
  const auto number = [](int64_t count) { return count == 0 ? "" : WithThousands(count); };
  for (const auto& [id, rule] : tally.rules()) {
    table.AddRow({id, number(rule.alerts), number(rule.updates), number(rule.surveys_sent),
                  number(rule.surveys_not_sent), number(rule.shadow), WithThousands(rule.tickets),
                  Share(rule.tickets, tickets)});
  }
  if (!table.empty()) {
    out << '\n';
    table.Print(out);
  }
}

void PrintJourneys(const JourneyTotals& totals, std::ostream& out) {
  Table facts({{"Journeys"}, {"", Table::Align::kRight}});
  facts.AddRow({"journeys", WithThousands(totals.journeys)});
  facts.AddRow({"not ended", WithThousands(totals.open)});
  facts.AddRow({"reassignments", WithThousands(totals.reassignments)});
  facts.AddRow({"bounces (A-B-A)", WithThousands(totals.bounces)});
  facts.AddRow({"reopens", WithThousands(totals.reopens)});
  facts.AddRow({"waits on the customer", WithThousands(totals.waits_on_customer)});
  facts.AddRow({"waits on a provider", WithThousands(totals.waits_on_provider)});
  facts.AddRow({"status changes", WithThousands(totals.status_changes)});
  facts.AddRow({"priority changes", WithThousands(totals.priority_changes)});
  facts.AddRow({"resolutions", WithThousands(totals.resolutions)});
  facts.AddRow({"closings", WithThousands(totals.closings)});
  facts.AddRow({"repeats within 7 days", WithThousands(totals.repeats)});
  out << '\n';
  facts.Print(out);
  Table stages(
      {{"Where users stand"}, {"journeys", Table::Align::kRight}, {"share", Table::Align::kRight}});
  for (const auto& [stage, count] : totals.by_stage) {
    if (count > 0) {
      stages.AddRow({stage.empty() ? "(no stage)" : stage, WithThousands(count),
                     Share(count, totals.journeys)});
    }
  }
  out << '\n';
  stages.Print(out);
}

void PrintGaps(const JourneyTotals& totals, std::ostream& out) {
  Table gaps({{"Top gaps"},
              {"touchpoint"},
              {"owner"},
              {"journeys", Table::Align::kRight},
              {"share", Table::Align::kRight}});
  for (const v1::MapGap& gap : totals.gaps) {
    gaps.AddRow({std::string(GapWord(gap.gap().kind())), gap.gap().step(), gap.gap().owner_id(),
                 WithThousands(gap.journeys()), Share(gap.journeys(), totals.journeys)});
  }
  if (!gaps.empty()) {
    out << '\n';
    gaps.Print(out);
  }
}

void PrintUnmapped(const ReplayTally& tally, std::ostream& out) {
  Table table(
      {{"Unmapped events"}, {"event"}, {"signal"}, {"channel"}, {"count", Table::Align::kRight}});
  for (const ReplayTally::UnmappedGroup& group : tally.TopUnmapped(kMaxUnmapped)) {
    table.AddRow(
        {group.source, group.type, group.signal, group.channel, WithThousands(group.count)});
  }
  if (!table.empty()) {
    out << '\n';
    table.Print(out);
  }
}

}  // namespace

void PrintReport(const ReplayReport& report, const Output& output) {
  const ReplayTally& tally = report.replay->tally();
  std::ostream& out = output.out();
  const double seconds = std::max(absl::ToDoubleSeconds(report.run_time), 1e-9);
  const double rate = static_cast<double>(tally.events()) / seconds;
  out << output.Paint(
             absl::StrCat("Replayed ", Counted(tally.events(), "event"), " of ",
                          Counted(std::ssize(tally.tickets()), "ticket"), " and ",
                          Counted(static_cast<int64_t>(report.replay->desk().persons()), "person"),
                          " in ", absl::StrFormat("%.1f s", seconds)),
             Colour::kBold)
      << " (" << WithThousands(static_cast<int64_t>(rate)) << "/s, peak memory "
      << report.peak_memory_bytes / (1 << 20) << " MiB)\n";
  if (report.replay->as_live()) {
    out << "as live: " << Counted(tally.due(), "time")
        << " a rule was asked because of the time, up to the last event\n";
  }
  out << "rejected " << WithThousands(tally.rejected()) << ", duplicates "
      << WithThousands(tally.duplicates()) << ", late " << WithThousands(tally.late())
      << ", moved in time " << WithThousands(tally.clamped()) << ", unmapped "
      << WithThousands(tally.unmapped()) << InBrackets(Share(tally.unmapped(), tally.events()))
      << ", rule errors " << WithThousands(tally.rule_errors()) << '\n';
  for (const Rejection& rejection : tally.rejections()) {
    out << "  line " << rejection.line << ": " << Printable(rejection.reason) << '\n';
  }
  PrintDerived(tally, out);
  PrintRules(tally, out);
  if (report.replay->as_live()) {
    PrintCauses(tally, out);
    PrintNotices(report.notices, static_cast<int64_t>(report.replay->desk().persons()), out);
    PrintExpectations(report.replay->desk().Coverages(), out);
  }
  PrintJourneys(report.totals, out);
  PrintGaps(report.totals, out);
  PrintUnmapped(tally, out);
}

}  // namespace waypost::cli
