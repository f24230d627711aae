// SPDX-License-Identifier: Apache-2.0
#include "sidecar/pipeline/outgoing.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "sidecar/base/proto_time.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/journey/micros.h"

namespace waypost::pipeline {
namespace {

using internal::v1::ActionRecord;
using internal::v1::Decision;
using internal::v1::NewAction;

// What is a day old tells the desk or the person of yesterday. A survey still asks about the same.
constexpr absl::Duration kLife = absl::Hours(24);
constexpr absl::Duration kLifeOfSurveys = absl::Hours(72);

AnnotationScope ScopeOf(const v1::Enrichment& decided) {
  int scope = 0;
  for (const v1::Annotation& annotation : decided.annotations()) {
    if (annotation.shadow()) continue;
    scope |= static_cast<int>(annotation.rule_id().empty() ? AnnotationScope::kPosition
                                                           : AnnotationScope::kRules);
  }
  return static_cast<AnnotationScope>(scope);
}

// Of several that rules give one name, the last.
void TakeAnnotations(v1::Enrichment* decided, v1::Annotations* annotations) {
  for (v1::Annotation& annotation : *decided->mutable_annotations()) {
    if (annotation.shadow()) continue;
    auto* const all = annotations->mutable_annotations();
    const auto same = std::find_if(all->begin(), all->end(), [&](const v1::Annotation& one) {
      return one.name() == annotation.name();
    });
    (same == all->end() ? all->Add() : &*same)->Swap(&annotation);
  }
}

class ActionNamer {
 public:
  ActionNamer(std::string_view source, std::string_view ticket_ref, absl::Time decided_at,
              Decision* decision)
      : source_(source), ticket_ref_(ticket_ref), decided_at_(decided_at), decision_(decision) {}

  NewAction* Name(const std::string& id, v1::ActionKind kind, int item, absl::Time deadline) {
    NewAction* action = decision_->mutable_outbox()->add_actions();
    action->set_id(id);
    action->set_kind(kind);
    action->set_item(static_cast<uint32_t>(item));
    action->set_deadline(absl::ToUnixMicros(deadline));
    if (ticket_ref_.empty()) return action;
    action->set_source(std::string(source_));
    action->set_ticket_ref(std::string(ticket_ref_));
    return action;
  }

  // A promise that has passed when the message arrives is worse than no message.
  [[nodiscard]] absl::Time DeadlineOf(const v1::StatusUpdate& update) const {
    const absl::Time end = decided_at_ + kLife;
    if (!update.has_next_update_by()) return end;
    const absl::Time promised = FromProto(update.next_update_by());
    return promised > decided_at_ ? std::min(end, promised) : end;
  }

  [[nodiscard]] absl::Time DeadlineOf(const v1::SurveyDecision& survey) const {
    const absl::Time end = decided_at_ + kLifeOfSurveys;
    return survey.has_expires_at() ? std::min(end, FromProto(survey.expires_at())) : end;
  }

 private:
  const std::string_view source_;
  const std::string_view ticket_ref_;
  const absl::Time decided_at_;
  Decision* const decision_;
};

absl::StatusOr<Decision> ReadDecision(const store::Store& store, const ActionRecord& record) {
  WAYPOST_ASSIGN_OR_RETURN(const store::LogRecord logged, store.ReadRecord(record.position()));
  Decision decision;
  if (!decision.ParseFromString(logged.decision)) {
    return absl::DataLossError("a logged decision is damaged");
  }
  return decision;
}

absl::Status LacksAction() {
  return absl::DataLossError("a logged decision lacks an action of it");
}

}  // namespace

AnnotationScope ScopeOf(const NewAction& action) {
  if (action.kind() != v1::ACTION_KIND_ANNOTATIONS) return AnnotationScope::kNone;
  return static_cast<AnnotationScope>(action.item() & 3U);
}

void NameActions(std::string_view source, std::string_view ticket_ref, Decision* decision) {
  const v1::Enrichment& decided = decision->enrichment();
  const absl::Time now = absl::FromUnixMicros(decision->decided_at());
  ActionNamer namer(source, ticket_ref, now, decision);
  for (int i = 0; i < decided.resolved_alerts_size(); ++i) {
    const v1::AlertResolution& resolution = decided.resolved_alerts(i);
    NewAction* action = namer.Name(absl::StrCat(resolution.alert_id(), "/resolved"),
                                   v1::ACTION_KIND_ALERT_RESOLUTION, i, now + kLife);
    action->set_owner_id(resolution.owner_id());
  }
  for (int i = 0; i < decided.alerts_size(); ++i) {
    const v1::ExperienceAlert& alert = decided.alerts(i);
    if (alert.shadow()) continue;
    NewAction* action = namer.Name(alert.id(), v1::ACTION_KIND_ALERT, i, now + kLife);
    if (alert.severity() != v1::SEVERITY_CRITICAL) action->set_owner_id(alert.owner_id());
  }
  for (int i = 0; i < decided.status_updates_size(); ++i) {
    const v1::StatusUpdate& update = decided.status_updates(i);
    if (update.shadow()) continue;
    const auto kind =
        update.digest_of().empty() ? v1::ACTION_KIND_STATUS_UPDATE : v1::ACTION_KIND_DIGEST;
    namer.Name(update.id(), kind, i, namer.DeadlineOf(update));
  }
  for (int i = 0; i < decided.surveys_size(); ++i) {
    const v1::SurveyDecision& survey = decided.surveys(i);
    const bool reminds = survey.outcome() == v1::SURVEY_OUTCOME_REMIND;
    if (survey.shadow() || (!reminds && survey.outcome() != v1::SURVEY_OUTCOME_SEND)) continue;
    NewAction* action = namer.Name(reminds ? absl::StrCat(survey.id(), "/reminder") : survey.id(),
                                   v1::ACTION_KIND_SURVEY, i, namer.DeadlineOf(survey));
    if (survey.ticket_ref().empty()) continue;
    // It may be somebody else's ticket.
    action->set_source(survey.source());
    action->set_ticket_ref(survey.ticket_ref());
  }
  // Last: whoever is to be told is told first.
  const AnnotationScope scope = ScopeOf(decided);
  if (scope != AnnotationScope::kNone && !ticket_ref.empty()) {
    namer.Name(absl::StrCat(decided.decision_id(), "/annotations"), v1::ACTION_KIND_ANNOTATIONS,
               static_cast<int>(scope), now + kLife);
  }
  if (!decision->has_outbox()) return;
  decision->mutable_outbox()->set_at(decision->decided_at());
  decision->mutable_outbox()->set_journey_id(decision->placement().journey_id());
}

std::vector<std::string> AlertIds(const Decision& decision) {
  const v1::Enrichment& decided = decision.enrichment();
  std::vector<std::string> ids;
  for (const NewAction& action : decision.outbox().actions()) {
    std::string& id = ids.emplace_back();
    const auto item = static_cast<int>(action.item());
    if (action.kind() == v1::ACTION_KIND_ALERT && item < decided.alerts_size()) {
      const std::string& repeated = decided.alerts(item).repeats_id();
      id = repeated.empty() ? action.id() : repeated;
    } else if (action.kind() == v1::ACTION_KIND_ALERT_RESOLUTION &&
               item < decided.resolved_alerts_size()) {
      id = decided.resolved_alerts(item).alert_id();
    }
  }
  return ids;
}

std::unique_ptr<OutboxNews> TakeNews(Decision* decision) {
  if (!decision->has_outbox()) return nullptr;
  auto news = std::make_unique<OutboxNews>();
  news->alert_ids = AlertIds(*decision);
  news->changes.Swap(decision->mutable_outbox());
  return news;
}

ActionRecord RecordOf(const internal::v1::OutboxChanges& changes, int number, uint64_t position,
                      std::string_view tenant, std::string_view person_id) {
  ActionRecord record;
  record.set_tenant(std::string(tenant));
  *record.mutable_action() = changes.actions(number);
  record.set_person_id(std::string(person_id));
  record.set_journey_id(changes.journey_id());
  record.set_position(position);
  record.set_number(static_cast<uint32_t>(number));
  record.set_decided_at(changes.at());
  record.set_state(v1::ACTION_STATE_WAITING);
  record.set_changed_at_position(position);
  for (const internal::v1::ActionChange& change : changes.changes()) {
    if (change.action_id() != record.action().id()) continue;
    record.set_state(change.state());
    record.set_reason_code(change.reason_code());
    record.set_retry_at(change.retry_at());
    if (change.state() != v1::ACTION_STATE_WAITING) record.set_settled_at(changes.at());
  }
  return record;
}

ActionRecord RecordOfDigest(const internal::v1::OutboxChanges& changes, int number,
                            uint64_t position, std::string_view tenant) {
  const internal::v1::NewAlertDigest& digest = changes.alert_digests(number);
  ActionRecord record;
  record.set_tenant(std::string(tenant));
  NewAction* action = record.mutable_action();
  action->set_id(digest.id());
  action->set_kind(v1::ACTION_KIND_ALERT_DIGEST);
  action->set_item(static_cast<uint32_t>(number));
  action->set_deadline(digest.deadline());
  action->set_owner_id(digest.owner_id());
  record.set_position(position);
  record.set_number(static_cast<uint32_t>(changes.actions_size() + number));
  record.set_decided_at(changes.at());
  record.set_state(v1::ACTION_STATE_WAITING);
  record.set_changed_at_position(position);
  return record;
}

std::vector<internal::v1::ActionChange> ChangesOf(const internal::v1::OutboxChanges& changes) {
  std::vector<internal::v1::ActionChange> all(changes.changes().begin(), changes.changes().end());
  for (const internal::v1::NewAlertDigest& digest : changes.alert_digests()) {
    for (const std::string& id : digest.action_ids()) {
      internal::v1::ActionChange& change = all.emplace_back();
      change.set_action_id(id);
      change.set_state(v1::ACTION_STATE_DONE);
      change.set_reason_code(std::string(kInDigest));
    }
  }
  return all;
}

absl::StatusOr<ActionRecord> ParseAction(const store::ActionRow& row) {
  ActionRecord record;
  if (!record.ParseFromString(row.blob)) {
    return absl::DataLossError("the row of an action is damaged");
  }
  return record;
}

v1::Action Describe(const ActionRecord& record) {
  v1::Action action;
  action.set_id(record.action().id());
  action.set_kind(record.action().kind());
  action.set_source(record.action().source());
  action.set_ticket_ref(record.action().ticket_ref());
  action.set_person_id(record.person_id());
  action.set_journey_id(record.journey_id());
  journey::SetTime(record.decided_at(), action.mutable_decided_at());
  journey::SetTime(record.action().deadline(), action.mutable_deadline());
  return action;
}

absl::StatusOr<std::vector<std::string>> ReadDigest(const store::Store& store,
                                                    const ActionRecord& record) {
  WAYPOST_ASSIGN_OR_RETURN(const Decision decision, ReadDecision(store, record));
  const auto item = static_cast<int>(record.action().item());
  if (item >= decision.outbox().alert_digests_size()) return LacksAction();
  const auto& ids = decision.outbox().alert_digests(item).action_ids();
  return std::vector<std::string>(ids.begin(), ids.end());
}

absl::StatusOr<v1::Action> ReadAction(const store::Store& store, const ActionRecord& record) {
  WAYPOST_ASSIGN_OR_RETURN(Decision decision, ReadDecision(store, record));
  v1::Enrichment& decided = *decision.mutable_enrichment();
  v1::Action action = Describe(record);
  const auto item = static_cast<int>(record.action().item());
  switch (record.action().kind()) {
    case v1::ACTION_KIND_ALERT:
      if (item >= decided.alerts_size()) break;
      action.mutable_alert()->Swap(decided.mutable_alerts(item));
      return action;
    case v1::ACTION_KIND_ALERT_RESOLUTION:
      if (item >= decided.resolved_alerts_size()) break;
      action.mutable_alert_resolution()->Swap(decided.mutable_resolved_alerts(item));
      return action;
    case v1::ACTION_KIND_ANNOTATIONS:
      TakeAnnotations(&decided, action.mutable_annotations());
      if (action.annotations().annotations().empty()) break;
      return action;
    case v1::ACTION_KIND_SURVEY:
      if (item >= decided.surveys_size()) break;
      action.mutable_survey()->Swap(decided.mutable_surveys(item));
      return action;
    default:
      if (item >= decided.status_updates_size()) break;
      action.mutable_status_update()->Swap(decided.mutable_status_updates(item));
      return action;
  }
  return LacksAction();
}

}  // namespace waypost::pipeline
