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

}  // namespace

void EventIntake::RecordRequest(std::string_view request, pipeline::RecordCallback done) const {
  const auto events = ContentsOf(v1::RecordEventRequest::kEventFieldNumber, request);
  if (!events.has_value()) {
    return done(Malformed(request, *v1::RecordEventRequest::descriptor(), ""));
  }
  if (events->empty()) {
    return done(
        pipeline::MakeBadRequest(pipeline::Reason::kEventInvalid, {{kEventPath, "is required"}}));
  }
  if (events->size() == 1) return RecordEvent(events->front(), std::move(done));
  // A message field that occurs more than once is merged; so are its bytes, end to end.
  std::string merged;
  for (const std::string_view part : *events) merged.append(part);
  RecordEvent(merged, std::move(done));
}

void EventIntake::RecordEvent(std::string_view bytes, pipeline::RecordCallback done) const {
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
  pipeline_->Record(*event, std::string(bytes), std::move(done));
}

}  // namespace waypost::service
