// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cli/replay_report.h"

#include <sys/resource.h>

#include <algorithm>
#include <iterator>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sidecar/cli/json_writer.h"
#include "sidecar/cli/names.h"
#include "sidecar/cli/table.h"
#include "sidecar/journey/journey_map.h"
#include "sidecar/journey/person_record.h"
#include "sidecar/journey/view.h"
#include "sidecar/rules/vocabulary.h"
#include "sidecar/text/printable.h"

namespace waypost::cli {
namespace {

constexpr size_t kTop = 10;

std::string Share(int64_t part, int64_t whole) {
  return whole == 0 ? ""
                    : absl::StrFormat("%.1f %%", 100.0 * static_cast<double>(part) /
                                                     static_cast<double>(whole));
}

std::string InBrackets(const std::string& text) {
  return text.empty() ? "" : absl::StrCat(" (", text, ")");
}

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

std::string UserStage(const v1::Journey& journey) {
  for (const v1::RoleProjection& role : journey.roles()) {
    if (role.position().role() == v1::CONSUMER_ROLE_USER) {
      return role.position().stage();
    }
  }
  return "";
}

JourneyTotals Sum(const pipeline::OfflineDesk& desk) {
  JourneyTotals totals;
  for (const rules::Stage& stage : desk.rules().stages) {
    totals.by_stage.emplace_back(stage.id, 0);
  }
  totals.by_stage.emplace_back("", 0);
  v1::GetJourneyMapRequest request;
  request.set_role(v1::CONSUMER_ROLE_USER);
  journey::JourneyMap map(request, desk.rules());
  desk.ForEachJourney([&](const internal::v1::JourneyState& state) {
    const v1::Journey journey = journey::ViewJourney(state, desk.rules(), true);
    ++totals.journeys;
    totals.open += journey::IsOpen(state) ? 1 : 0;
    AddFacts(journey.facts(), &totals);
    const std::string stage = UserStage(journey);
    for (auto& [id, count] : totals.by_stage) {
      count += id == stage ? 1 : 0;
    }
    map.Add(journey);
  });
  const v1::GetJourneyMapResponse built = map.Build();
  for (int at = 0; at < built.gaps_size() && totals.gaps.size() < kTop; ++at) {
    totals.gaps.push_back(built.gaps(at));
  }
  return totals;
}

constexpr std::array<std::string_view, 7> kNoticeLabels = {"0",   "1",    "2",  "3",
                                                           "4-5", "6-10", ">10"};

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

std::string_view GapWord(v1::GapKind kind) {
  switch (kind) {
    case v1::GAP_KIND_SKIPPED:
      return "skipped";
    case v1::GAP_KIND_REPEATED:
      return "repeated";
    default:
      return "extra";
  }
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

int64_t ByEvent(const RuleTally& rule) {
  return rule.alerts + rule.updates + rule.surveys_sent + rule.surveys_not_sent - rule.by_time;
}

// What an event brought and what time brought, apart.
void PrintCauses(const ReplayTally& tally, std::ostream& out) {
  Table table({{"What brought it"},
               {"an event", Table::Align::kRight},
               {"time", Table::Align::kRight},
               {"tickets", Table::Align::kRight},
               {"share", Table::Align::kRight}});
  const auto tickets = static_cast<int64_t>(tally.tickets().size());
  for (const auto& [id, rule] : tally.rules()) {
    table.AddRow({id, WithThousands(ByEvent(rule)), WithThousands(rule.by_time),
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
  for (const ReplayTally::UnmappedGroup& group : tally.TopUnmapped(kTop)) {
    table.AddRow(
        {group.source, group.type, group.signal, group.channel, WithThousands(group.count)});
  }
  if (!table.empty()) {
    out << '\n';
    table.Print(out);
  }
}

void WriteDerived(const ReplayTally& tally, JsonWriter* json) {
  json->Key("derived").BeginObject();
  for (size_t number = 1; number < kEventTypes; ++number) {
    const auto type = static_cast<v1::EventType>(number);
    json->Key(rules::EventTypeName(type)).BeginObject();
    json->Key("count").Int(tally.Derived(type));
    json->Key("tickets").Int(tally.TicketsWith(type)).EndObject();
  }
  json->EndObject();
}

void WriteRules(const ReplayTally& tally, JsonWriter* json) {
  json->Key("rules").BeginArray();
  for (const auto& [id, rule] : tally.rules()) {
    json->BeginObject().Key("id").String(id);
    json->Key("alerts").Int(rule.alerts);
    json->Key("updates").Int(rule.updates);
    json->Key("surveysSent").Int(rule.surveys_sent);
    json->Key("surveysNotSent").Int(rule.surveys_not_sent);
    json->Key("shadow").Int(rule.shadow);
    json->Key("byEvent").Int(ByEvent(rule));
    json->Key("byTime").Int(rule.by_time);
    json->Key("tickets").Int(rule.tickets).EndObject();
  }
  json->EndArray();
}

void WriteNotices(const NoticeCounts& notices, JsonWriter* json) {
  json->Key("noticesPerPerson").BeginObject();
  for (size_t bucket = 0; bucket < notices.size(); ++bucket) {
    json->Key(kNoticeLabels[bucket]).Int(notices[bucket]);
  }
  json->EndObject();
}

void WriteJourneys(const JourneyTotals& totals, JsonWriter* json) {
  json->Key("journeys").BeginObject();
  json->Key("count").Int(totals.journeys);
  json->Key("open").Int(totals.open);
  json->Key("reassignments").Int(totals.reassignments);
  json->Key("bounces").Int(totals.bounces);
  json->Key("reopens").Int(totals.reopens);
  json->Key("waitsOnCustomer").Int(totals.waits_on_customer);
  json->Key("waitsOnProvider").Int(totals.waits_on_provider);
  json->Key("statusChanges").Int(totals.status_changes);
  json->Key("priorityChanges").Int(totals.priority_changes);
  json->Key("resolutions").Int(totals.resolutions);
  json->Key("closings").Int(totals.closings);
  json->Key("repeats").Int(totals.repeats);
  json->Key("byStage").BeginObject();
  for (const auto& [stage, count] : totals.by_stage) {
    json->Key(stage).Int(count);
  }
  json->EndObject().EndObject();
  json->Key("gaps").BeginArray();
  for (const v1::MapGap& gap : totals.gaps) {
    json->BeginObject().Key("kind").String(GapWord(gap.gap().kind()));
    json->Key("step").String(gap.gap().step()).Key("owner").String(gap.gap().owner_id());
    json->Key("journeys").Int(gap.journeys()).EndObject();
  }
  json->EndArray();
}

void WriteUnmapped(const ReplayTally& tally, JsonWriter* json) {
  json->Key("unmapped").BeginArray();
  for (const ReplayTally::UnmappedGroup& group : tally.TopUnmapped(kTop)) {
    json->BeginObject().Key("source").String(group.source).Key("type").String(group.type);
    json->Key("signal").String(group.signal).Key("channel").String(group.channel);
    json->Key("count").Int(group.count).EndObject();
  }
  json->EndArray();
}

std::string CsvField(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) {
    return text;
  }
  std::string quoted = "\"";
  for (const char character : text) {
    quoted += character;
    quoted += character == '"' ? "\"" : "";
  }
  return quoted + '"';
}

struct TicketCounters {
  int32_t reassignments = 0;
  int32_t bounces = 0;
  int32_t reopens = 0;
};

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
  }
  PrintJourneys(report.totals, out);
  PrintGaps(report.totals, out);
  PrintUnmapped(tally, out);
}

std::string ReportJson(const ReplayReport& report) {
  const ReplayTally& tally = report.replay->tally();
  JsonWriter json;
  json.BeginObject();
  json.Key("events").Int(tally.events());
  json.Key("tickets").Int(static_cast<int64_t>(tally.tickets().size()));
  json.Key("persons").Int(static_cast<int64_t>(report.replay->desk().persons()));
  json.Key("rejected").Int(tally.rejected());
  json.Key("rejections").BeginArray();
  for (const Rejection& rejection : tally.rejections()) {
    json.BeginObject().Key("line").Int(rejection.line);
    json.Key("reason").String(rejection.reason).EndObject();
  }
  json.EndArray();
  json.Key("duplicates").Int(tally.duplicates());
  json.Key("late").Int(tally.late());
  json.Key("movedInTime").Int(tally.clamped());
  json.Key("unmappedEvents").Int(tally.unmapped());
  json.Key("ruleErrors").Int(tally.rule_errors());
  WriteDerived(tally, &json);
  json.Key("asLive").Bool(report.replay->as_live());
  json.Key("decidedByTime").Int(tally.due());
  WriteRules(tally, &json);
  WriteNotices(report.notices, &json);
  WriteJourneys(report.totals, &json);
  WriteUnmapped(tally, &json);
  json.Key("ruleSetDigest").String(report.replay->desk().rules().digest);
  json.Key("seconds").Double(absl::ToDoubleSeconds(report.run_time));
  json.Key("peakMemoryBytes").Int(report.peak_memory_bytes);
  return json.EndObject().Take();
}

void WriteTicketCsv(const Replay& replay, std::ostream& csv) {
  absl::flat_hash_map<std::string, TicketCounters> counters;
  replay.desk().ForEachJourney([&](const internal::v1::JourneyState& state) {
    const v1::Journey journey = journey::ViewJourney(state, replay.desk().rules(), false);
    for (const v1::JourneyTicket& ticket : journey.tickets()) {
      counters[absl::StrCat(ticket.source(), "\n", ticket.ticket().ref())] = {
          ticket.reassignments(), ticket.bounces(), ticket.reopens()};
    }
  });
  csv << "source,ref,events";
  for (size_t type = 1; type < kEventTypes; ++type) {
    csv << ",derived_" << rules::EventTypeName(static_cast<v1::EventType>(type));
  }
  csv << ",reassignments,bounces,reopens\n";
  for (const TicketTally& ticket : replay.tally().tickets()) {
    csv << CsvField(ticket.source) << ',' << CsvField(ticket.ref) << ',' << ticket.events;
    for (size_t type = 1; type < kEventTypes; ++type) {
      csv << ',' << ticket.derived[type];
    }
    const TicketCounters& own = counters[absl::StrCat(ticket.source, "\n", ticket.ref)];
    csv << ',' << own.reassignments << ',' << own.bounces << ',' << own.reopens << '\n';
  }
}

}  // namespace waypost::cli
