// SPDX-License-Identifier: Apache-2.0
#include "sidecar/pipeline/alert_admission.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"

namespace waypost::pipeline {
namespace {

using internal::v1::ActionChange;
using internal::v1::NewAction;
using internal::v1::OutboxChanges;

// Told in action.proto.
constexpr absl::Duration kLifeOfDigests = absl::Hours(24);

void Settle(const std::string& id, OutboxChanges* added) {
  ActionChange* change = added->add_changes();
  change->set_action_id(id);
  change->set_state(v1::ACTION_STATE_DONE);
  change->set_reason_code(std::string(kResolved));
}

}  // namespace

void AlertAdmission::Admit(absl::Time now, store::LogRecord* record, OutboxNews* news) {
  OutboxChanges added;
  if (news->gathers_digests) {
    Gather(record->tenant, now, &added);
  } else {
    NoteWords(record->tenant, news->changes);
    AdmitActions(*record, *news, &added);
  }
  if (added.ByteSizeLong() == 0) return;
  news->changes.MergeFrom(added);
  // Serialized messages one after the other are one message with the fields of both.
  internal::v1::Decision decision;
  decision.mutable_outbox()->Swap(&added);
  record->decision.append(decision.SerializeAsString());
}

// Whoever acts on answers may have carried out what is held.
void AlertAdmission::NoteWords(const std::string& tenant, const OutboxChanges& changes) {
  for (const ActionChange& change : changes.changes()) {
    const internal::v1::ActionRecord* record = queue_->Find(tenant, change.action_id());
    if (record == nullptr || record->reason_code() != kOwnerRate) continue;
    Draft& draft = drafts_[{tenant, record->action().owner_id()}];
    if (!draft.gathered) draft.over.insert(change.action_id());
  }
}

void AlertAdmission::AdmitActions(const store::LogRecord& record, const OutboxNews& news,
                                  OutboxChanges* added) {
  const absl::Time at = absl::FromUnixMicros(news.changes.at());
  for (int i = 0; i < news.changes.actions_size(); ++i) {
    const NewAction& action = news.changes.actions(i);
    const std::string& alert_id = news.alert_ids[static_cast<size_t>(i)];
    if (action.kind() == v1::ACTION_KIND_ALERT_RESOLUTION) {
      EndAlert(record, action, alert_id, added);
    } else if (action.kind() == v1::ACTION_KIND_ALERT) {
      alerts_[{record.tenant, alert_id}].push_back(action.id());
      if (action.owner_id().empty()) continue;
      AdmitAlert({record.tenant, action.owner_id()}, at, action.id(), added);
    }
  }
}

size_t AlertAdmission::HeldBefore(const Owner& owner, const Draft& draft) const {
  return draft.gathered ? 0 : queue_->rates().HeldFor(owner).size() - draft.over.size();
}

void AlertAdmission::AdmitAlert(const Owner& owner, absl::Time at, const std::string& id,
                                OutboxChanges* added) {
  Draft& draft = drafts_[owner];
  const size_t held_before = HeldBefore(owner, draft);
  if (held_before > 0) {
    draft.until = queue_->rates().HeldUntil(owner);
  } else if (draft.held.empty()) {
    std::vector<absl::Time> told = queue_->rates().ToldAfter(owner, at - kRateWindow);
    std::copy_if(draft.told.begin(), draft.told.end(), std::back_inserter(told),
                 [&](absl::Time before) { return before > at - kRateWindow; });
    const auto cap = static_cast<size_t>(cap_);
    if (cap == 0 || told.size() < cap) {
      draft.told.push_back(at);
      return;
    }
    std::sort(told.begin(), told.end());
    // A clock that was set back holds up nobody for longer.
    draft.until = std::min(told[told.size() - cap], at) + kRateWindow;
  }
  draft.held.push_back(id);
  ActionChange* change = added->add_changes();
  change->set_action_id(id);
  change->set_state(v1::ACTION_STATE_WAITING);
  change->set_retry_at(absl::ToUnixMicros(draft.until));
  change->set_reason_code(std::string(kOwnerRate));
}

void AlertAdmission::EndAlert(const store::LogRecord& record, const NewAction& resolution,
                              const std::string& alert_id, OutboxChanges* added) {
  Draft& draft = drafts_[{record.tenant, resolution.owner_id()}];
  std::vector<std::string> over;
  for (const WithdrawnAlert& alert : queue_->Withdraw(record.tenant, resolution, alert_id)) {
    if (in_digest_.count({record.tenant, alert.id}) > 0) continue;
    over.push_back(alert.id);
    if (alert.held) draft.over.insert(alert.id);
  }
  std::vector<std::string>& brought = alerts_[{record.tenant, alert_id}];
  for (const std::string& id : brought) {
    if (in_digest_.count({record.tenant, id}) > 0) continue;
    over.push_back(id);
    draft.held.erase(std::remove(draft.held.begin(), draft.held.end(), id), draft.held.end());
  }
  brought.clear();
  for (const std::string& id : over) {
    Settle(id, added);
    if (id == alert_id) Settle(resolution.id(), added);
  }
}

void AlertAdmission::Gather(std::string_view tenant, absl::Time now, OutboxChanges* added) {
  for (const Owner& owner : queue_->rates().Due(now)) {
    if (owner.first == tenant && !drafts_[owner].gathered) GatherFor(owner, now, added);
  }
}

void AlertAdmission::GatherFor(const Owner& owner, absl::Time now, OutboxChanges* added) {
  Draft& draft = drafts_[owner];
  std::vector<std::string> ids;
  for (const auto& [order, id] : queue_->rates().HeldFor(owner)) {
    if (draft.over.count(id) == 0) ids.push_back(id);
  }
  ids.insert(ids.end(), draft.held.begin(), draft.held.end());
  draft.gathered = true;
  draft.held.clear();
  if (ids.empty()) return;
  added->set_at(absl::ToUnixMicros(now));
  internal::v1::NewAlertDigest* digest = added->add_alert_digests();
  digest->set_id(absl::StrCat(ids.front(), "/digest"));
  digest->set_owner_id(owner.second);
  digest->set_deadline(absl::ToUnixMicros(now + kLifeOfDigests));
  for (std::string& id : ids) {
    in_digest_.emplace(owner.first, id);
    digest->add_action_ids(std::move(id));
  }
  draft.told.push_back(now);
}

}  // namespace waypost::pipeline
