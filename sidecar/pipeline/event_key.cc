// SPDX-License-Identifier: Apache-2.0
#include "sidecar/pipeline/event_key.h"

#include "sidecar/pipeline/errors.h"

namespace waypost::pipeline {

std::string EventKey(const v1::TicketEvent& event) {
  std::string key;
  key.reserve(event.event_id().size() + event.source().size() + event.ticket().ref().size() + 2);
  key.append(event.event_id()).append(1, '\0');
  key.append(event.source()).append(1, '\0');
  key.append(event.ticket().ref());
  return key;
}

Repeat CompareKeys(std::string_view recorded, std::string_view key) {
  if (recorded == key) return Repeat::kSame;
  const auto id = [](std::string_view text) { return text.substr(0, text.find('\0')); };
  return id(recorded) == id(key) ? Repeat::kReused : Repeat::kNone;
}

absl::Status EventIdReused() {
  return MakeBadRequest(Reason::kEventIdReused,
                        {{"event.event_id",
                          "is the id of an event of another ticket or source; every event needs an "
                          "id of its own"}});
}

}  // namespace waypost::pipeline
