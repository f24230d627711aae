// SPDX-License-Identifier: Apache-2.0
#include "sidecar/pipeline/answer.h"

#include <cstdint>

#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"
#include "waypost/v1/journey_service.pb.h"

namespace waypost::pipeline {
namespace {

using ::google::protobuf::internal::WireFormatLite;

constexpr uint32_t kEnrichmentTag = WireFormatLite::MakeTag(
    internal::v1::Decision::kEnrichmentFieldNumber, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
constexpr uint32_t kDuplicateTag = WireFormatLite::MakeTag(
    v1::RecordEventResponse::kDuplicateFieldNumber, WireFormatLite::WIRETYPE_VARINT);
static_assert(int{internal::v1::Decision::kEnrichmentFieldNumber} ==
              int{v1::RecordEventResponse::kEnrichmentFieldNumber});
static_assert(kEnrichmentTag < 0x80 && kDuplicateTag < 0x80);

}  // namespace

absl::StatusOr<std::string_view> ResponseIn(std::string_view decision) {
  google::protobuf::io::CodedInputStream stream(reinterpret_cast<const uint8_t*>(decision.data()),
                                                static_cast<int>(decision.size()));
  uint32_t length = 0;
  if (stream.ReadTag() != kEnrichmentTag || !stream.ReadVarint32(&length) ||
      length > decision.size() - static_cast<size_t>(stream.CurrentPosition())) {
    return absl::DataLossError("a logged decision does not begin with its enrichment");
  }
  return decision.substr(0, static_cast<size_t>(stream.CurrentPosition()) + length);
}

std::string DuplicateOf(std::string_view response) {
  std::string bytes;
  bytes.reserve(response.size() + 2);
  bytes.append(response);
  bytes.push_back(static_cast<char>(kDuplicateTag));
  bytes.push_back(1);
  return bytes;
}

std::string LeasingResponse(std::string_view response, const std::vector<v1::ActionLease>& leases) {
  v1::RecordEventResponse added;
  for (const v1::ActionLease& lease : leases) *added.add_leases() = lease;
  return std::string(response) + added.SerializeAsString();
}

std::string UnmappedKey(const v1::TicketEvent& event, v1::EventType type) {
  v1::UnmappedEvents key;
  key.set_source(event.source());
  key.set_type(type);
  key.set_signal(event.signal().name());
  key.set_channel(event.has_signal() ? event.signal().channel() : event.ticket().channel());
  return key.SerializeAsString();
}

absl::StatusOr<v1::UnmappedEvents> ReadUnmappedKey(std::string_view key) {
  v1::UnmappedEvents events;
  if (!events.ParseFromArray(key.data(), static_cast<int>(key.size()))) {
    return absl::DataLossError("the key of unmapped events is damaged");
  }
  return events;
}

}  // namespace waypost::pipeline
