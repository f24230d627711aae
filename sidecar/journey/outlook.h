// SPDX-License-Identifier: Apache-2.0
// How long a ticket will still take, where rules and messages ask.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/time/time.h"
#include "sidecar/expectation/expectation_model.h"
#include "sidecar/expectation/features.h"
#include "sidecar/rules/rule_set.h"
#include "sidecar/rules/vocabulary.h"
#include "waypost/internal/v1/expectation.pb.h"
#include "waypost/internal/v1/state.pb.h"
#include "waypost/v1/enrichment.pb.h"

namespace waypost::journey {

// An open ticket about which somebody asks. Borrows from the journey.
struct AskedTicket {
  std::string_view tenant;
  std::string_view ref;
  expectation::TicketFeatures features;
  absl::Time opened_at;
};

// Who knows. What was answered is told in the decision, so that nobody has to ask again to apply
// it.
class Outlook {
 public:
  virtual ~Outlook() = default;
  [[nodiscard]] virtual v1::TicketExpectation Ask(const AskedTicket& ticket,
                                                  absl::Time now) const = 0;
};

// What was answered when the decision was made: for its explanation. `decided` outlives it.
class RecordedOutlook final : public Outlook {
 public:
  explicit RecordedOutlook(const v1::Enrichment* decided) : decided_(decided) {}
  [[nodiscard]] v1::TicketExpectation Ask(const AskedTicket& ticket, absl::Time now) const override;

 private:
  const v1::Enrichment* const decided_;
};

// What a model answered, in the API's words. `position`: of the newest log record that it knows.
[[nodiscard]] v1::TicketExpectation Tell(const expectation::Expectation& expectation,
                                         std::string_view ref, uint64_t position, absl::Time now);

// What there is to learn from ticket number `ticket` as it stands at `at`; `provider` has the ball,
// nullptr: nobody is known to.
[[nodiscard]] internal::v1::ExpectationObservation ObserveTicket(
    const internal::v1::JourneyState& journey, int ticket, const rules::Provider* provider,
    absl::Time at);

// Asks when it is first read, and only then. All it is given outlives it.
class TicketOutlook final : public rules::ExpectationReader {
 public:
  // `outlook` nullptr: nothing was learned. `ticket` -1: there is none.
  TicketOutlook(const Outlook* outlook, const internal::v1::JourneyState& journey, int ticket,
                const rules::RuleSet& rules, absl::Time now)
      : outlook_(outlook), journey_(journey), ticket_(ticket), rules_(rules), now_(now) {}

  [[nodiscard]] const v1::TicketExpectation& Read() const override;

  // What was read; nullptr when nothing was.
  [[nodiscard]] const v1::TicketExpectation* answer() const {
    return answer_.has_value() ? &*answer_ : nullptr;
  }

 private:
  [[nodiscard]] v1::TicketExpectation Ask() const;

  const Outlook* const outlook_;
  const internal::v1::JourneyState& journey_;
  const int ticket_;
  const rules::RuleSet& rules_;
  const absl::Time now_;
  mutable std::optional<v1::TicketExpectation> answer_;
};

}  // namespace waypost::journey
