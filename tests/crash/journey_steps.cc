// SPDX-License-Identifier: Apache-2.0
#include "tests/crash/journey_steps.h"

#include "waypost/v1/insight_service.grpc.pb.h"

namespace waypost {
namespace {

absl::Status ToAbsl(const grpc::Status& status) {
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

}  // namespace

absl::StatusOr<std::map<std::string, int>> CountJourneySteps(
    const std::shared_ptr<grpc::Channel>& channel) {
  const auto insight = v1::InsightService::NewStub(channel);
  std::map<std::string, int> steps;
  v1::ListJourneysRequest list;
  list.set_page_size(50);
  do {
    grpc::ClientContext context;
    v1::ListJourneysResponse page;
    grpc::Status status = insight->ListJourneys(&context, list, &page);
    if (!status.ok()) return ToAbsl(status);
    for (const v1::Journey& listed : page.journeys()) {
      grpc::ClientContext get_context;
      v1::GetJourneyRequest get;
      get.set_journey_id(listed.id());
      v1::GetJourneyResponse response;
      status = insight->GetJourney(&get_context, get, &response);
      if (!status.ok()) return ToAbsl(status);
      for (const v1::TimelineStep& step : response.journey().timeline()) ++steps[step.event_id()];
    }
    list.set_page_token(page.next_page_token());
  } while (!list.page_token().empty());
  return steps;
}

}  // namespace waypost
