// SPDX-License-Identifier: Apache-2.0
#include "sidecar/service/event_intake.h"

#include <array>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/arena.h"
#include "sidecar/pipeline/errors.h"
#include "sidecar/service/request_validation.h"
#include "sidecar/service/wire.h"
#include "sidecar/text/absl_view.h"
#include "waypost/v1/journey_service.pb.h"

namespace waypost::service {
namespace {

// Room for an event of usual size, so that parsing allocates little.
constexpr size_t kArenaBytes = 4096;
constexpr char kEventPath[] = "event";

absl::Status Malformed(std::string_view bytes, const google::protobuf::Descriptor& type,
                       const std::string& path) {
  return pipeline::MakeBadRequest(pipeline::Reason::kEventMalformed,
                                  {DescribeMalformed(bytes, type, path)});
}

v1::TicketEvent EventOf(v1::RecordFeedbackRequest answer, absl::Time now) {
  v1::TicketEvent event;
  // Ids of answers and of the platform's events do not meet.
  event.set_event_id(absl::StrCat(AbslView(kFeedbackPrefix), answer.feedback_id()));
  event.set_tenant(answer.tenant().empty() ? std::string(kDefaultTenant) : answer.tenant());
  event.set_source(answer.source());
  event.set_type(v1::EVENT_TYPE_FEEDBACK);
  event.mutable_ticket()->set_ref(answer.ticket_ref());
  event.mutable_actor()->set_role(v1::ACTOR_ROLE_CUSTOMER);
  event.mutable_feedback()->Swap(answer.mutable_feedback());
  if (answer.has_answered_at()) {
    *event.mutable_occurred_at() = answer.answered_at();
  } else {
    const int64_t nanos = absl::ToUnixNanos(now);
    event.mutable_occurred_at()->set_seconds(nanos / 1'000'000'000);
    event.mutable_occurred_at()->set_nanos(static_cast<int32_t>(nanos % 1'000'000'000));
  }
  return event;
}

}  // namespace

pipeline::Delivery DeliveryFor(int lease_actions_number, std::string_view request) {
  return FlagIn(lease_actions_number, request) ? pipeline::Delivery::kCaller
                                               : pipeline::Delivery::kPullers;
}

void EventIntake::RecordRequest(std::string_view request, pipeline::RecordCallback done) const {
  const auto events = ContentsOf(v1::RecordEventRequest::kEventFieldNumber, request);
  if (!events.has_value()) {
    return done(Malformed(request, *v1::RecordEventRequest::descriptor(), ""));
  }
  if (events->empty()) {
    return done(
        pipeline::MakeBadRequest(pipeline::Reason::kEventInvalid, {{kEventPath, "is required"}}));
  }
  const pipeline::Delivery delivery =
      DeliveryFor(v1::RecordEventRequest::kLeaseActionsFieldNumber, request);
  if (events->size() == 1) return RecordEvent(events->front(), delivery, std::move(done));
  // A message field that occurs more than once is merged; so are its bytes, end to end.
  std::string merged;
  for (const std::string_view part : *events) merged.append(part);
  RecordEvent(merged, delivery, std::move(done));
}

// A RecordEventResponse has the bytes of a RecordFeedbackResponse: the same fields.
void EventIntake::RecordFeedback(std::string_view request, pipeline::RecordCallback done) const {
  v1::RecordFeedbackRequest answer;
  if (!answer.ParseFromArray(request.data(), static_cast<int>(request.size()))) {
    return done(pipeline::MakeBadRequest(
        pipeline::Reason::kRequestMalformed,
        {DescribeMalformed(request, *v1::RecordFeedbackRequest::descriptor(), "")}));
  }
  const absl::Time now = clock_->Now();
  if (const absl::Status status = CheckRequest(answer, now); !status.ok()) return done(status);
  const v1::TicketEvent event = EventOf(std::move(answer), now);
  pipeline_->Record(event, event.SerializeAsString(), std::move(done));
}

void EventIntake::RecordEvent(std::string_view bytes, pipeline::Delivery delivery,
                              pipeline::RecordCallback done) const {
  if (bytes.size() > kMaxEventBytes) {
    return done(pipeline::MakeBadRequest(
        pipeline::Reason::kEventTooLarge,
        {{kEventPath, absl::StrCat("has ", bytes.size(), " bytes; at most 1 MiB fits")}}));
  }
  std::array<char, kArenaBytes> block;
  google::protobuf::ArenaOptions options;
  options.initial_block = block.data();
  options.initial_block_size = block.size();
  google::protobuf::Arena arena(options);
  auto* event = google::protobuf::Arena::CreateMessage<v1::TicketEvent>(&arena);
  if (!event->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return done(Malformed(bytes, *v1::TicketEvent::descriptor(), kEventPath));
  }
  const std::vector<pipeline::Violation> violations = CheckEvent(*event, kEventPath, clock_->Now());
  if (!violations.empty()) {
    return done(pipeline::MakeBadRequest(pipeline::Reason::kEventInvalid, violations));
  }
  if (event->tenant().empty()) event->set_tenant(kDefaultTenant.data(), kDefaultTenant.size());
  pipeline_->Record(*event, std::string(bytes), delivery, std::move(done));
}

}  // namespace waypost::service
