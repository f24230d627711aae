// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/event_limits.h"

#include <algorithm>
#include <string>
#include <vector>

#include "google/protobuf/map.h"

namespace waypost::connectors {
namespace {

constexpr size_t kMaxSubject = 1000;
constexpr size_t kMaxComment = 65'536;
constexpr size_t kMaxName = 200;
constexpr size_t kMaxWord = 100;
constexpr size_t kMaxCustomFields = 64;
constexpr size_t kMaxCustomField = 4096;
constexpr size_t kMaxAttributes = 32;
constexpr size_t kMaxAttribute = 1024;

void Cut(std::string* text, size_t max_bytes) {
  if (text->size() <= max_bytes) return;
  size_t end = max_bytes;
  while (end > 0 && (static_cast<unsigned char>((*text)[end]) & 0xC0) == 0x80) --end;
  text->resize(end);
}

using Entries = google::protobuf::Map<std::string, std::string>;

// Leaves out entries from the end of their alphabet on.
void CutEntries(Entries* entries, size_t max_entries, size_t max_bytes) {
  std::vector<std::string> names;
  for (auto& [name, value] : *entries) {
    Cut(&value, max_bytes);
    names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  for (size_t at = 0; at < names.size(); ++at) {
    if (at >= max_entries || names[at].size() > kMaxWord) entries->erase(names[at]);
  }
}

}  // namespace

void FitEvent(v1::TicketEvent* event) {
  if (event->has_ticket()) {
    v1::Ticket& ticket = *event->mutable_ticket();
    if (ticket.has_subject()) Cut(ticket.mutable_subject(), kMaxSubject);
    if (ticket.has_requester()) Cut(ticket.mutable_requester()->mutable_name(), kMaxName);
    if (ticket.has_assignee()) Cut(ticket.mutable_assignee()->mutable_name(), kMaxName);
    CutEntries(ticket.mutable_custom_fields(), kMaxCustomFields, kMaxCustomField);
  }
  if (event->has_actor()) Cut(event->mutable_actor()->mutable_name(), kMaxName);
  if (event->has_comment()) Cut(event->mutable_comment()->mutable_body(), kMaxComment);
  if (event->has_feedback()) Cut(event->mutable_feedback()->mutable_comment(), kMaxComment);
  if (event->has_signal()) {
    CutEntries(event->mutable_signal()->mutable_attributes(), kMaxAttributes, kMaxAttribute);
  }
}

}  // namespace waypost::connectors
