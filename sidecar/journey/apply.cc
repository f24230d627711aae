// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/apply.h"

#include <string>

#include "sidecar/journey/facts.h"
#include "sidecar/journey/micros.h"
#include "sidecar/journey/names.h"
#include "sidecar/journey/roles.h"

namespace waypost::journey {
namespace {

using internal::v1::Decision;
using internal::v1::Entry;
using internal::v1::JourneyState;
using internal::v1::Passed;
using internal::v1::RoleState;

constexpr int kMaxSurveys = 100;

void PassTouchpoint(const v1::TouchpointPassed& touchpoint, JourneyState* journey, Entry* entry) {
  RoleState* role = MutableRole(touchpoint.role(), journey);
  CountTouchpoint(touchpoint.kind(), role);
  Names* names = journey->mutable_names();
  Passed* passed = entry->add_touchpoints();
  passed->set_role(touchpoint.role());
  passed->set_touchpoint(Intern(touchpoint.touchpoint_id(), role->touchpoint(), names));
  passed->set_stage(Intern(touchpoint.stage(), role->stage(), names));
  passed->set_owner(Intern(touchpoint.owner_id(), role->owner(), names));
  passed->set_kind(touchpoint.kind());
  passed->set_emotion(touchpoint.emotion());
  passed->set_emotion_basis(touchpoint.emotion_basis());
  passed->set_visibility(touchpoint.visibility());
}

void TakePosition(const v1::JourneyPosition& position, int64_t at, JourneyState* journey) {
  RoleState* role = MutableRole(position.role(), journey);
  Names* names = journey->mutable_names();
  role->set_definition(Intern(position.journey_definition_id(), role->definition(), names));
  role->set_stage(Intern(position.stage(), role->stage(), names));
  role->set_touchpoint(Intern(position.touchpoint_id(), role->touchpoint(), names));
  role->set_owner(Intern(position.owner_id(), role->owner(), names));
  role->set_kind(position.touchpoint_kind());
  role->set_visibility(position.visibility());
  EnterStage(role->stage(), at, role);
}

bool HasEmotion(const Entry& entry) {
  for (const Passed& passed : entry.touchpoints()) {
    if (passed.emotion_basis() != v1::EMOTION_BASIS_UNSPECIFIED) return true;
  }
  return false;
}

// The entry's emotion counts unless a later entry has one.
void TakeEmotionAt(int entry, JourneyState* journey) {
  for (int i = journey->entries_size() - 1; i > entry; --i) {
    if (HasEmotion(journey->entries(i))) return;
  }
  TakeEmotion(journey->entries(entry), journey->mutable_facts());
}

void RaiseAlerts(const Decision& decision, int64_t at, JourneyState* journey) {
  if (journey->progress().ended_at() == at) journey->clear_open_alerts();
  for (const v1::ExperienceAlert& alert : decision.enrichment().alerts()) {
    if (alert.shadow()) continue;
    v1::OpenAlert* open = journey->add_open_alerts();
    *open->mutable_alert() = alert;
    SetTime(at, open->mutable_raised_at());
  }
}

void RecordSurveys(const Decision& decision, JourneyState* journey) {
  v1::JourneyFacts* facts = journey->mutable_facts();
  for (const v1::SurveyDecision& survey : decision.enrichment().surveys()) {
    *journey->add_surveys() = survey;
    if (survey.shadow()) continue;
    if (survey.outcome() == v1::SURVEY_OUTCOME_SEND) {
      facts->set_surveys_sent(facts->surveys_sent() + 1);
    } else {
      facts->set_surveys_not_sent(facts->surveys_not_sent() + 1);
    }
  }
  if (const int excess = journey->surveys_size() - kMaxSurveys; excess > 0) {
    journey->mutable_surveys()->DeleteSubrange(0, excess);
  }
}

}  // namespace

void Apply(const Decision& decision, const Folded& folded, PersonRecord* record) {
  JourneyState* journey = &record->journeys[folded.journey];
  Entry* entry = journey->mutable_entries(folded.entry);
  for (const v1::TouchpointPassed& touchpoint : decision.touchpoints()) {
    PassTouchpoint(touchpoint, journey, entry);
  }
  entry->set_provider(
      Intern(decision.provider_id(), journey->provider(), journey->mutable_names()));
  if (!folded.late) journey->set_provider(entry->provider());
  for (const v1::JourneyPosition& position : decision.enrichment().positions()) {
    TakePosition(position, entry->at(), journey);
  }
  TakeEmotionAt(folded.entry, journey);
  RaiseAlerts(decision, entry->at(), journey);
  RecordSurveys(decision, journey);
}

}  // namespace waypost::journey
