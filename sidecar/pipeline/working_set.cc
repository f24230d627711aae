// SPDX-License-Identifier: Apache-2.0
#include "sidecar/pipeline/working_set.h"

#include <algorithm>
#include <optional>

#include "absl/hash/hash.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/pipeline/journey_row.h"

namespace waypost::pipeline {
namespace {

// A ticket's home takes about this much memory; a quarter of the budget is theirs.
constexpr size_t kHomeBytes = 256;

}  // namespace

WorkingSet::WorkingSet(const store::Store* store, size_t cache_bytes)
    : store_(store),
      shard_bytes_(cache_bytes / 4 * 3 / kShards),
      tickets_(store, cache_bytes / 4 / kHomeBytes) {}

WorkingSet::Shard& WorkingSet::ShardOf(const PersonName& name) {
  return shards_[absl::HashOf(name) % kShards];
}

WorkingSet::ShardLock::ShardLock(WorkingSet* set,
                                 const PersonName& person) ABSL_NO_THREAD_SAFETY_ANALYSIS
    : first_(&set->ShardOf(person)),
      second_(nullptr) {
  first_->mutex.Lock();
}

WorkingSet::ShardLock::ShardLock(WorkingSet* set, const PersonName& one,
                                 const PersonName& other) ABSL_NO_THREAD_SAFETY_ANALYSIS
    : first_(&set->ShardOf(one)),
      second_(&set->ShardOf(other)) {
  if (first_ > second_) std::swap(first_, second_);
  if (first_ == second_) second_ = nullptr;
  first_->mutex.Lock();
  if (second_ != nullptr) second_->mutex.Lock();
}

WorkingSet::ShardLock::~ShardLock() ABSL_NO_THREAD_SAFETY_ANALYSIS {
  if (second_ != nullptr) second_->mutex.Unlock();
  first_->mutex.Unlock();
}

absl::StatusOr<Person> WorkingSet::Read(const PersonName& name) const {
  Person person;
  person.record.survey_secret = store_->secret();
  WAYPOST_ASSIGN_OR_RETURN(const std::optional<store::PersonRow> row,
                           store_->FindPerson(name.first, name.second));
  if (!row.has_value()) {
    person.record.person.set_tenant(std::string(name.first));
    person.record.person.set_person_id(std::string(name.second));
    return person;
  }
  if (!person.record.person.ParseFromString(row->blob)) {
    return absl::DataLossError("the row of a person is damaged");
  }
  person.position = row->position;
  person.due_at = row->due_at;
  WAYPOST_ASSIGN_OR_RETURN(const std::vector<store::JourneyRow> journeys,
                           store_->LiveJourneys(name.first, name.second));
  for (const store::JourneyRow& journey : journeys) {
    WAYPOST_ASSIGN_OR_RETURN(person.record.journeys.emplace_back(), ParseJourney(journey));
  }
  return person;
}

absl::StatusOr<Person*> WorkingSet::Load(const PersonName& name) {
  PersonCache& cache = ShardOf(name).cache;
  if (Person* person = cache.Find(name); person != nullptr) return person;
  WAYPOST_ASSIGN_OR_RETURN(Person person, Read(name));
  return cache.Add(std::move(person));
}

absl::StatusOr<bool> WorkingSet::BringBack(std::string_view journey_id, Person* person) {
  if (journey::FindJourney(journey_id, person->record) >= 0) return true;
  WAYPOST_ASSIGN_OR_RETURN(const std::optional<store::JourneyRow> row,
                           store_->FindJourney(person->name().first, journey_id));
  if (!row.has_value() || row->person_id != person->name().second) return false;
  WAYPOST_ASSIGN_OR_RETURN(internal::v1::JourneyState journey, ParseJourney(*row));
  auto& journeys = person->record.journeys;
  const auto newer = std::find_if(journeys.begin(), journeys.end(), [&](const auto& other) {
    return journey::NewestAt(other) > journey::NewestAt(journey);
  });
  journeys.insert(newer, std::move(journey));
  ShardOf(person->name()).cache.Measure(person);
  return true;
}

void WorkingSet::NoteChange(Person* person, size_t grown_bytes) {
  PersonCache& cache = ShardOf(person->name()).cache;
  if (!person->changed) changed_persons.fetch_add(1, std::memory_order_relaxed);
  cache.NoteChange(person);
  cache.Grow(person, grown_bytes);
}

void WorkingSet::SetDue(Person* person, absl::Time due_at) {
  if (person->due_at == due_at) return;
  due_.Change(person->name(), person->due_at, due_at);
  person->due_at = due_at;
  NoteChange(person, 0);
}

absl::Status WorkingSet::SetDueOf(
    const PersonName& name, absl::FunctionRef<absl::Time(const journey::PersonRecord&)> due_of) {
  PersonCache& cache = ShardOf(name).cache;
  if (Person* person = cache.Peek(name); person != nullptr) {
    SetDue(person, due_of(person->record));
    return absl::OkStatus();
  }
  WAYPOST_ASSIGN_OR_RETURN(Person person, Read(name));
  const absl::Time due_at = due_of(person.record);
  if (due_at != person.due_at) SetDue(cache.Add(std::move(person)), due_at);
  return absl::OkStatus();
}

void WorkingSet::Trim(const PersonName& name) {
  PersonCache& cache = ShardOf(name).cache;
  if (cache.bytes() > shard_bytes_) cache.Evict(shard_bytes_);
}

void WorkingSet::Count(int64_t* persons, int64_t* bytes) const {
  const absl::ReaderMutexLock replacing(&barrier);
  for (const Shard& shard : shards_) {
    const absl::MutexLock lock(&shard.mutex);
    *persons += static_cast<int64_t>(shard.cache.size());
    *bytes += static_cast<int64_t>(shard.cache.bytes());
  }
}

void WorkingSet::ForgetWritten() {
  for (Shard& shard : shards_) {
    const absl::MutexLock lock(&shard.mutex);
    shard.cache.DropDisposable();
  }
  tickets_.DropWritten();
}

void WorkingSet::Clear(int64_t waiting) {
  tickets_.Clear();
  for (Shard& shard : shards_) shard.cache.Clear();
  changed_persons = 0;
  due_.Forget();
  due_.SetWaiting(waiting);
  ++cleared_;
}

}  // namespace waypost::pipeline
