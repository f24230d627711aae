// SPDX-License-Identifier: Apache-2.0
// The persons of one shard that are in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "sidecar/journey/person_record.h"

namespace waypost::pipeline {

using PersonName = std::pair<std::string_view, std::string_view>;  // tenant, person_id

// A person in memory, guarded by the shard's mutex.
struct Person {
  journey::PersonRecord record;
  // Of the newest log record in `record`; the row in the store may be older.
  uint64_t position = 0;
  // When time brings something, by the rules that were in force when it was found last; the
  // infinite future when nothing waits. Set by WorkingSet::SetDue.
  absl::Time due_at = absl::InfiniteFuture();
  // Since when events of a backlog have kept time from deciding; the infinite future: they do not.
  absl::Time held_since = absl::InfiniteFuture();
  // What the rows in the store lack.
  bool changed = false;
  std::vector<std::string> changed_journeys;
  std::vector<std::pair<std::string, std::string>> changed_tickets;  // source, ref
  // Persons that a ticket moved from or to: their rows are written in the same transaction.
  std::vector<std::string> moved_with;
  // Its rows are on their way to the store.
  bool being_written = false;
  // The estimated memory.
  size_t bytes = 0;

  [[nodiscard]] PersonName name() const {
    return {record.person.tenant(), record.person.person_id()};
  }
  // Evicting it loses nothing: the store has the same.
  [[nodiscard]] bool disposable() const { return !changed && !being_written; }
  // Notes the journey among the changed ones, once.
  void NoteJourney(std::string_view journey_id);
  void NoteTicket(std::string_view source, std::string_view ref);
};

// Least recently used persons go first once the budget is exceeded; those with news stay. Not
// thread-safe: the shard's mutex guards it. Pointers are valid until Evict(), Remove() or Clear().
class PersonCache {
 public:
  // The person, now the most recently used, or nullptr.
  [[nodiscard]] Person* Find(const PersonName& name);
  // The same, without using it.
  [[nodiscard]] Person* Peek(const PersonName& name);
  // Calls `visit` for every person, in no particular order.
  void ForEach(absl::FunctionRef<void(Person*)> visit);
  // Adds a person that is not there yet.
  Person* Add(Person person);

  // Counts the person's memory anew. Walks the whole state.
  void Measure(Person* person);
  // Counts `bytes` more for the person, until it is measured again.
  void Grow(Person* person, size_t bytes);

  // Marks the person as changed, and hands out the names of those marked so.
  void NoteChange(Person* person);
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> TakeChanged();

  // Drops disposable persons, least recently used first, until at most `max_bytes` are left.
  // Never drops the most recently used one.
  void Evict(size_t max_bytes);
  // Drops all disposable persons.
  void DropDisposable();
  void Clear();

  // Most recently used first.
  [[nodiscard]] const std::list<Person>& persons() const { return persons_; }
  [[nodiscard]] size_t size() const { return persons_.size(); }
  [[nodiscard]] size_t bytes() const { return bytes_; }

 private:
  std::list<Person>::iterator Drop(std::list<Person>::iterator person);

  std::list<Person> persons_;  // most recently used first
  // Keys are views into the persons' own records.
  absl::flat_hash_map<PersonName, std::list<Person>::iterator> by_name_;
  std::vector<std::pair<std::string, std::string>> changed_;
  size_t bytes_ = 0;
};

}  // namespace waypost::pipeline
