// SPDX-License-Identifier: Apache-2.0
#include "sidecar/rules/reader.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "sidecar/rules/keys.h"
#include "sidecar/rules/mapping_view.h"
#include "sidecar/rules/values.h"

namespace waypost::rules {
namespace {

EventTypes ReadEventTypes(const MappingView& view) {
  EventTypes types;
  for (const std::string& name : view.Texts("on")) {
    const auto& names = EventTypeChoices();
    for (size_t position = 0; position < names.size(); ++position) {
      if (names[position] == name) {
        types.Add(static_cast<v1::EventType>(position + 1));
      }
    }
  }
  return types;
}

std::string NameOr(const MappingView& view, const std::string& id) {
  return view.Has("name") ? view.Text("name") : id;
}

OwnerDraft ReadOwner(const Reference& id, const MappingView& view) {
  return {{id.id, NameOr(view, id.id), view.Texts("notify"), id.place.location()}, id.place};
}

ProviderDraft ReadProvider(const Reference& id, const MappingView& view) {
  ProviderDraft draft;
  draft.provider = {id.id, NameOr(view, id.id), view.Texts("groups"),
                    view.Duration("accept_within"), id.place.location()};
  for (const Reference& group : view.List("groups")) {
    draft.group_places.push_back(group.place);
  }
  draft.place = id.place;
  return draft;
}

PersonaDraft ReadPersona(const Reference& id, const MappingView& view) {
  PersonaDraft draft;
  draft.persona.id = id.id;
  draft.persona.influence = view.Integer("influence").value_or(1);
  draft.persona.location = id.place.location();
  draft.condition = view.Expression("if");
  draft.has_influence = view.Has("influence");
  draft.place = id.place;
  return draft;
}

void ReadStages(const MappingView& file, Draft* draft) {
  const std::vector<Reference> ids = file.List("stages");
  size_t position = 0;
  file.ForEachItem("stages", [&](const MappingView& view) {
    const Reference& item = ids[position++];
    // An item is an id alone or a mapping.
    StageDraft stage;
    stage.place = item.place;
    stage.stage.id = item.id.empty() ? view.Text("id") : item.id;
    stage.stage.aliases = view.Texts("aliases");
    draft->stages.push_back(std::move(stage));
  });
}

TouchpointDraft ReadTouchpoint(const MappingView& view) {
  TouchpointDraft draft;
  Touchpoint& touchpoint = draft.touchpoint;
  touchpoint.id = view.Text("id");
  touchpoint.kind = static_cast<v1::TouchpointKind>(
      view.Choice("kind", TouchpointKindChoices(), v1::TOUCHPOINT_KIND_TOUCHPOINT));
  touchpoint.channel = view.Text("channel");
  touchpoint.on = ReadEventTypes(view);
  touchpoint.visibility = static_cast<v1::Visibility>(
      view.Choice("visibility", VisibilityChoices(), v1::VISIBILITY_BOTH));
  touchpoint.emotion = view.Integer("emotion");
  touchpoint.moment_of_truth = view.Boolean("moment_of_truth");
  touchpoint.jobs = view.Texts("jobs");
  touchpoint.pains = view.Texts("pains");
  touchpoint.gains = view.Texts("gains");
  touchpoint.location = view.place().location();
  draft.stage = view.Id("stage");
  draft.owner = view.Id("owner");
  draft.condition = view.Expression("if");
  draft.place = view.PlaceOf("id");
  return draft;
}

JourneyDraft ReadJourney(const MappingView& view) {
  JourneyDraft draft;
  JourneyDefinition& journey = draft.journey;
  journey.id = view.Text("id");
  journey.name = NameOr(view, journey.id);
  journey.role =
      static_cast<v1::ConsumerRole>(view.Choice("role", RoleChoices(), v1::CONSUMER_ROLE_USER));
  journey.outcome = view.Text("outcome");
  journey.ideal = view.Texts("ideal");
  journey.location = view.place().location();
  draft.condition = view.Expression("if");
  draft.ideal = view.List("ideal");
  draft.place = view.PlaceOf("id");
  view.ForEachItem("touchpoints", [&](const MappingView& item) {
    draft.touchpoints.push_back(ReadTouchpoint(item));
  });
  return draft;
}

std::optional<Span> ReadSpan(const MappingView& view, std::string_view key) {
  return view.Has(key) ? ParseSpan(view.Text(key)) : std::nullopt;
}

void ReadAlert(const MappingView& view, RuleDraft* draft) {
  draft->rule.alert.emplace();
  draft->rule.alert->severity =
      static_cast<v1::Severity>(view.Choice("severity", SeverityChoices(), v1::SEVERITY_WARNING));
  draft->rule.alert->act_within = ReadSpan(view, "act_within");
  draft->rule.alert->kind = view.Has("kind") ? view.Text("kind") : draft->rule.id;
  draft->rule.alert->repeat = ReadSpan(view, "repeat").value_or(draft->rule.alert->repeat);
  draft->alert_until = view.Expression("until");
  draft->alert_owner = view.Id("owner");
  draft->alert_text = TextDraft{"text", view.Entries("text", ""), view.PlaceOf("text")};
}

std::map<std::string, Span> ReadSpans(const MappingView& view, std::string_view key) {
  std::map<std::string, Span> spans;
  for (const auto& [name, source] : view.Entries(key, "default")) {
    if (const auto span = ParseSpan(source.node->text)) spans[name] = *span;
  }
  return spans;
}

// Lengths of business time by priority: "8h" and "8 business hours" are the same here.
std::map<std::string, Span> ReadBusinessSpans(const MappingView& view, std::string_view key) {
  std::map<std::string, Span> spans = ReadSpans(view, key);
  for (auto& [name, span] : spans) span.business = true;
  return spans;
}

void ReadUpdate(const MappingView& view, RuleDraft* draft) {
  draft->rule.update.emplace();
  draft->rule.update->next_update_by = ReadBusinessSpans(view, "next_update_by");
  draft->rule.update->once_per_status = view.Text("once") == "status";
  draft->rule.update->draft = view.Boolean("draft");
  for (const std::string_view part : UpdateParts()) {
    if (view.Has(part)) {
      draft->update_parts.push_back({part, view.Entries(part, ""), view.PlaceOf(part)});
    }
  }
}

std::map<std::string, double> ReadNumbers(const MappingView& view, std::string_view key) {
  std::map<std::string, double> numbers;
  for (const auto& [name, source] : view.Entries(key, "default")) {
    double number = 0;
    if (absl::SimpleAtod(source.node->text, &number)) numbers[name] = number;
  }
  return numbers;
}

// The cool-down of surveys that ask about the whole relation.
constexpr absl::Duration kRelationalCooldown = absl::Hours(90 * 24);

void ReadSurvey(const MappingView& view, RuleDraft* draft) {
  SurveyAction& survey = draft->rule.survey.emplace();
  survey.kind =
      static_cast<v1::SurveyKind>(view.Choice("kind", SurveyKindChoices(), v1::SURVEY_KIND_CSAT));
  survey.delay = ReadSpans(view, "delay");
  if (survey.kind == v1::SURVEY_KIND_NPS) survey.cooldown = kRelationalCooldown;
  survey.cooldown = view.Duration("cooldown").value_or(survey.cooldown);
  survey.sample = ReadNumbers(view, "sample");
  survey.expires = view.Duration("expires").value_or(survey.expires);
  survey.reminder = view.Duration("reminder");
  survey.role =
      static_cast<v1::ConsumerRole>(view.Choice("role", RoleChoices(), v1::CONSUMER_ROLE_USER));
  draft->survey_role = view.PlaceOf("role");
  draft->survey_recipient = view.Expression("recipient");
  draft->survey_recipient_place = view.PlaceOf("recipient");
  draft->survey_reminder = view.PlaceOf("reminder");
}

RuleDraft ReadRule(const MappingView& view, bool file_is_shadow) {
  RuleDraft draft;
  Rule& rule = draft.rule;
  rule.id = view.Text("id");
  rule.on = ReadEventTypes(view);
  rule.shadow = view.Has("mode") ? view.Text("mode") == "shadow" : file_is_shadow;
  rule.timer_driven = view.Has("after_silence");
  rule.hold = ReadSpan(view, "for");
  draft.hold_place = view.PlaceOf("for");
  rule.after_silence = ReadBusinessSpans(view, "after_silence");
  rule.location = view.place().location();
  draft.condition = view.Expression("if");
  for (const auto& [priority, source] : view.Entries("calendar", "default")) {
    draft.calendars.emplace_back(
        priority, Reference{source.node->text, {source.document, source.node->offset}});
  }
  draft.place = view.PlaceOf("id");
  if (const auto alert = view.Child("alert")) {
    ReadAlert(*alert, &draft);
  }
  if (const auto update = view.Child("update")) {
    ReadUpdate(*update, &draft);
  }
  if (const auto survey = view.Child("survey")) {
    ReadSurvey(*survey, &draft);
  }
  draft.annotations = view.Entries("annotate", "");
  return draft;
}

SilenceDraft ReadSilence(const MappingView& view) {
  SilenceDraft draft;
  Silence& silence = draft.silence;
  silence.id = view.Text("id");
  silence.maintenance = view.Text("kind") == "maintenance";
  silence.reason = view.Text("reason");
  silence.from = ParseInstant(view.Text("from")).value_or(silence.from);
  silence.until = ParseInstant(view.Text("until")).value_or(silence.until);
  silence.rules = view.Texts("rules");
  silence.owners = view.Texts("owners");
  silence.services = view.Texts("services");
  silence.groups = view.Texts("groups");
  silence.location = view.place().location();
  draft.has_until = view.Has("until");
  draft.during = view.Id("during");
  draft.rules = view.List("rules");
  draft.owners = view.List("owners");
  draft.place = view.PlaceOf("id");
  return draft;
}

void ReadCaps(const MappingView& view, Caps* caps) {
  const auto read_count = [&](std::string_view key, int* count) {
    *count = view.Integer(key).value_or(*count);
  };
  const auto read_length = [&](std::string_view key, absl::Duration* length) {
    *length = view.Duration(key).value_or(*length);
  };
  read_count("alerts_per_ticket_per_day", &caps->alerts_per_ticket_per_day);
  read_count("alerts_per_owner_per_hour", &caps->alerts_per_owner_per_hour);
  read_count("updates_per_ticket_per_day", &caps->updates_per_ticket_per_day);
  read_count("updates_per_person_per_day", &caps->updates_per_person_per_day);
  read_count("messages_per_person_per_week", &caps->messages_per_person_per_week);
  read_length("update_interval", &caps->update_interval);
  read_length("merge_window", &caps->merge_window);
  read_length("tool_message_window", &caps->tool_message_window);
  if (view.Has("quiet_hours")) {
    caps->quiet_hours = ParseQuietHours(view.Text("quiet_hours"));
  }
}

void ReadSettings(const MappingView& file, Draft* draft) {
  const auto note = [&](std::string_view key, std::vector<Place>* places) {
    if (file.Has(key)) {
      places->push_back(file.PlaceOf(key));
    }
    return file.Has(key);
  };
  if (file.Has("name")) {
    draft->names.push_back(file.Id("name"));
  }
  if (note("languages", &draft->languages_places)) {
    draft->languages = file.Texts("languages");
  }
  if (note("stages", &draft->stages_places)) {
    ReadStages(file, draft);
  }
  if (note("caps", &draft->caps_places)) {
    if (const auto view = file.Child("caps")) {
      ReadCaps(*view, &draft->caps);
    }
  }
  if (note("promises", &draft->promises_places)) {
    if (const auto view = file.Child("promises")) {
      PromiseSettings& promises = draft->promises;
      promises.warn_share = view->Number("warn_share").value_or(promises.warn_share);
      promises.warn_at_least = view->Duration("warn_at_least").value_or(promises.warn_at_least);
    }
  }
  if (note("surveys", &draft->surveys_places)) {
    if (const auto view = file.Child("surveys")) {
      draft->surveys = {view->Expression("exclude"), view->Expression("opted_out"),
                        view->Text("sample_key")};
    }
  }
  if (note("stitching", &draft->stitching_places)) {
    if (const auto view = file.Child("stitching")) {
      Stitching& stitching = draft->stitching;
      stitching.signal_window = view->Duration("signal_window").value_or(stitching.signal_window);
      stitching.matter_window = view->Duration("matter_window").value_or(stitching.matter_window);
    }
  }
}

}  // namespace

void ReadFile(const yaml::Document& document, Draft* draft) {
  const MappingView file(document, document.root());
  ReadSettings(file, draft);
  file.ForEachById("calendars", [&](const Reference& id, const MappingView& view) {
    draft->calendars.push_back({id, view.source()});
  });
  file.ForEachById("owners", [&](const Reference& id, const MappingView& view) {
    draft->owners.push_back(ReadOwner(id, view));
  });
  file.ForEachById("providers", [&](const Reference& id, const MappingView& view) {
    draft->providers.push_back(ReadProvider(id, view));
  });
  file.ForEachById("personas", [&](const Reference& id, const MappingView& view) {
    draft->personas.push_back(ReadPersona(id, view));
  });
  file.ForEachItem("journeys",
                   [&](const MappingView& view) { draft->journeys.push_back(ReadJourney(view)); });
  const bool shadow = file.Text("mode") == "shadow";
  file.ForEachItem(
      "rules", [&](const MappingView& view) { draft->rules.push_back(ReadRule(view, shadow)); });
  file.ForEachItem("silences",
                   [&](const MappingView& view) { draft->silences.push_back(ReadSilence(view)); });
  file.ForEachItem("xlas", [&](const MappingView& view) {
    draft->xlas.push_back({view.Id("id"), view.Id("owner")});
  });
}

}  // namespace waypost::rules
