// SPDX-License-Identifier: Apache-2.0
#include "sidecar/pipeline/letter_carrier.h"

#include <cstddef>
#include <string_view>

#include "absl/status/status.h"
#include "absl/synchronization/blocking_counter.h"

namespace waypost::pipeline {
std::vector<absl::StatusOr<journey::LetterOutcome>> LetterCarrier::Deliver(
    absl::Span<const internal::v1::Letter> letters) const {
  std::vector<absl::Status> statuses(letters.size());
  absl::BlockingCounter missing(static_cast<int>(letters.size()));
  for (size_t number = 0; number < letters.size(); ++number) {
    const v1::TicketEvent& event = letters[number].event();
    recorder_->Record(event, event.SerializeAsString(), Delivery::kPullers,
                      [&statuses, &missing, number](absl::StatusOr<std::string_view> response) {
                        statuses[number] = response.status();
                        missing.DecrementCount();
                      });
  }
  missing.Wait();
  std::vector<absl::StatusOr<journey::LetterOutcome>> deliveries;
  for (const absl::Status& status : statuses) {
    if (status.ok()) {
      deliveries.emplace_back(journey::LetterOutcome::kRecorded);
    } else if (absl::IsInvalidArgument(status)) {
      deliveries.emplace_back(journey::LetterOutcome::kUnknownTicket);
    } else {
      deliveries.emplace_back(status);
    }
  }
  return deliveries;
}

}  // namespace waypost::pipeline
