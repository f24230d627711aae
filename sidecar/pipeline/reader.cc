// SPDX-License-Identifier: Apache-2.0
#include "sidecar/pipeline/reader.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/journey/entries.h"
#include "sidecar/journey/journey_map.h"
#include "sidecar/journey/promise_summary.h"
#include "sidecar/journey/survey_report.h"
#include "sidecar/journey/view.h"
#include "sidecar/pipeline/answer.h"
#include "sidecar/pipeline/errors.h"
#include "sidecar/pipeline/history.h"
#include "sidecar/pipeline/journey_row.h"
#include "sidecar/pipeline/suggestion.h"

namespace waypost::pipeline {
namespace {

constexpr int kDefaultPageSize = 100;
constexpr size_t kMapPageSize = 1000;

absl::Status JourneyNotFound(std::string_view journey_id) {
  return MakeError(Reason::kJourneyNotFound,
                   "no journey \"" + std::string(journey_id) + "\" of this tenant");
}

void AddRecords(const internal::v1::JourneyState& journey,
                std::map<uint64_t, std::string>* records) {
  journey::ForEachEntry(journey, [&](const internal::v1::Entry& entry) {
    records->emplace(entry.position(), journey.id());
  });
  for (const uint64_t position : journey.due_positions()) {
    records->emplace(position, journey.id());
  }
}

}  // namespace

absl::StatusOr<Reader::Name> Reader::NameByTicket(const std::string& tenant,
                                                  const v1::TicketName& ticket) const {
  const absl::ReaderMutexLock barrier(&set_->barrier);
  if (!set_->usable) return absl::UnavailableError("the store cannot be read");
  WAYPOST_ASSIGN_OR_RETURN(const std::optional<TicketHome> home,
                           set_->tickets().Find({tenant, ticket.source(), ticket.ref()}));
  if (!home.has_value()) {
    return MakeError(Reason::kTicketNotFound, absl::StrCat("no ticket \"", ticket.ref(), "\" of \"",
                                                           ticket.source(), "\" is known"));
  }
  return Name{tenant, home->person_id, home->journey_id};
}

absl::StatusOr<Reader::Name> Reader::NameById(const std::string& tenant,
                                              const std::string& journey_id,
                                              const UnwrittenJourneys& unwritten) const {
  if (const store::JourneyRow* row = unwritten.Find(journey_id); row != nullptr) {
    return Name{tenant, row->person_id, journey_id};
  }
  WAYPOST_ASSIGN_OR_RETURN(const std::optional<store::JourneyRow> row,
                           store_->FindJourney(tenant, journey_id));
  if (!row.has_value()) return JourneyNotFound(journey_id);
  return Name{tenant, row->person_id, journey_id};
}

template <typename Result>
absl::StatusOr<Result> Reader::OnDisk(
    absl::FunctionRef<absl::StatusOr<Result>(uint64_t* position)> look) const {
  while (true) {
    uint64_t position = 0;
    int64_t generation = 0;
    absl::StatusOr<Result> result;
    {
      const absl::ReaderMutexLock barrier(&set_->barrier);
      if (!set_->usable) return absl::UnavailableError("the store cannot be read");
      generation = queue_->generation();
      result = look(&position);
    }
    if (!result.ok() || queue_->AwaitDurable(position, generation)) return result;
    // The store failed meanwhile, and memory forgot what was not on disk: what it shows now is.
  }
}

absl::StatusOr<UnwrittenJourneys> Reader::CatchUp(const std::string& tenant) const {
  if (flush_().ok()) return UnwrittenJourneys();
  return OnDisk<UnwrittenJourneys>([&](uint64_t* position) {
    return absl::StatusOr<UnwrittenJourneys>(UnwrittenJourneys(tenant, set_, position));
  });
}

absl::StatusOr<Reader::Found> Reader::Look(const Name& name) const {
  const PersonName person_name(name.tenant, name.person_id);
  const auto look = [&](uint64_t* position) -> absl::StatusOr<Found> {
    Found found;
    const WorkingSet::ShardLock lock(set_, person_name);
    WAYPOST_ASSIGN_OR_RETURN(const Person* person, set_->Load(person_name));
    *position = person->position;
    for (const auto& journey : person->record.journeys) AddRecords(journey, &found.records);
    const int number = journey::FindJourney(name.journey_id, person->record);
    if (number >= 0) found.journey = person->record.journeys[static_cast<size_t>(number)];
    set_->Trim(person_name);
    return found;
  };
  WAYPOST_ASSIGN_OR_RETURN(Found found, OnDisk<Found>(look));
  if (!found.journey.id().empty()) return found;
  WAYPOST_ASSIGN_OR_RETURN(const std::optional<store::JourneyRow> row,
                           store_->FindJourney(name.tenant, name.journey_id));
  if (!row.has_value() || row->person_id != name.person_id) {
    return JourneyNotFound(name.journey_id);
  }
  WAYPOST_ASSIGN_OR_RETURN(found.journey, ParseJourney(*row));
  AddRecords(found.journey, &found.records);
  return found;
}

template <typename Request>
absl::StatusOr<Reader::Found> Reader::Find(const Request& request) const {
  const auto name_of = [&](const UnwrittenJourneys& unwritten) {
    return request.has_ticket() ? NameByTicket(request.tenant(), request.ticket())
                                : NameById(request.tenant(), request.journey_id(), unwritten);
  };
  const absl::StatusOr<Name> name = name_of(UnwrittenJourneys());
  if (!name.ok() && request.has_ticket()) return name.status();
  absl::StatusOr<Found> found = name.ok() ? Look(*name) : name.status();
  if (!absl::IsNotFound(found.status())) return found;
  // It began, or its ticket moved to another person, since the tables were written.
  WAYPOST_ASSIGN_OR_RETURN(const UnwrittenJourneys unwritten, CatchUp(request.tenant()));
  WAYPOST_ASSIGN_OR_RETURN(const Name now, name_of(unwritten));
  return Look(now);
}

absl::StatusOr<v1::GetJourneyResponse> Reader::GetJourney(
    const v1::GetJourneyRequest& request) const {
  WAYPOST_ASSIGN_OR_RETURN(const Found found, Find(request));
  v1::GetJourneyResponse response;
  *response.mutable_journey() = journey::ViewJourney(found.journey, *rules_(), true);
  return response;
}

absl::StatusOr<v1::ListJourneysResponse> Reader::ListJourneys(
    const v1::ListJourneysRequest& request) const {
  WAYPOST_ASSIGN_OR_RETURN(const UnwrittenJourneys unwritten, CatchUp(request.tenant()));
  store::JourneyQuery query;
  query.tenant = request.tenant();
  query.person_id = request.person_id();
  query.stage = request.stage();
  query.open_only = request.open_only();
  query.limit =
      static_cast<size_t>(request.page_size() > 0 ? request.page_size() : kDefaultPageSize);
  query.page_token = request.page_token();
  const absl::StatusOr<store::JourneyPage> page = unwritten.List(*store_, query);
  if (absl::IsInvalidArgument(page.status())) {
    return MakeBadRequest(Reason::kRequestInvalid,
                          {{"page_token", "was not given for this tenant and these filters"}});
  }
  WAYPOST_RETURN_IF_ERROR(page.status());
  const std::shared_ptr<const rules::RuleSet> rules = rules_();
  v1::ListJourneysResponse response;
  for (const store::JourneyRow& row : page->rows) {
    WAYPOST_ASSIGN_OR_RETURN(const internal::v1::JourneyState journey, ParseJourney(row));
    *response.add_journeys() = journey::ViewJourney(journey, *rules, false);
  }
  response.set_next_page_token(page->next_page_token);
  return response;
}

absl::StatusOr<v1::ExplainJourneyResponse> Reader::ExplainJourney(
    const v1::ExplainJourneyRequest& request) const {
  WAYPOST_ASSIGN_OR_RETURN(const Found found, Find(request));
  const std::vector<internal::v1::Entry> entries = journey::ReadEntries(found.journey);
  const auto entry =
      request.event_id().empty()
          ? (entries.empty() ? entries.end() : std::prev(entries.end()))
          : std::find_if(entries.begin(), entries.end(), [&](const internal::v1::Entry& candidate) {
              return candidate.event_id() == request.event_id();
            });
  if (entry == entries.end()) {
    return MakeError(Reason::kEventNotFound,
                     absl::StrCat("journey ", found.journey.id(), " keeps no event \"",
                                  request.event_id(), "\""));
  }
  WAYPOST_ASSIGN_OR_RETURN(v1::ExplainJourneyResponse response,
                           ExplainRecord(*store_, found.records, entry->position(), *rules_()));
  *response.mutable_surveys() = found.journey.surveys();
  return response;
}

absl::Status Reader::VisitJourneys(
    const std::string& tenant, const std::string& person_id,
    absl::FunctionRef<void(const internal::v1::JourneyState&)> visit) const {
  WAYPOST_ASSIGN_OR_RETURN(const UnwrittenJourneys unwritten, CatchUp(tenant));
  store::JourneyQuery query;
  query.tenant = tenant;
  query.person_id = person_id;
  query.limit = kMapPageSize;
  do {
    WAYPOST_ASSIGN_OR_RETURN(const store::JourneyPage page, unwritten.List(*store_, query));
    for (const store::JourneyRow& row : page.rows) {
      WAYPOST_ASSIGN_OR_RETURN(const internal::v1::JourneyState journey, ParseJourney(row));
      visit(journey);
    }
    query.page_token = page.next_page_token;
  } while (!query.page_token.empty());
  return absl::OkStatus();
}

absl::StatusOr<v1::GetJourneyMapResponse> Reader::GetJourneyMap(
    const v1::GetJourneyMapRequest& request) const {
  const std::shared_ptr<const rules::RuleSet> rules = rules_();
  journey::JourneyMap map(request, *rules);
  WAYPOST_RETURN_IF_ERROR(
      VisitJourneys(request.tenant(), "", [&](const internal::v1::JourneyState& journey) {
        map.Add(journey::ViewJourney(journey, *rules, true));
      }));
  return map.Build();
}

absl::StatusOr<v1::ListPromisesResponse> Reader::ListPromises(
    const v1::ListPromisesRequest& request) const {
  std::vector<v1::Promise> promises;
  WAYPOST_RETURN_IF_ERROR(
      VisitJourneys(request.tenant(), "", [&](const internal::v1::JourneyState& journey) {
        for (const v1::Promise& promise : journey.promises()) {
          if (journey::IsAskedFor(promise, request)) promises.push_back(promise);
        }
      }));
  const int size = request.page_size() > 0 ? request.page_size() : kDefaultPageSize;
  auto response = journey::PagePromises(std::move(promises), size, request.page_token());
  if (absl::IsInvalidArgument(response.status())) {
    return MakeBadRequest(Reason::kRequestInvalid, {{"page_token", "was not given by an answer"}});
  }
  return response;
}

absl::StatusOr<v1::ListUnmappedEventsResponse> Reader::ListUnmappedEvents(
    const v1::ListUnmappedEventsRequest& request) const {
  const int size = request.page_size() > 0 ? request.page_size() : kDefaultPageSize;
  WAYPOST_ASSIGN_OR_RETURN(const std::vector<store::UnmappedGroup> groups,
                           store_->ListUnmapped(request.tenant(), static_cast<size_t>(size)));
  const std::shared_ptr<const rules::RuleSet> rules = rules_();
  v1::ListUnmappedEventsResponse response;
  for (const store::UnmappedGroup& group : groups) {
    WAYPOST_ASSIGN_OR_RETURN(v1::UnmappedEvents events, ReadUnmappedKey(group.key));
    events.set_count(group.count);
    *events.mutable_last_at() = google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(
        absl::ToUnixMicros(group.last_at));
    events.set_suggestion(SuggestTouchpoint(events, *rules));
    *response.add_groups() = std::move(events);
  }
  return response;
}

absl::StatusOr<v1::ListSurveyDecisionsResponse> Reader::ListSurveyDecisions(
    const v1::ListSurveyDecisionsRequest& request) const {
  if (!request.page_token().empty() && !journey::SurveyReport::IsToken(request.page_token())) {
    return MakeBadRequest(Reason::kRequestInvalid, {{"page_token", "was not given by an answer"}});
  }
  v1::ListSurveyDecisionsRequest sized = request;
  if (sized.page_size() <= 0) sized.set_page_size(kDefaultPageSize);
  journey::SurveyReport report(&sized);
  WAYPOST_RETURN_IF_ERROR(
      VisitJourneys(request.tenant(), request.person_id(),
                    [&](const internal::v1::JourneyState& journey) { report.Add(journey); }));
  return report.Take();
}

}  // namespace waypost::pipeline
