// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cli/demo_player.h"

#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sidecar/base/proto_time.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/cli/client.h"
#include "sidecar/cli/enrichment_text.h"
#include "sidecar/cli/names.h"
#include "sidecar/cli/signals.h"
#include "sidecar/cli/table.h"
#include "sidecar/rules/vocabulary.h"
#include "sidecar/text/printable.h"

namespace waypost::cli {
namespace {

constexpr absl::Duration kMinute = absl::Minutes(1);

std::string ClockText(const v1::TicketEvent& event) {
  return absl::FormatTime("%H:%M", FromProto(event.occurred_at()), absl::UTCTimeZone());
}

absl::Status Interrupted() { return absl::CancelledError("interrupted"); }

}  // namespace

DemoPlayer::DemoPlayer(service::Server* server, DemoClock* clock, const Output& output)
    : server_(server),
      target_(server->addresses().front()),
      clock_(clock),
      output_(output),
      stub_(v1::JourneyService::NewStub(Connect(target_))) {}

absl::Status DemoPlayer::PassTime(absl::Time until) {
  for (absl::Time now = clock_->Now() + kMinute; now < until && played_; now += kMinute) {
    clock_->Play(now);
    WAYPOST_RETURN_IF_ERROR(server_->SettleDue());
  }
  clock_->Play(until);
  played_ = true;
  return server_->SettleDue();
}

absl::Status DemoPlayer::Send(const v1::TicketEvent& event, v1::Enrichment* enrichment) {
  WAYPOST_RETURN_IF_ERROR(PassTime(FromProto(event.occurred_at())));
  v1::RecordEventRequest request;
  *request.mutable_event() = event;
  v1::RecordEventResponse response;
  const auto context = CallContext();
  WAYPOST_RETURN_IF_ERROR(FromGrpc(stub_->RecordEvent(context.get(), request, &response), target_));
  enrichment->Swap(response.mutable_enrichment());
  tally_.Add(event, *enrichment);
  return absl::OkStatus();
}

absl::Status DemoPlayer::PlayStory(const std::vector<DemoStep>& steps) {
  size_t number = 0;
  for (const DemoStep& step : steps) {
    if (EndIsPending()) {
      return Interrupted();
    }
    v1::Enrichment enrichment;
    WAYPOST_RETURN_IF_ERROR(Send(step.event, &enrichment));
    output_.out() << '\n'
                  << output_.Paint(
                         absl::StrCat(++number, ". ", ClockText(step.event), "  ", step.narration),
                         Colour::kBold)
                  << '\n';
    PrintEnrichment(enrichment, output_, "     ");
    output_.out() << std::flush;
  }
  return absl::OkStatus();
}

void DemoPlayer::ShowNews(const v1::TicketEvent& event, const v1::Enrichment& enrichment) const {
  const std::string start =
      absl::StrCat("  ", ClockText(event), "  ", Printable(event.ticket().ref()), "  ");
  for (const v1::ExperienceAlert& alert : enrichment.alerts()) {
    output_.out() << "\r\033[K" << start
                  << output_.Paint(
                         absl::StrCat("alert to ", alert.owner_name(), ": "),
                         alert.severity() == v1::SEVERITY_CRITICAL ? Colour::kRed : Colour::kYellow)
                  << Printable(alert.text()) << '\n';
  }
}

void DemoPlayer::ShowProgress(size_t done, size_t total, const v1::TicketEvent& event) const {
  int64_t alerts = 0;
  int64_t updates = 0;
  int64_t surveys = 0;
  for (const auto& [id, rule] : tally_.rules()) {
    alerts += rule.alerts;
    updates += rule.updates;
    surveys += rule.surveys_sent;
  }
  const std::string line =
      absl::StrCat("  ", ClockText(event), "  ", WithThousands(static_cast<int64_t>(done)), " of ",
                   Counted(static_cast<int64_t>(total), "event"), "  ", Counted(alerts, "alert"),
                   "  ", Counted(updates, "message"), "  ", Counted(surveys, "survey"));
  if (output_.out_is_terminal()) {
    output_.out() << '\r' << output_.Paint(line, Colour::kCyan) << "\033[K" << std::flush;
  } else if (done % (total / 10 + 1) == 0 || done == total) {
    output_.out() << line << std::endl;
  }
}

absl::Status DemoPlayer::PlayDay(const std::vector<v1::TicketEvent>& events) {
  size_t done = 0;
  for (const v1::TicketEvent& event : events) {
    if (EndIsPending()) {
      return Interrupted();
    }
    v1::Enrichment enrichment;
    WAYPOST_RETURN_IF_ERROR(Send(event, &enrichment));
    if (output_.out_is_terminal()) {
      ShowNews(event, enrichment);
    }
    ShowProgress(++done, events.size(), event);
  }
  if (output_.out_is_terminal()) {
    output_.out() << '\n';
  }
  return absl::OkStatus();
}

}  // namespace waypost::cli
