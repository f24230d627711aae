// SPDX-License-Identifier: Apache-2.0
// From the bytes of a request to the pipeline.
#pragma once

#include <string>
#include <string_view>

#include "sidecar/base/clock.h"
#include "sidecar/pipeline/pipeline.h"

namespace waypost::service {

// Who delivers the actions, as a serialized request says in its field `lease_actions`.
[[nodiscard]] pipeline::Delivery DeliveryFor(int lease_actions_number, std::string_view request);

// Parses, checks and records events. Thread-safe. Bad bytes and broken bounds are answered at once
// with INVALID_ARGUMENT and change nothing.
class EventIntake {
 public:
  // Both outlive the intake.
  EventIntake(pipeline::Pipeline* pipeline, const Clock* clock)
      : pipeline_(pipeline), clock_(clock) {}

  // Records the event of a serialized RecordEventRequest.
  void RecordRequest(std::string_view request, pipeline::RecordCallback done) const;

  // Records the answer of a serialized RecordFeedbackRequest, as the event that it is. The response
  // reads as a RecordFeedbackResponse.
  void RecordFeedback(std::string_view request, pipeline::RecordCallback done) const;

  // Records a serialized TicketEvent. Violations are told with paths below "event".
  void RecordEvent(std::string_view event, pipeline::Delivery delivery,
                   pipeline::RecordCallback done) const;

 private:
  pipeline::Pipeline* const pipeline_;
  const Clock* const clock_;
};

}  // namespace waypost::service
