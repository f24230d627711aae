// SPDX-License-Identifier: Apache-2.0
#include "sidecar/service/methods.h"

#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/pipeline/errors.h"
#include "sidecar/service/map_definition.h"
#include "sidecar/service/request_validation.h"
#include "sidecar/service/wire.h"
#include "waypost/v1/admin_service.pb.h"
#include "waypost/v1/insight_service.pb.h"
#include "waypost/v1/journey_service.pb.h"
#include "waypost/v1/outbox_service.pb.h"

namespace waypost::service {
namespace {

constexpr char kJourneyService[] = "waypost.v1.JourneyService";
constexpr char kInsightService[] = "waypost.v1.InsightService";
constexpr char kAdminService[] = "waypost.v1.AdminService";
constexpr char kOutboxService[] = "waypost.v1.OutboxService";

// Requests without stated bounds need no check.
template <typename Request>
absl::Status Check(const Request& request) {
  if constexpr (requires { service::CheckRequest(request); }) {
    return service::CheckRequest(request);
  } else {
    return absl::OkStatus();
  }
}

template <typename Request>
void FillTenant(Request* request) {
  if constexpr (requires { request->tenant(); }) {
    if (request->tenant().empty()) {
      request->set_tenant(kDefaultTenant.data(), kDefaultTenant.size());
    }
  }
}

// A request that may be answered, or why not.
template <typename Request>
absl::StatusOr<Request> Read(std::string_view bytes) {
  Request request;
  if (!request.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return pipeline::MakeBadRequest(pipeline::Reason::kRequestMalformed,
                                    {DescribeMalformed(bytes, *Request::descriptor(), "")});
  }
  WAYPOST_RETURN_IF_ERROR(Check(request));
  FillTenant(&request);
  return request;
}

template <typename Request, typename Response>
absl::StatusOr<std::string> Answer(
    const std::function<absl::StatusOr<Response>(const Request&)>& answer,
    const std::string& bytes) {
  WAYPOST_ASSIGN_OR_RETURN(const Request request, Read<Request>(bytes));
  WAYPOST_ASSIGN_OR_RETURN(const Response response, answer(request));
  return response.SerializeAsString();
}

// A method that may take long: it runs in the pool.
template <typename Request, typename Response, typename Function>
Method Slow(const char* service, const char* name, ReadPool* pool, Function function) {
  const std::function<absl::StatusOr<Response>(const Request&)> answer = std::move(function);
  Method method;
  method.path = absl::StrCat("/", service, "/", name);
  method.request = &Request::default_instance();
  method.response = &Response::default_instance();
  method.call = [answer, pool](std::string_view bytes, BytesCallback done) {
    auto shared = std::make_shared<BytesCallback>(std::move(done));
    const bool accepted = pool->Run([answer, shared, request = std::string(bytes)] {
      const absl::StatusOr<std::string> response = Answer(answer, request);
      if (response.ok()) {
        (*shared)(std::string_view(*response));
      } else {
        (*shared)(response.status());
      }
    });
    if (!accepted) {
      (*shared)(pipeline::MakeError(pipeline::Reason::kReadersBusy,
                                    "too many questions wait for an answer; try again"));
    }
  };
  return method;
}

Method RecordEvent(const EventIntake* intake) {
  Method method;
  method.path = absl::StrCat("/", kJourneyService, "/RecordEvent");
  method.request = &v1::RecordEventRequest::default_instance();
  method.response = &v1::RecordEventResponse::default_instance();
  method.call = [intake](std::string_view request, BytesCallback done) {
    intake->RecordRequest(request, std::move(done));
  };
  return method;
}

Method RecordFeedback(const EventIntake* intake) {
  Method method;
  method.path = absl::StrCat("/", kJourneyService, "/RecordFeedback");
  method.request = &v1::RecordFeedbackRequest::default_instance();
  method.response = &v1::RecordFeedbackResponse::default_instance();
  method.call = [intake](std::string_view request, BytesCallback done) {
    intake->RecordFeedback(request, std::move(done));
  };
  return method;
}

Method RecordEvents() {
  Method method;
  method.path = absl::StrCat("/", kJourneyService, "/RecordEvents");
  method.request = &v1::RecordEventsRequest::default_instance();
  method.response = &v1::RecordEventsResponse::default_instance();
  method.streams = true;
  return method;
}

// May wait for long, but on no thread.
Method PullActions(pipeline::Pipeline* pipeline) {
  Method method;
  method.path = absl::StrCat("/", kOutboxService, "/PullActions");
  method.request = &v1::PullActionsRequest::default_instance();
  method.response = &v1::PullActionsResponse::default_instance();
  method.call = [pipeline](std::string_view bytes, BytesCallback done) {
    const absl::StatusOr<v1::PullActionsRequest> request = Read<v1::PullActionsRequest>(bytes);
    if (!request.ok()) return done(request.status());
    pipeline->PullActions(
        *request,
        [done = std::move(done)](const absl::StatusOr<v1::PullActionsResponse>& response) mutable {
          if (!response.ok()) return done(response.status());
          done(std::string_view(response->SerializeAsString()));
        });
  };
  return method;
}

}  // namespace

Methods::Methods(pipeline::Pipeline* pipeline, const Admin* admin, const EventIntake* intake,
                 ReadPool* pool) {
  methods_.push_back(RecordEvent(intake));
  methods_.push_back(RecordEvents());
  methods_.push_back(RecordFeedback(intake));
  methods_.push_back(Slow<v1::GetJourneyRequest, v1::GetJourneyResponse>(
      kInsightService, "GetJourney", pool,
      [pipeline](const auto& request) { return pipeline->GetJourney(request); }));
  methods_.push_back(Slow<v1::ListJourneysRequest, v1::ListJourneysResponse>(
      kInsightService, "ListJourneys", pool,
      [pipeline](const auto& request) { return pipeline->ListJourneys(request); }));
  methods_.push_back(Slow<v1::ExplainJourneyRequest, v1::ExplainJourneyResponse>(
      kInsightService, "ExplainJourney", pool,
      [pipeline](const auto& request) { return pipeline->ExplainJourney(request); }));
  methods_.push_back(Slow<v1::GetJourneyMapRequest, v1::GetJourneyMapResponse>(
      kInsightService, "GetJourneyMap", pool,
      [pipeline, admin](
          const v1::GetJourneyMapRequest& request) -> absl::StatusOr<v1::GetJourneyMapResponse> {
        auto map = pipeline->GetJourneyMap(request);
        return map.ok() ? OrDefinitionNotFound(*std::move(map), request, *admin->rule_set()) : map;
      }));
  methods_.push_back(Slow<v1::ListUnmappedEventsRequest, v1::ListUnmappedEventsResponse>(
      kInsightService, "ListUnmappedEvents", pool,
      [pipeline](const auto& request) { return pipeline->ListUnmappedEvents(request); }));
  methods_.push_back(Slow<v1::ListPromisesRequest, v1::ListPromisesResponse>(
      kInsightService, "ListPromises", pool,
      [pipeline](const auto& request) { return pipeline->ListPromises(request); }));
  methods_.push_back(Slow<v1::ListSurveyDecisionsRequest, v1::ListSurveyDecisionsResponse>(
      kInsightService, "ListSurveyDecisions", pool,
      [pipeline](const auto& request) { return pipeline->ListSurveyDecisions(request); }));
  methods_.push_back(PullActions(pipeline));
  methods_.push_back(Slow<v1::AcknowledgeActionsRequest, v1::AcknowledgeActionsResponse>(
      kOutboxService, "AcknowledgeActions", pool,
      [pipeline](const auto& request) { return pipeline->AcknowledgeActions(request); }));
  methods_.push_back(Slow<v1::ListActionsRequest, v1::ListActionsResponse>(
      kOutboxService, "ListActions", pool,
      [pipeline](const auto& request) { return pipeline->ListActions(request); }));
  methods_.push_back(Slow<v1::GetRuleSetRequest, v1::GetRuleSetResponse>(
      kAdminService, "GetRuleSet", pool,
      [admin](const auto& request) { return admin->GetRuleSet(request); }));
  methods_.push_back(Slow<v1::CheckRulesRequest, v1::CheckRulesResponse>(
      kAdminService, "CheckRules", pool,
      [admin](const auto& request) { return admin->CheckRules(request); }));
  methods_.push_back(Slow<v1::ReloadRulesRequest, v1::ReloadRulesResponse>(
      kAdminService, "ReloadRules", pool,
      [admin](const auto& request) { return admin->ReloadRules(request); }));
  methods_.push_back(Slow<v1::GetStatusRequest, v1::GetStatusResponse>(
      kAdminService, "GetStatus", pool,
      [admin](const auto& request) { return admin->GetStatus(request); }));
}

const Method* Methods::Find(std::string_view path) const {
  for (const Method& method : methods_) {
    if (method.path == path) return &method;
  }
  return nullptr;
}

}  // namespace waypost::service
