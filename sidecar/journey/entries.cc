// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/entries.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace waypost::journey {
namespace {

using internal::v1::Entry;
using internal::v1::JourneyState;

// Each entry stands behind its size: four bytes, the lowest first. A fixed width lets the newest
// entry grow where it stands, since a serialized message may be continued by further fields.
constexpr size_t kSizeBytes = 4;
// Numbers per touchpoint in Entry.touchpoints: touchpoint, stage, owner, properties.
constexpr int kNumbers = 4;
constexpr int kEmotionOffset = 2;

void PutSize(size_t size, char* place) {
  for (size_t i = 0; i < kSizeBytes; ++i) place[i] = static_cast<char>(size >> (8 * i));
}

size_t GetSize(const char* place) {
  size_t size = 0;
  for (size_t i = 0; i < kSizeBytes; ++i) {
    size |= static_cast<size_t>(static_cast<unsigned char>(place[i])) << (8 * i);
  }
  return size;
}

void Append(const Entry& entry, std::string* entries) {
  const size_t start = entries->size();
  entries->append(kSizeBytes, '\0');
  entry.AppendToString(entries);
  PutSize(entries->size() - start - kSizeBytes, entries->data() + start);
}

}  // namespace

void ForEachEntry(const JourneyState& journey, absl::FunctionRef<void(const Entry&)> visit) {
  std::string_view rest = journey.entries();
  Entry entry;
  while (rest.size() >= kSizeBytes) {
    const size_t size = std::min(GetSize(rest.data()), rest.size() - kSizeBytes);
    entry.ParseFromArray(rest.data() + kSizeBytes, static_cast<int>(size));
    visit(entry);
    rest.remove_prefix(kSizeBytes + size);
  }
}

std::vector<Entry> ReadEntries(const JourneyState& journey) {
  std::vector<Entry> entries;
  entries.reserve(journey.entry_count());
  ForEachEntry(journey, [&](const Entry& entry) { entries.push_back(entry); });
  return entries;
}

void WriteEntries(const std::vector<Entry>& entries, JourneyState* journey) {
  journey->clear_entries();
  journey->set_entry_count(0);
  for (const Entry& entry : entries) AppendEntry(entry, journey);
}

void AppendEntry(const Entry& entry, JourneyState* journey) {
  journey->set_newest_entry(static_cast<uint32_t>(journey->entries().size()));
  journey->set_entry_count(journey->entry_count() + 1);
  Append(entry, journey->mutable_entries());
}

void AddToEntry(int number, const Entry& addition, JourneyState* journey) {
  if (static_cast<uint32_t>(number) + 1 == journey->entry_count()) {
    std::string* entries = journey->mutable_entries();
    const size_t start = journey->newest_entry();
    addition.AppendToString(entries);
    PutSize(entries->size() - start - kSizeBytes, entries->data() + start);
    return;
  }
  std::vector<Entry> entries = ReadEntries(*journey);
  entries[static_cast<size_t>(number)].MergeFrom(addition);
  WriteEntries(entries, journey);
}

int CountPassed(const Entry& entry) { return entry.touchpoints_size() / kNumbers; }

Passed GetPassed(const Entry& entry, int number) {
  const uint32_t* numbers = entry.touchpoints().data() + static_cast<ptrdiff_t>(number) * kNumbers;
  const uint32_t properties = numbers[3];
  Passed passed;
  passed.touchpoint = numbers[0];
  passed.stage = numbers[1];
  passed.owner = numbers[2];
  passed.role = static_cast<v1::ConsumerRole>(properties & 3);
  passed.kind = static_cast<v1::TouchpointKind>((properties >> 2) & 3);
  passed.emotion_basis = static_cast<v1::EmotionBasis>((properties >> 4) & 3);
  passed.visibility = static_cast<v1::Visibility>((properties >> 6) & 3);
  passed.emotion = static_cast<int>((properties >> 8) & 7) - kEmotionOffset;
  return passed;
}

void AddPassed(const Passed& passed, Entry* entry) {
  entry->add_touchpoints(passed.touchpoint);
  entry->add_touchpoints(passed.stage);
  entry->add_touchpoints(passed.owner);
  entry->add_touchpoints(static_cast<uint32_t>(passed.role) |
                         static_cast<uint32_t>(passed.kind) << 2 |
                         static_cast<uint32_t>(passed.emotion_basis) << 4 |
                         static_cast<uint32_t>(passed.visibility) << 6 |
                         static_cast<uint32_t>(passed.emotion + kEmotionOffset) << 8);
}

}  // namespace waypost::journey
