// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/outlook.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sidecar/expectation/observation.h"
#include "sidecar/journey/micros.h"
#include "sidecar/journey/names.h"
#include "sidecar/text/absl_view.h"

namespace waypost::journey {
namespace {

using expectation::Expectation;
using expectation::Refusal;
using internal::v1::JourneyState;
using internal::v1::TicketProgress;

constexpr std::string_view kNoTicket = "NO_TICKET";
constexpr std::string_view kNotAsked = "NOT_ASKED";

v1::TicketExpectation Unknown(std::string_view ref, std::string_view code, std::string reason) {
  v1::TicketExpectation expectation;
  expectation.set_ticket_ref(std::string(ref));
  expectation.set_reason_code(std::string(code));
  expectation.set_reason(std::move(reason));
  return expectation;
}

std::string Percent(double share) { return absl::StrFormat("%.0f %%", 100 * share); }

// In whole hours, as the ages are.
std::string AgeText(absl::Duration age) { return absl::StrCat(absl::ToInt64Hours(age), " h"); }

std::string ReasonOf(const Expectation& expectation) {
  switch (expectation.refusal) {
    case Refusal::kNone:
      return "";
    case Refusal::kEnded:
      return "The ticket is not open.";
    case Refusal::kTooFewTickets:
      return "Too few tickets like it were resolved that took as long as it already has.";
    case Refusal::kCoverageUnknown:
      return absl::StrCat("Too few windows for tickets of ", AgeText(expectation.age),
                          " have come true or not yet.");
    case Refusal::kCoverageTooLow:
      return absl::StrCat("Of the windows for tickets of ", AgeText(expectation.age), " only ",
                          Percent(expectation.coverage->p80), " were kept of late, and not 80 %.");
  }
  return "";
}

bool IsWithdrawn(const TicketProgress& progress) {
  return progress.deleted() || progress.merged_into() > kEmpty;
}

expectation::TicketFeatures FeaturesOf(const JourneyState& journey, int ticket,
                                       const rules::Provider* provider) {
  const v1::Ticket& snapshot = journey.tickets(ticket).ticket();
  const TicketProgress& progress = journey.progress().tickets(ticket);
  return {.category = snapshot.category(),
          .priority = snapshot.priority(),
          .provider = provider == nullptr ? std::string_view() : std::string_view(provider->id),
          .group = NameOf(progress.group(), journey.names()),
          .status = progress.category(),
          .reassignments = progress.reassignments(),
          .bounces = progress.bounces()};
}

absl::Time OpenedAt(const JourneyState& journey, int ticket) {
  const v1::Ticket& snapshot = journey.tickets(ticket).ticket();
  if (snapshot.has_opened_at()) return absl::FromUnixMicros(MicrosOf(snapshot.opened_at()));
  return absl::FromUnixMicros(journey.progress().tickets(ticket).opened_at());
}

}  // namespace

v1::TicketExpectation RecordedOutlook::Ask(const AskedTicket& ticket, absl::Time /*now*/) const {
  const auto& answers = decided_->expectations();
  const auto answer = std::find_if(answers.begin(), answers.end(), [&](const auto& each) {
    return each.ticket_ref() == ticket.ref;
  });
  if (answer != answers.end()) return *answer;
  return Unknown(ticket.ref, kNotAsked, "No rule asked when the decision was made.");
}

v1::TicketExpectation Tell(const Expectation& expectation, std::string_view ref, uint64_t position,
                           absl::Time now) {
  v1::TicketExpectation told =
      Unknown(ref, expectation::RefusalCode(expectation.refusal), ReasonOf(expectation));
  told.set_log_position(static_cast<int64_t>(position));
  if (expectation.coverage.has_value()) told.set_coverage(expectation.coverage->p80);
  if (expectation.refusal != Refusal::kNone) return told;
  told.set_known(true);
  SetTime(absl::ToUnixMicros(now + expectation.p50), told.mutable_resolve_p50());
  SetTime(absl::ToUnixMicros(now + expectation.p80), told.mutable_resolve_p80());
  told.set_alike(std::string(expectation::DescribeCell(expectation.cell)));
  told.set_sample_size(static_cast<int32_t>(expectation.sample_size));
  return told;
}

internal::v1::ExpectationObservation ObserveTicket(const JourneyState& journey, int ticket,
                                                   const rules::Provider* provider, absl::Time at) {
  const TicketProgress& progress = journey.progress().tickets(ticket);
  const uint64_t key = expectation::TicketKey(journey.tickets(ticket).source(),
                                              journey.tickets(ticket).ticket().ref());
  if (IsWithdrawn(progress)) return expectation::ObserveWithdrawal(key, at);
  return expectation::Observe(key, OpenedAt(journey, ticket), FeaturesOf(journey, ticket, provider),
                              at);
}

const v1::TicketExpectation& TicketOutlook::Read() const {
  if (!answer_.has_value()) answer_ = Ask();
  return *answer_;
}

v1::TicketExpectation TicketOutlook::Ask() const {
  if (ticket_ < 0) return Unknown("", kNoTicket, "There is no ticket.");
  const std::string& ref = journey_.tickets(ticket_).ticket().ref();
  const TicketProgress& progress = journey_.progress().tickets(ticket_);
  if (IsWithdrawn(progress) || expectation::IsEnded(progress.category())) {
    return Tell({.refusal = Refusal::kEnded}, ref, 0, now_);
  }
  if (outlook_ == nullptr) return Tell({.refusal = Refusal::kTooFewTickets}, ref, 0, now_);
  const std::string& holder = journey_.facts().holder();
  const rules::Provider* provider = holder.empty() ? nullptr : rules_.ProviderOfGroup(holder);
  return outlook_->Ask({.tenant = journey_.tenant(),
                        .ref = ref,
                        .features = FeaturesOf(journey_, ticket_, provider),
                        .opened_at = OpenedAt(journey_, ticket_)},
                       now_);
}

}  // namespace waypost::journey
