// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/actions.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/journey/alert_gates.h"
#include "sidecar/journey/alerts.h"
#include "sidecar/journey/gates.h"
#include "sidecar/journey/identity.h"
#include "sidecar/journey/micros.h"
#include "sidecar/journey/names.h"
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

bool StoodThere(const v1::JourneyPosition& position, const internal::v1::JourneyState& journey) {
  const internal::v1::RoleState* state = FindRole(journey, v1::CONSUMER_ROLE_USER);
  return state != nullptr &&
         NameOf(state->touchpoint(), journey.names()) == position.touchpoint_id() &&
         NameOf(state->stage(), journey.names()) == position.stage() &&
         NameOf(state->owner(), journey.names()) == position.owner_id();
}

// Whether the ticket was told of this position before. Where the journey has several, another one
// may have been; but what Waypost itself does tells nothing again, or its own writing would come
// back for ever.
bool TellsAgain(const v1::JourneyPosition& position, const Situation& situation) {
  if (!StoodThere(position, situation.journey())) return false;
  if (situation.actor_role() == v1::ACTOR_ROLE_WAYPOST) return true;
  const internal::v1::Placement& placement = situation.folded().placement;
  return situation.folded().ticket >= 0 && situation.journey().tickets_size() == 1 &&
         !placement.created() && placement.adopted_journey_id().empty();
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

void AnnotateMove(const Situation& situation, v1::Enrichment* decided) {
  const v1::JourneyPosition* position = UserPosition(*decided);
  if (position == nullptr || !position->moved() || TellsAgain(*position, situation)) {
    return;
  }
  AddAnnotation("journey.id", decided->journey_id(), decided);
  AddAnnotation("journey.stage", position->stage(), decided);
  AddAnnotation("journey.touchpoint", position->touchpoint_id(), decided);
  AddAnnotation("journey.owner", position->owner_name(), decided);
}

void ActOnRule(const rules::Rule& rule, const rules::Match& match, Situation* situation,
               internal::v1::Decision* decision) {
  v1::Enrichment* const decided = decision->mutable_enrichment();
  const Gates gates =
      rule.alert.has_value() ? AlertGates(rule, nullptr, *situation, *decision) : Gates();
  const bool alerts = rule.alert.has_value() && gates.back().passed;
  const v1::DerivedEvent& derived = situation->folded().events[match.derived];
  situation->bindings().SetDerived(derived);
  absl::StatusOr<Texts> texts = Render(rule, alerts, situation);
  if (!texts.ok()) {
    rules::AddRuleError(rule.id, rule.location, std::string(texts.status().message()),
                        decided->mutable_rule_errors());
    return;
  }
  bool acted = alerts || !rule.annotations.empty();
  if (rule.alert.has_value()) {
    const char kind = situation->answered() == nullptr ? 'a' : 'r';
    std::string id = ActionId(kind, situation->event(), rule.id);
    alerts ? RaiseAlert(rule, std::move(id), std::move(texts->alert), *situation, decision)
           : KeepBackAlert(rule, std::move(id), derived, gates.back(), *situation, decision);
  }
  if (rule.update.has_value()) {
    acted |= OfferUpdate(rule, derived, *std::move(texts->update), *situation, decision);
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
