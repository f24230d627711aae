// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/placement.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "sidecar/base/hash.h"
#include "sidecar/journey/names.h"
#include "sidecar/journey/survey_requests.h"

namespace waypost::journey {
namespace {

using internal::v1::JourneyState;
using internal::v1::Placement;
using internal::v1::TicketState;

class Stitcher {
 public:
  Stitcher(const v1::TicketEvent& event, int64_t at, const rules::Stitching& stitching,
           const PersonRecord& record)
      : event_(event),
        at_(at),
        signal_window_(absl::ToInt64Microseconds(stitching.signal_window)),
        matter_window_(absl::ToInt64Microseconds(stitching.matter_window)),
        record_(record) {}

  [[nodiscard]] const JourneyState* ForTicket() const {
    if (const JourneyState* journey = Newest([this](auto& j) { return HoldsParent(j); })) {
      return journey;
    }
    if (const JourneyState* journey = Newest([this](auto& j) { return IsSameMatter(j); })) {
      return journey;
    }
    const std::string& service = event_.ticket().service();
    return Newest([&](auto& j) { return IsSignalsOnly(j) && IsNear(j) && MayServe(service, j); });
  }

  [[nodiscard]] const JourneyState* ForSignal() const {
    const std::string& service = event_.signal().service();
    const auto fits = [&](auto& j) { return IsNear(j) && MayServe(service, j); };
    if (const JourneyState* journey = Newest([&](auto& j) { return IsOpen(j) && fits(j); })) {
      return journey;
    }
    return Newest([&](auto& j) { return IsSignalsOnly(j) && fits(j); });
  }

 private:
  template <typename Condition>
  [[nodiscard]] const JourneyState* Newest(const Condition& condition) const {
    for (size_t j = record_.journeys.size(); j-- > 0;) {
      if (condition(record_.journeys[j])) return &record_.journeys[j];
    }
    return nullptr;
  }

  static bool IsSignalsOnly(const JourneyState& journey) {
    return journey.tickets_size() == 0 && !IsOfRequests(journey);
  }

  [[nodiscard]] bool HoldsParent(const JourneyState& journey) const {
    const std::string& parent = event_.ticket().parent_ref();
    if (parent.empty() || journey.tickets_size() >= kMaxTickets) return false;
    return AnyTicket(journey, [&](const TicketState& ticket) {
      return ticket.source() == event_.source() && ticket.ticket().ref() == parent;
    });
  }

  [[nodiscard]] bool IsSameMatter(const JourneyState& journey) const {
    if (journey.tickets_size() >= kMaxTickets) return false;
    if (!IsOpen(journey) && at_ - journey.progress().ended_at() > matter_window_) return false;
    return AnyTicket(journey, [&](const TicketState& ticket) {
      const Told service = Compare(event_.ticket().service(), ticket.ticket().service());
      const Told category = Compare(event_.ticket().category(), ticket.ticket().category());
      return service != Told::kDifferent && category != Told::kDifferent &&
             (service == Told::kEqual || category == Told::kEqual);
    });
  }

  enum class Told { kNotByBoth, kEqual, kDifferent };
  static Told Compare(const std::string& one, const std::string& other) {
    if (one.empty() || other.empty()) return Told::kNotByBoth;
    return one == other ? Told::kEqual : Told::kDifferent;
  }

  // The event is at most the signal window away from the journey's span of time.
  [[nodiscard]] bool IsNear(const JourneyState& journey) const {
    return at_ - journey.progress().newest_at() <= signal_window_ &&
           journey.progress().started_at() - at_ <= signal_window_;
  }

  [[nodiscard]] static bool MayServe(const std::string& service, const JourneyState& journey) {
    if (service.empty()) return true;
    const std::string_view told = NameOf(journey.signal_service(), journey.names());
    bool unknown = told.empty();
    if (told == service) return true;
    for (const TicketState& ticket : journey.tickets()) {
      if (ticket.ticket().service() == service) return true;
      unknown = unknown && ticket.ticket().service().empty();
    }
    return unknown;
  }

  template <typename Condition>
  static bool AnyTicket(const JourneyState& journey, const Condition& condition) {
    return std::any_of(journey.tickets().begin(), journey.tickets().end(), condition);
  }

  const v1::TicketEvent& event_;
  const int64_t at_;
  const int64_t signal_window_;
  const int64_t matter_window_;
  const PersonRecord& record_;
};

Placement PlaceRequest(const v1::TicketEvent& event, const PersonRecord& record) {
  Placement placement;
  placement.set_journey_id(JourneyOfRequest(event, record));
  placement.set_created(FindJourney(placement.journey_id(), record) < 0);
  return placement;
}

}  // namespace

Placement PlaceEvent(const v1::TicketEvent& event, int64_t at, const rules::Stitching& stitching,
                     const TicketPlace& ticket, const PersonRecord& record) {
  if (event.has_survey_request()) return PlaceRequest(event, record);
  Placement placement;
  if (ticket.ticket >= 0) {
    placement.set_journey_id(record.journeys[ticket.journey].id());
    return placement;
  }
  const Stitcher stitcher(event, at, stitching, record);
  const JourneyState* journey = event.has_ticket() ? stitcher.ForTicket() : stitcher.ForSignal();
  if (journey == nullptr) {
    placement.set_created(true);
    placement.set_journey_id(
        JourneyId(record.person.tenant(), record.person.person_id(), event.event_id()));
    return placement;
  }
  placement.set_journey_id(journey->id());
  if (event.has_ticket() && journey->tickets_size() == 0) {
    placement.set_adopted_journey_id(journey->id());
  }
  return placement;
}

std::string JourneyId(std::string_view tenant, std::string_view person_id,
                      std::string_view event_id) {
  return absl::StrCat("j-", HashToHex(StableHashCombine(
                                StableHashCombine(StableHash(tenant), person_id), event_id)));
}

}  // namespace waypost::journey
