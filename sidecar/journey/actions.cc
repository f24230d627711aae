// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/actions.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/journey/gates.h"
#include "sidecar/journey/identity.h"
#include "sidecar/journey/micros.h"
#include "sidecar/journey/surveys.h"
#include "sidecar/journey/updates.h"

namespace waypost::journey {
namespace {

// The texts of a rule, rendered before anything of it is done.
struct Texts {
  std::string alert;
  std::optional<v1::StatusUpdate> update;
  std::vector<std::string> annotations;
};

const v1::JourneyPosition* UserPosition(const v1::Enrichment& decided) {
  return !decided.positions().empty() && decided.positions(0).role() == v1::CONSUMER_ROLE_USER
             ? &decided.positions(0)
             : nullptr;
}

absl::StatusOr<Texts> Render(const rules::Rule& rule, bool with_alert, Situation* situation) {
  Texts texts;
  if (rule.update.has_value()) {
    WAYPOST_ASSIGN_OR_RETURN(texts.update, RenderUpdate(rule, false, situation));
    texts.update->set_id(ActionId('u', situation->event(), rule.id));
  }
  const cel::Activation activation = situation->bindings().activation();
  if (with_alert && rule.alert->text.has_value()) {
    // Owners are written to in the rule set's first language.
    WAYPOST_ASSIGN_OR_RETURN(texts.alert,
                             rule.alert->text->entries.front().text.Render(activation));
  }
  for (const rules::AnnotationAction& annotation : rule.annotations) {
    WAYPOST_ASSIGN_OR_RETURN(std::string value, annotation.value.Render(activation));
    texts.annotations.push_back(std::move(value));
  }
  return texts;
}

void AddAlert(const rules::Rule& rule, std::string text, const Situation& situation,
              v1::Enrichment* decided) {
  const v1::JourneyPosition* position = UserPosition(*decided);
  const rules::Owner* owner = nullptr;
  if (rule.alert->owner >= 0) {
    owner = &situation.rules().owners[static_cast<size_t>(rule.alert->owner)];
  } else if (situation.answered() != nullptr) {
    owner = situation.rules().FindOwner(situation.answered()->owner_id());
  } else if (position != nullptr) {
    owner = situation.rules().FindOwner(position->owner_id());
  }
  v1::ExperienceAlert* alert = decided->add_alerts();
  alert->set_id(ActionId('a', situation.event(), rule.id));
  alert->set_rule_id(rule.id);
  alert->set_severity(rule.alert->severity);
  if (owner != nullptr) {
    alert->set_owner_id(owner->id);
    alert->set_owner_name(owner->name);
    alert->mutable_notify()->Add(owner->notify.begin(), owner->notify.end());
  }
  alert->set_text(std::move(text));
  if (position != nullptr) {
    alert->set_touchpoint_id(position->touchpoint_id());
  }
  if (rule.alert->act_within.has_value()) {
    const absl::Time act_by = situation.occurred_at() + *rule.alert->act_within;
    SetTime(absl::ToUnixMicros(act_by), alert->mutable_act_by());
  }
  alert->set_shadow(rule.shadow);
}

void AddAnnotation(const std::string& name, std::string value, v1::Enrichment* decided) {
  v1::Annotation* annotation = decided->add_annotations();
  annotation->set_name(name);
  annotation->set_value(std::move(value));
}

void AddAnnotations(const rules::Rule& rule, Texts* texts, v1::Enrichment* decided) {
  for (size_t i = 0; i < rule.annotations.size(); ++i) {
    AddAnnotation(rule.annotations[i].name, std::move(texts->annotations[i]), decided);
    v1::Annotation* added = decided->mutable_annotations(decided->annotations_size() - 1);
    added->set_rule_id(rule.id);
    added->set_shadow(rule.shadow);
  }
}

}  // namespace

void AnnotateMove(v1::Enrichment* decided) {
  const v1::JourneyPosition* position = UserPosition(*decided);
  if (position == nullptr || !position->moved()) {
    return;
  }
  AddAnnotation("journey.id", decided->journey_id(), decided);
  AddAnnotation("journey.stage", position->stage(), decided);
  AddAnnotation("journey.touchpoint", position->touchpoint_id(), decided);
  if (!position->owner_name().empty()) {
    AddAnnotation("journey.owner", position->owner_name(), decided);
  }
}

void ActOnRule(const rules::Rule& rule, const rules::Match& match, Situation* situation,
               internal::v1::Decision* decision) {
  v1::Enrichment* const decided = decision->mutable_enrichment();
  const bool alerts = rule.alert.has_value() && AlertGate(rule, *situation).passed;
  situation->bindings().SetDerived(situation->folded().events[match.derived]);
  absl::StatusOr<Texts> texts = Render(rule, alerts, situation);
  if (!texts.ok()) {
    rules::AddRuleError(rule.id, rule.location, std::string(texts.status().message()),
                        decided->mutable_rule_errors());
    return;
  }
  bool acted = alerts || !rule.annotations.empty();
  if (alerts) {
    AddAlert(rule, std::move(texts->alert), *situation, decided);
  }
  if (rule.update.has_value()) {
    acted |= OfferUpdate(rule, situation->folded().events[match.derived], *std::move(texts->update),
                         *situation, decision);
  }
  if (rule.survey.has_value()) {
    acted |= DecideSurvey(rule, *situation, decision);
  }
  AddAnnotations(rule, &*texts, decided);
  if (acted && !rule.shadow) {
    decided->add_rule_ids(rule.id);
  }
}

}  // namespace waypost::journey
