// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/forwarder.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "connectors/engine/event_limits.h"
#include "sidecar/base/logging.h"

namespace waypost::connectors {
namespace {

// The body of which nothing is to be mapped.
constexpr const char* kNothing = "null";

// How often the spool is looked at for what another process put there.
constexpr absl::Duration kLook = absl::Seconds(1);

// The sidecar has no fault to find with the event, or none that it would not find again.
enum class Verdict { kRecorded, kRefused, kBusy, kFailed };

Verdict Judge(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kOk:
      return Verdict::kRecorded;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kOutOfRange:
      return Verdict::kRefused;
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kDataLoss:
      return Verdict::kFailed;
    default:
      return Verdict::kBusy;
  }
}

}  // namespace

Forwarder::Forwarder(Spool* spool, const std::vector<const Connector*>& connectors, EventSink* sink,
                     const Clock& clock, const ForwarderOptions& options, Readers readers)
    : spool_(*spool), readers_(std::move(readers)), sink_(*sink), clock_(clock), options_(options) {
  for (const Connector* connector : connectors) connectors_[connector->name] = connector;
  thread_ = std::thread([this] { Run(); });
}

Forwarder::~Forwarder() { Stop(); }

void Forwarder::Stop() {
  if (!thread_.joinable()) return;
  stopping_ = true;
  sink_.Cancel();
  spool_.Wake();
  thread_.join();
}

void Forwarder::Run() {
  while (!stopping_) {
    seen_additions_ = spool_.additions();
    ReadAhead();
    for (const auto& [name, reader] : readers_) {
      for (ReadDocument& document : reader->TakeReady()) TakeRead(std::move(document));
    }
    if (!SendBatch() && !stopping_) Wait();
  }
}

void Forwarder::ReadAhead() {
  if (requests_ahead_ >= options_.max_requests || bytes_ahead_ >= options_.max_bytes) return;
  absl::StatusOr<std::vector<SpooledRequest>> pending = spool_.ReadPending(
      last_id_, options_.max_requests - requests_ahead_, options_.max_bytes - bytes_ahead_);
  if (!pending.ok()) {
    LogError("The spool cannot be read", {{"error", pending.status().ToString()}});
    not_before_ = clock_.Now() + kLook;
    return;
  }
  for (SpooledRequest& request : *pending) Take(std::move(request));
}

void Forwarder::Take(SpooledRequest request) {
  last_id_ = request.id;
  const auto found = connectors_.find(request.connector);
  if (found == connectors_.end()) {
    return Bury(request.id, request.connector, "no connector of this name is configured any more");
  }
  const Connector& connector = *found->second;
  ++requests_ahead_;
  bytes_ahead_ += request.bytes;
  const ReadRules* rules = connector.profile->read_rules();
  const absl::StatusOr<bool> reads =
      rules == nullptr ? absl::StatusOr<bool>(false) : rules->Concerns(request.request.body);
  if (reads.ok() && !*reads) return MapAndQueue(request, connector);
  const auto reader = readers_.find(request.connector);
  if (reads.ok() && reader != readers_.end()) return reader->second->Add(std::move(request));
  Done(request);
  Bury(request.id, request.connector,
       reads.ok() ? "more must be read about it, and the connector has no \"read\""
                  : std::string(reads.status().message()));
}

void Forwarder::TakeRead(ReadDocument document) {
  SpooledRequest& request = document.request;
  if (!document.body.ok()) {
    Done(request);
    return Bury(request.id, request.connector, std::string(document.body.status().message()));
  }
  if (*document.body == kNothing) {
    Done(request);
    return spool_.Finish(request.id, request.bytes);
  }
  request.request.body = *std::move(document.body);
  MapAndQueue(request, *connectors_.at(request.connector));
}

void Forwarder::Done(const SpooledRequest& request) {
  --requests_ahead_;
  bytes_ahead_ -= request.bytes;
}

void Forwarder::MapAndQueue(const SpooledRequest& request, const Connector& connector) {
  absl::StatusOr<std::vector<RuleEvent>> events =
      connector.profile->Map(request.request, request.received_at);
  if (!events.ok() || events->empty()) Done(request);
  if (!events.ok()) {
    return Bury(request.id, request.connector, std::string(events.status().message()));
  }
  if (events->empty()) return spool_.Finish(request.id, request.bytes);
  auto delivery = std::make_shared<Delivery>();
  delivery->id = request.id;
  delivery->bytes = request.bytes;
  delivery->connector = connector.name;
  delivery->events_left = static_cast<int>(events->size());
  for (RuleEvent& mapped : *events) {
    mapped.event.set_tenant(connector.tenant);
    if (mapped.event.source().empty()) mapped.event.set_source(connector.source);
    FitEvent(&mapped.event);
    for (const mapping::UnsetField& unset : mapped.unset) TellUnset(connector, unset.field);
    QueuedEvent queued;
    queued.event = std::move(mapped.event);
    queued.delivery = delivery;
    queues_.Add(std::move(queued));
  }
}

void Forwarder::TellUnset(const Connector& connector, const std::string& field) {
  if (!told_unset_.insert(absl::StrCat(connector.name, "\n", field)).second) return;
  LogWarning("A field could not be filled from what the tool sent; this is told once",
             {{"connector", connector.name}, {"field", field}});
}

void Forwarder::Bury(int64_t id, const std::string& connector, std::string reason) {
  // The reason may quote what the tool sent: it is kept beside that, and not logged.
  LogError("A request can never be recorded; it is kept as a dead letter",
           {{"connector", connector}, {"id", absl::StrCat(id)}});
  ++buried_;
  spool_.Bury(id, std::move(reason));
}

bool Forwarder::SendBatch() {
  const absl::Time now = clock_.Now();
  if (now < not_before_) return false;
  const std::vector<QueuedEvent*> batch = queues_.Next(now, options_.max_batch);
  if (batch.empty()) return false;
  std::vector<const v1::TicketEvent*> events;
  for (const QueuedEvent* queued : batch) events.push_back(&queued->event);
  std::vector<absl::Status> results;
  const absl::Status status = sink_.Record(events, &results);
  if (!status.ok()) {
    if (failures_ == 0 && !stopping_) {
      LogWarning("The sidecar does not take events; they wait", {{"error", status.ToString()}});
    }
    ++failures_;
    not_before_ = clock_.Now() + Delay(failures_);
    return true;
  }
  if (failures_ > 0) LogInfo("The sidecar takes events again");
  failures_ = 0;
  for (size_t at = 0; at < batch.size(); ++at) Settle(batch[at], results[at]);
  return true;
}

void Forwarder::Settle(QueuedEvent* event, const absl::Status& status) {
  const Verdict verdict = Judge(status.code());
  ++event->attempts;
  event->failures += verdict == Verdict::kFailed ? 1 : 0;
  const bool given_up = event->failures >= options_.max_failures;
  if (verdict == Verdict::kRecorded) {
    ++recorded_;
  } else if (verdict == Verdict::kRefused || given_up) {
    absl::StrAppend(&event->delivery->refused, event->delivery->refused.empty() ? "" : "\n",
                    "event ", event->event.event_id(), ": ", status.message());
  } else {
    event->not_before = clock_.Now() + Delay(event->attempts);
    return;
  }
  FinishEvent(event);
}

void Forwarder::FinishEvent(const QueuedEvent* event) {
  const std::shared_ptr<Delivery> delivery = event->delivery;
  queues_.Remove(event);
  if (--delivery->events_left > 0) return;
  --requests_ahead_;
  bytes_ahead_ -= delivery->bytes;
  if (delivery->refused.empty()) return spool_.Finish(delivery->id, delivery->bytes);
  Bury(delivery->id, delivery->connector, delivery->refused);
}

absl::Duration Forwarder::Delay(int attempts) const {
  absl::Duration delay = options_.first_delay;
  for (int at = 1; at < attempts && delay < options_.longest_delay; ++at) delay *= 2;
  return std::min(delay, options_.longest_delay);
}

void Forwarder::Wait() {
  const absl::Time next = std::max(not_before_, queues_.NextTime());
  const absl::Duration until = std::max(next - clock_.Now(), absl::Milliseconds(1));
  spool_.WaitForAddition(seen_additions_, std::min(until, kLook));
}

}  // namespace waypost::connectors
