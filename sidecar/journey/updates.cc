// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/updates.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/journey/digest.h"
#include "sidecar/journey/micros.h"
#include "sidecar/journey/update_gates.h"
#include "sidecar/rules/matcher.h"

namespace waypost::journey {
namespace {

using internal::v1::Decision;
using internal::v1::PendingAction;

// The part of UpdateAction::parts that tells when the next news comes.
constexpr size_t kNextPart = 2;

std::optional<absl::Time> NextUpdateBy(const rules::Rule& rule, const Situation& situation) {
  const std::string& priority = situation.ticket().priority();
  const calendar::Span* promise = rules::ForKey(rule.update->next_update_by, priority);
  if (promise == nullptr) return std::nullopt;
  return calendar::EndOf(*promise, situation.now(), situation.rules().CalendarOf(rule, priority));
}

bool GoesIntoDigest(const Gate& gate) {
  return gate.code == kPersonCap || gate.code == kAttentionBudget;
}

PendingAction MakeWaiting(const rules::Rule& rule, const v1::DerivedEvent& derived,
                          v1::StatusUpdate update, const Gate& gate, const Situation& situation) {
  const int ticket = situation.folded().ticket;
  PendingAction waiting;
  waiting.set_id(update.id());
  waiting.set_rule_id(rule.id);
  waiting.set_due_at(absl::ToUnixMicros(gate.until));
  waiting.set_decided_at(absl::ToUnixMicros(situation.now()));
  waiting.set_ticket(static_cast<uint32_t>(ticket + 1));
  *waiting.mutable_status_update() = std::move(update);
  *waiting.mutable_derived() = derived;
  if (ticket >= 0) {
    waiting.set_category(situation.journey().progress().tickets(ticket).category());
  }
  waiting.set_reason_code(std::string(gate.code));
  waiting.set_reason(gate.reason);
  return waiting;
}

bool IsAbout(const PendingAction& waiting, const v1::StatusUpdate& update) {
  return waiting.has_status_update() && waiting.id() != update.id() &&
         waiting.status_update().ticket_ref() == update.ticket_ref();
}

// What waited about the same ticket is not needed any more.
void SupersedeWaiting(const v1::StatusUpdate& update, const Situation& situation,
                      Decision* decision) {
  const Gate gate{kSuperseded, false,
                  absl::StrCat("The rule ", update.rule_id(), " brings newer news of the ticket.")};
  for (const PendingAction& waiting : situation.journey().pending()) {
    if (!IsAbout(waiting, update)) continue;
    decision->add_settled_action_ids(waiting.id());
    SuppressUpdate(waiting.status_update(), gate, decision->mutable_enrichment());
  }
  for (const internal::v1::DigestItem& item : situation.person().digest()) {
    if (item.journey_id() != situation.journey().id() || !IsAbout(item.update(), update)) continue;
    decision->add_settled_digest_ids(item.update().id());
    SuppressUpdate(item.update().status_update(), gate, decision->mutable_enrichment());
  }
}

bool Deliver(const rules::Rule& rule, const v1::DerivedEvent& derived, v1::StatusUpdate update,
             const Gate& gate, const Situation& situation, Decision* decision) {
  v1::Enrichment* decided = decision->mutable_enrichment();
  const bool waits = !gate.passed && gate.until != absl::InfiniteFuture();
  const bool has_effect = !update.shadow() && !update.draft();
  if (has_effect && (gate.passed || waits)) SupersedeWaiting(update, situation, decision);
  if (gate.passed) {
    *decided->add_status_updates() = std::move(update);
    return true;
  }
  SuppressUpdate(update, gate, decided);
  if (!waits || !has_effect) return false;
  PendingAction waiting = MakeWaiting(rule, derived, std::move(update), gate, situation);
  if (GoesIntoDigest(gate)) {
    PutIntoDigest(std::move(waiting), situation, decision);
  } else {
    *decision->add_pending() = std::move(waiting);
  }
  return false;
}

}  // namespace

const std::string& PreferredLanguage(const Situation& situation) {
  if (!situation.requester().language().empty() || situation.rules().languages.empty()) {
    return situation.requester().language();
  }
  return situation.rules().languages.front();
}

absl::StatusOr<v1::StatusUpdate> RenderUpdate(const rules::Rule& rule, bool in_digest,
                                              Situation* situation) {
  v1::StatusUpdate update;
  const std::optional<absl::Time> promise =
      in_digest ? std::nullopt : NextUpdateBy(rule, *situation);
  situation->bindings().SetNextUpdateBy(promise);
  const std::string& language = PreferredLanguage(*situation);
  update.set_language(language);
  for (size_t number = 0; number < rule.update->parts.size(); ++number) {
    if (in_digest && number == kNextPart) continue;
    const auto& entry = rule.update->parts[number].Choose(language);
    WAYPOST_ASSIGN_OR_RETURN(const std::string text,
                             entry.text.Render(situation->bindings().activation()));
    // A part may have nothing to say, such as where to look when the ticket has no page.
    const bool joins = !update.text().empty() && !text.empty();
    absl::StrAppend(update.mutable_text(), joins ? " " : "", text);
    if (!entry.language.empty()) update.set_language(entry.language);
  }
  update.set_rule_id(rule.id);
  if (promise.has_value()) {
    SetTime(absl::ToUnixMicros(*promise), update.mutable_next_update_by());
  }
  update.set_draft(rule.update->draft);
  update.set_shadow(rule.shadow);
  update.set_ticket_ref(situation->ticket().ref());
  return update;
}

bool OfferUpdate(const rules::Rule& rule, const v1::DerivedEvent& derived, v1::StatusUpdate update,
                 const Situation& situation, Decision* decision) {
  const Gates gates = UpdateGates(rule, nullptr, situation, *decision);
  return Deliver(rule, derived, std::move(update), gates.back(), situation, decision);
}

void OfferAgain(const PendingAction& waited, Situation* situation, Decision* decision) {
  v1::Enrichment* decided = decision->mutable_enrichment();
  decision->add_settled_action_ids(waited.id());
  const rules::Rule* rule = situation->rules().FindRule(waited.rule_id());
  if (rule == nullptr || !rule->update.has_value()) {
    SuppressUpdate(waited.status_update(),
                   {kSuperseded, false, "The rules file has no such update any more."}, decided);
    return;
  }
  const Gates gates = UpdateGates(*rule, &waited, *situation, *decision);
  situation->bindings().SetDerived(waited.derived());
  absl::StatusOr<v1::StatusUpdate> update = RenderUpdate(*rule, false, situation);
  if (!update.ok()) {
    rules::AddRuleError(rule->id, rule->location, std::string(update.status().message()),
                        decided->mutable_rule_errors());
    return;
  }
  update->set_id(waited.id());
  if (Deliver(*rule, waited.derived(), *std::move(update), gates.back(), *situation, decision) &&
      !rule->shadow) {
    decided->add_rule_ids(rule->id);
  }
}

void SuppressUpdate(const v1::StatusUpdate& update, const Gate& gate, v1::Enrichment* decided) {
  v1::SuppressedAction* suppressed = decided->add_suppressed_actions();
  suppressed->set_action_kind(v1::ACTION_KIND_STATUS_UPDATE);
  suppressed->set_rule_id(update.rule_id());
  suppressed->set_reason_code(std::string(gate.code));
  suppressed->set_reason(gate.reason);
  suppressed->set_ticket_ref(update.ticket_ref());
  suppressed->set_action_id(update.id());
  if (gate.until != absl::InfiniteFuture()) {
    SetTime(absl::ToUnixMicros(gate.until), suppressed->mutable_waits_until());
  }
}

}  // namespace waypost::journey
