// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cli/json_writer.h"
#include "sidecar/cli/replay_report.h"
#include "sidecar/cli/replay_report_words.h"
#include "sidecar/rules/vocabulary.h"

namespace waypost::cli {
namespace {

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
    json->Key("byEvent").Int(rule.by_event());
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

void WriteExpectations(const std::vector<pipeline::TenantCoverage>& tenants, JsonWriter* json) {
  json->Key("expectations").BeginArray();
  for (const pipeline::TenantCoverage& tenant : tenants) {
    for (const expectation::AgeCoverage& age : tenant.ages) {
      json->BeginObject().Key("tenant").String(tenant.tenant);
      json->Key("ageHours").Int(absl::ToInt64Hours(age.age));
      json->Key("windows").Int(static_cast<int64_t>(age.windows));
      json->Key("resolved").Int(static_cast<int64_t>(age.resolved));
      if (age.coverage.has_value()) {
        json->Key("p50Coverage").Double(age.coverage->p50);
        json->Key("p80Coverage").Double(age.coverage->p80);
        json->Key("medianWidthHours").Double(absl::ToDoubleHours(age.median_width));
      }
      json->Key("refused").Bool(age.refused).EndObject();
    }
  }
  json->EndArray();
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
  for (const ReplayTally::UnmappedGroup& group : tally.TopUnmapped(kMaxUnmapped)) {
    json->BeginObject().Key("source").String(group.source).Key("type").String(group.type);
    json->Key("signal").String(group.signal).Key("channel").String(group.channel);
    json->Key("count").Int(group.count).EndObject();
  }
  json->EndArray();
}

}  // namespace

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
  WriteExpectations(report.replay->desk().Coverages(), &json);
  WriteJourneys(report.totals, &json);
  WriteUnmapped(tally, &json);
  json.Key("ruleSetDigest").String(report.replay->desk().rules().digest);
  json.Key("seconds").Double(absl::ToDoubleSeconds(report.run_time));
  json.Key("peakMemoryBytes").Int(report.peak_memory_bytes);
  return json.EndObject().Take();
}

}  // namespace waypost::cli
