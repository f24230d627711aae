// SPDX-License-Identifier: Apache-2.0
#include "sidecar/pipeline/history.h"

#include "sidecar/base/proto_time.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/journey/due.h"
#include "sidecar/journey/evaluate.h"
#include "sidecar/journey/explain.h"
#include "sidecar/journey/fold.h"
#include "sidecar/journey/outlook.h"
#include "sidecar/pipeline/errors.h"
#include "waypost/internal/v1/state.pb.h"

namespace waypost::pipeline {
namespace {

struct Step {
  v1::TicketEvent event;  // without an id: time brought the decision
  internal::v1::Decision decision;
};

bool IsOfTime(const Step& step) { return step.decision.due_at() != 0; }

// The step with its placement in today's journey, which the record may begin: earlier ones may be
// gone, and the ticket may have been another person's then.
absl::StatusOr<Step> ReadStep(const store::Store& store, uint64_t position,
                              const std::string& journey_id, const journey::PersonRecord& person) {
  WAYPOST_ASSIGN_OR_RETURN(const store::LogRecord record, store.ReadRecord(position));
  Step step;
  if (!step.event.ParseFromString(record.event) ||
      !step.decision.ParseFromString(record.decision)) {
    return absl::DataLossError("a log record is damaged");
  }
  step.event.set_tenant(record.tenant);
  internal::v1::Placement* placement = step.decision.mutable_placement();
  placement->set_journey_id(journey_id);
  if (IsOfTime(step)) return step;
  placement->set_created(journey::FindJourney(journey_id, person) < 0);
  if (placement->created()) placement->clear_adopted_journey_id();
  return step;
}

absl::Status ReplayStep(const store::Store& store, uint64_t position, const std::string& journey_id,
                        journey::PersonRecord* person) {
  const absl::StatusOr<Step> step = ReadStep(store, position, journey_id, *person);
  if (absl::IsNotFound(step.status())) return absl::OkStatus();
  WAYPOST_RETURN_IF_ERROR(step.status());
  if (person->person.tenant().empty()) person->person.set_tenant(step->event.tenant());
  if (!IsOfTime(*step)) return journey::Replay(step->event, step->decision, position, person);
  const absl::Status replayed = journey::ReplayDue(step->decision, position, person);
  // The events that began its journey may have been pruned.
  return absl::IsDataLoss(replayed) ? absl::OkStatus() : replayed;
}

}  // namespace

absl::StatusOr<v1::ExplainJourneyResponse> ExplainRecord(
    const store::Store& store, const std::map<uint64_t, std::string>& records, uint64_t position,
    const rules::RuleSet& rules) {
  journey::PersonRecord person;
  person.survey_secret = store.secret();
  const auto target = records.find(position);
  for (auto record = records.begin(); record != target; ++record) {
    WAYPOST_RETURN_IF_ERROR(ReplayStep(store, record->first, record->second, &person));
  }
  const absl::StatusOr<Step> step = ReadStep(store, position, target->second, person);
  if (absl::IsNotFound(step.status())) {
    return MakeError(Reason::kEventNotFound, "the event is no longer in the log");
  }
  WAYPOST_RETURN_IF_ERROR(step.status());
  WAYPOST_ASSIGN_OR_RETURN(
      const journey::Folded folded,
      journey::Fold(step->event, position, rules.stitching, &step->decision.placement(), &person));
  const absl::Time now = step->decision.decided_at() != 0
                             ? absl::FromUnixMicros(step->decision.decided_at())
                             : FromProto(step->event.occurred_at());
  const journey::RecordedOutlook outlook(&step->decision.enrichment());
  v1::ExplainJourneyResponse response =
      journey::Explain(rules, step->event, person, folded, now, &outlook);
  *response.mutable_decision() = step->decision.enrichment();
  return response;
}

}  // namespace waypost::pipeline
