// SPDX-License-Identifier: Apache-2.0
#include "sidecar/expectation/features.h"

#include "sidecar/base/hash.h"

namespace waypost::expectation {
namespace {

enum class Situation : uint32_t { kWorkedOn, kWaitingOnCustomer, kWaitingOnProvider };

Situation SituationOf(v1::StatusCategory status) {
  switch (status) {
    case v1::STATUS_CATEGORY_WAITING_ON_CUSTOMER:
      return Situation::kWaitingOnCustomer;
    case v1::STATUS_CATEGORY_WAITING_ON_PROVIDER:
      return Situation::kWaitingOnProvider;
    default:
      return Situation::kWorkedOn;
  }
}

uint32_t HandOvers(int32_t reassignments) {
  if (reassignments >= 4) return 3;
  if (reassignments >= 2) return 2;
  return reassignments == 1 ? 1 : 0;
}

// progress: two bits status, two bits hand-overs, one bit bounced.
constexpr uint32_t kStatusBits = 0b11;
constexpr uint32_t kStatusAndHandOverBits = 0b1111;

uint64_t Key(CellKind kind, size_t age_number, uint64_t in_common, uint32_t progress) {
  const char bytes[] = {static_cast<char>(kind), static_cast<char>(age_number),
                        static_cast<char>(progress)};
  return StableHashCombine(in_common, std::string_view(bytes, sizeof(bytes)));
}

}  // namespace

std::string_view DescribeCell(CellKind kind) {
  switch (kind) {
    case CellKind::kGroupAndProgress:
      return "group, status, hand-overs and bounces";
    case CellKind::kGroupAndStatus:
      return "group and status";
    case CellKind::kGroup:
      return "group";
    case CellKind::kService:
      return "category, priority, provider and status";
    case CellKind::kProgress:
      return "status and hand-overs";
    case CellKind::kAll:
      return "age alone";
  }
  return "";
}

bool IsEnded(v1::StatusCategory status) {
  return status == v1::STATUS_CATEGORY_RESOLVED || status == v1::STATUS_CATEGORY_CLOSED ||
         status == v1::STATUS_CATEGORY_CANCELED;
}

TicketTraits TraitsOf(const TicketFeatures& features) {
  const uint64_t category_and_priority =
      StableHashCombine(StableHash(features.category), features.priority);
  return {.group = StableHash(features.group),
          .service = StableHashCombine(category_and_priority, features.provider),
          .progress = static_cast<uint32_t>(SituationOf(features.status)) |
                      HandOvers(features.reassignments) << 2 |
                      static_cast<uint32_t>(features.bounces > 0) << 4};
}

CellKeys KeysOf(const TicketTraits& traits, size_t age_number) {
  const uint32_t status = traits.progress & kStatusBits;
  const uint32_t status_and_hand_overs = traits.progress & kStatusAndHandOverBits;
  return {
      Key(CellKind::kGroupAndProgress, age_number, traits.group, traits.progress),
      Key(CellKind::kGroupAndStatus, age_number, traits.group, status),
      Key(CellKind::kGroup, age_number, traits.group, 0),
      Key(CellKind::kService, age_number, traits.service, status),
      Key(CellKind::kProgress, age_number, 0, status_and_hand_overs),
      Key(CellKind::kAll, age_number, 0, 0),
  };
}

}  // namespace waypost::expectation
