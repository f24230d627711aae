// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cli/replay.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sidecar/base/proto_time.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/cli/diagnostic_text.h"
#include "sidecar/cli/progress_bar.h"
#include "sidecar/rules/loader.h"
#include "sidecar/service/request_validation.h"

namespace waypost::cli {

absl::StatusOr<std::shared_ptr<const rules::RuleSet>> LoadRulesOrPrint(const std::string& path,
                                                                       const Output& output) {
  WAYPOST_ASSIGN_OR_RETURN(rules::LoadResult loaded, rules::LoadRules(path));
  if (loaded.rule_set == nullptr) {
    PrintDiagnostics(loaded.diagnostics, output);
    return absl::InvalidArgumentError(absl::StrCat(
        "the rules in ", path, " do not load: ", CountsText(CountByLevel(loaded.diagnostics))));
  }
  return loaded.rule_set;
}

Replay::Replay(std::shared_ptr<const rules::RuleSet> rules, Between between)
    : between_(between), desk_(std::move(rules), pipeline::OfflineDesk::Answers::kForget) {
  if (!as_live()) return;
  desk_.LetTimePass(
      [this](const internal::v1::Decision& decision, const journey::PersonRecord& person) {
        tally_.AddDue(decision, person);
      });
}

absl::Time Replay::Prepare(ReadEvent* next) {
  if (next->event.tenant().empty()) {
    next->event.set_tenant(std::string(service::kDefaultTenant));
  }
  return std::max(now_, FromProto(next->event.occurred_at()));
}

bool Replay::Play(ReadEvent* next) {
  if (!next->status.ok()) {
    tally_.Reject(next->line, std::string(next->status.message()));
    return false;
  }
  const absl::Time now = Prepare(next);
  const std::vector<pipeline::Violation> violations =
      service::CheckEvent(next->event, "event", SystemClock().Now());
  if (!violations.empty()) {
    tally_.Reject(next->line,
                  absl::StrCat(violations.front().field, " ", violations.front().description));
    return false;
  }
  const absl::StatusOr<pipeline::OfflineDesk::Recorded> recorded = desk_.Record(next->event, now);
  if (!recorded.ok()) {
    tally_.Reject(next->line, std::string(recorded.status().message()));
    return false;
  }
  now_ = now;
  if (recorded->duplicate) {
    tally_.AddDuplicate();
    return true;
  }
  if (next->clamped) {
    tally_.AddClamped();
  }
  tally_.Add(next->event, *recorded->enrichment);
  return true;
}

absl::Status Replay::Run(EventSource* source, const Output& output) {
  EventReader& reader = *source->reader;
  ProgressBar progress(output.err(), output.err_is_terminal(), reader.size(), "events",
                       SystemClock());
  ReadEvent next;
  while (true) {
    WAYPOST_ASSIGN_OR_RETURN(const bool more, reader.Next(&next));
    if (!more) {
      break;
    }
    Play(&next);
    progress.Update(reader.done(), tally_.events());
  }
  progress.Finish();
  return absl::OkStatus();
}

}  // namespace waypost::cli
