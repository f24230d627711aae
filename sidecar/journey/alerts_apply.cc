// SPDX-License-Identifier: Apache-2.0
// What decisions on alerts change in the journey.
#include <algorithm>
#include <string>

#include "sidecar/journey/alert_gates.h"
#include "sidecar/journey/alerts.h"
#include "sidecar/journey/micros.h"

namespace waypost::journey {
namespace {

using internal::v1::Decision;
using internal::v1::JourneyState;

// No less than the cap on alerts may be (key_tables_file.cc).
constexpr int kMaxAlertsTold = 50;

void NoteTold(const v1::ExperienceAlert& alert, int64_t at, const std::string& ticket_ref,
              JourneyState* journey) {
  if (alert.severity() == v1::SEVERITY_CRITICAL) return;
  auto* told = journey->mutable_alerts_told();
  if (told->size() == kMaxAlertsTold) told->DeleteSubrange(0, 1);
  internal::v1::AlertTold* added = told->Add();
  added->set_at(at);
  added->set_ticket_ref(ticket_ref);
}

v1::OpenAlert* FindOpen(const std::string& alert_id, JourneyState* journey) {
  for (v1::OpenAlert& open : *journey->mutable_open_alerts()) {
    if (open.alert().id() == alert_id) return &open;
  }
  return nullptr;
}

void CloseResolved(const v1::Enrichment& decided, JourneyState* journey) {
  auto* open = journey->mutable_open_alerts();
  const auto resolved = [&](const v1::OpenAlert& alert) {
    return std::any_of(
        decided.resolved_alerts().begin(), decided.resolved_alerts().end(),
        [&](const auto& resolution) { return resolution.alert_id() == alert.alert().id(); });
  };
  open->erase(std::remove_if(open->begin(), open->end(), resolved), open->end());
}

}  // namespace

void ApplyAlerts(const Decision& decision, int64_t at, int64_t sent_at, int ticket,
                 JourneyState* journey) {
  const bool has_ticket = ticket >= 0 && ticket < journey->tickets_size();
  const std::string ref = has_ticket ? journey->tickets(ticket).ticket().ref() : "";
  CloseResolved(decision.enrichment(), journey);
  for (const v1::ExperienceAlert& alert : decision.enrichment().alerts()) {
    if (alert.shadow()) continue;
    NoteTold(alert, sent_at, ref, journey);
    v1::OpenAlert* open = FindOpen(alert.repeats_id(), journey);
    if (open == nullptr) {
      open = journey->add_open_alerts();
      *open->mutable_alert() = alert;
      SetTime(at, open->mutable_raised_at());
      if (has_ticket) {
        open->set_source(journey->tickets(ticket).source());
        open->set_ticket_ref(ref);
      }
    }
    SetTime(sent_at, open->mutable_told_at());
  }
  for (const internal::v1::AlertSchedule& schedule : decision.alert_schedules()) {
    v1::OpenAlert* open = FindOpen(schedule.alert_id(), journey);
    if (open == nullptr) continue;
    if (schedule.repeat_at() == 0) {
      open->clear_repeat_at();
    } else {
      SetTime(schedule.repeat_at(), open->mutable_repeat_at());
    }
  }
  CloseAlertsOfEnded(journey);
}

void CloseAlertsOfEnded(JourneyState* journey) {
  if (journey->progress().ended_at() == 0) return;
  auto* open = journey->mutable_open_alerts();
  open->erase(std::remove_if(open->begin(), open->end(),
                             [](const v1::OpenAlert& alert) { return !IsRecovery(alert.alert()); }),
              open->end());
}

}  // namespace waypost::journey
