// SPDX-License-Identifier: Apache-2.0
#include "sidecar/pipeline/person_cache.h"

#include <algorithm>
#include <iterator>

namespace waypost::pipeline {
namespace {

// A person walks past at most so many undisposable ones, so that a cache full of news costs little.
constexpr int kMaxLooks = 16;

}  // namespace

void Person::NoteJourney(std::string_view journey_id) {
  if (std::find(changed_journeys.begin(), changed_journeys.end(), journey_id) ==
      changed_journeys.end()) {
    changed_journeys.emplace_back(journey_id);
  }
}

void Person::NoteTicket(std::string_view source, std::string_view ref) {
  const auto same = [&](const auto& ticket) {
    return ticket.first == source && ticket.second == ref;
  };
  if (std::none_of(changed_tickets.begin(), changed_tickets.end(), same)) {
    changed_tickets.emplace_back(source, ref);
  }
}

Person* PersonCache::Find(const PersonName& name) {
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return nullptr;
  persons_.splice(persons_.begin(), persons_, found->second);
  return &*found->second;
}

Person* PersonCache::Peek(const PersonName& name) {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &*found->second;
}

void PersonCache::ForEach(absl::FunctionRef<void(Person*)> visit) {
  for (Person& person : persons_) visit(&person);
}

Person* PersonCache::Add(Person person) {
  persons_.push_front(std::move(person));
  by_name_.emplace(persons_.front().name(), persons_.begin());
  persons_.front().bytes = 0;
  Measure(&persons_.front());
  return &persons_.front();
}

void PersonCache::Measure(Person* person) {
  size_t bytes = sizeof(Person) + person->record.person.SpaceUsedLong();
  for (const internal::v1::JourneyState& journey : person->record.journeys) {
    bytes += journey.SpaceUsedLong();
  }
  bytes_ = bytes_ - person->bytes + bytes;
  person->bytes = bytes;
}

void PersonCache::Grow(Person* person, size_t bytes) {
  person->bytes += bytes;
  bytes_ += bytes;
}

void PersonCache::NoteChange(Person* person) {
  if (person->changed) return;
  person->changed = true;
  changed_.emplace_back(person->record.person.tenant(), person->record.person.person_id());
}

std::vector<std::pair<std::string, std::string>> PersonCache::TakeChanged() {
  return std::exchange(changed_, {});
}

std::list<Person>::iterator PersonCache::Drop(std::list<Person>::iterator person) {
  bytes_ -= person->bytes;
  by_name_.erase(person->name());
  return persons_.erase(person);
}

void PersonCache::Evict(size_t max_bytes) {
  auto next = persons_.end();
  for (int looks = 0; bytes_ > max_bytes && looks < kMaxLooks && next != persons_.begin();) {
    const auto candidate = std::prev(next);
    if (candidate == persons_.begin()) return;
    if (candidate->disposable()) {
      next = Drop(candidate);
    } else {
      ++looks;
      next = candidate;
    }
  }
}

void PersonCache::DropDisposable() {
  for (auto person = persons_.begin(); person != persons_.end();) {
    person = person->disposable() ? Drop(person) : std::next(person);
  }
}

void PersonCache::Clear() {
  by_name_.clear();
  persons_.clear();
  changed_.clear();
  bytes_ = 0;
}

}  // namespace waypost::pipeline
