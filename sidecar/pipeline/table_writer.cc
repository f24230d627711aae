// SPDX-License-Identifier: Apache-2.0
#include "sidecar/pipeline/table_writer.h"

#include <algorithm>
#include <optional>

#include "sidecar/base/status_macros.h"
#include "sidecar/journey/person_record.h"
#include "sidecar/journey/survey_requests.h"
#include "sidecar/pipeline/journey_row.h"

namespace waypost::pipeline {
void TableWriter::Begin(uint64_t position, std::optional<std::string> due_basis) {
  busy_ = true;
  position_ = position;
  due_basis_ = std::move(due_basis);
  left_.clear();
  actions_left_ = outbox_->changed();
  set_->changed_persons = 0;
  for (WorkingSet::Shard& shard : set_->shards()) {
    const absl::MutexLock lock(&shard.mutex);
    std::vector<Name> changed = shard.cache.TakeChanged();
    std::move(changed.begin(), changed.end(), std::back_inserter(left_));
  }
}

void TableWriter::Abandon() {
  busy_ = false;
  left_.clear();
  actions_left_ = 0;
}

// What changes during the round comes behind what had changed before, and waits for the next.
void TableWriter::AddActions(Slice* slice) {
  const size_t rows =
      slice->rows.persons.size() + slice->rows.journeys.size() + slice->rows.tickets.size();
  if (rows >= kRowsPerSlice) return;
  outbox_->TakeChanged(std::min(actions_left_, kRowsPerSlice - rows), &slice->rows.actions);
  actions_left_ = slice->rows.actions.empty() ? 0 : actions_left_ - slice->rows.actions.size();
}

absl::Status TableWriter::Write(const CommitUpTo& commit_up_to, const Slice& slice) {
  WAYPOST_RETURN_IF_ERROR(commit_up_to(slice.newest));
  return store_->Materialize(slice.rows);
}

absl::Status TableWriter::WriteSlice(Barrier barrier, const CommitUpTo& commit_up_to) {
  Slice slice;
  while (!left_.empty() &&
         slice.rows.persons.size() + slice.rows.journeys.size() + slice.rows.tickets.size() <
             kRowsPerSlice) {
    const Name name = std::move(left_.back());
    left_.pop_back();
    Add(name, barrier, &slice);
  }
  if (left_.empty()) AddActions(&slice);
  const bool last = left_.empty() && actions_left_ == 0;
  if (last) slice.rows.position = position_;
  if (last) slice.rows.due_basis = due_basis_;
  const absl::Status written = Write(commit_up_to, slice);
  if (!written.ok()) {
    outbox_->NotWritten(slice.rows.actions);
    return written;
  }
  outbox_->Written(slice.rows.actions);
  Finish(slice);
  busy_ = !last;
  return absl::OkStatus();
}

absl::Status TableWriter::WriteAll(uint64_t position, Barrier barrier,
                                   std::optional<std::string> due_basis) {
  Begin(position, std::move(due_basis));
  while (busy_) {
    WAYPOST_RETURN_IF_ERROR(WriteSlice(barrier, [](uint64_t) { return absl::OkStatus(); }));
  }
  return absl::OkStatus();
}

void TableWriter::Add(const Name& name, Barrier barrier, Slice* slice) {
  {
    const WorkingSet::ShardLock lock(set_, name);
    Person* person = set_->ShardOf(name).cache.Peek(name);
    if (person == nullptr || !person->changed) return;
    if (person->moved_with.empty()) return AddRows(person, slice);
  }
  const absl::MutexLockMaybe lock(barrier == Barrier::kHeld ? nullptr : &set_->barrier);
  AddGroup(name, slice);
}

// A ticket that moved must not be in the rows of both persons or of neither after a crash. So
// whoever exchanged tickets is written as of one moment and in one transaction.
void TableWriter::AddGroup(const Name& name, Slice* slice) {
  std::vector<std::string> group = {name.second};
  for (size_t i = 0; i < group.size(); ++i) {
    const PersonName member(name.first, group[i]);
    Person* person = set_->ShardOf(member).cache.Peek(member);
    if (person == nullptr || !person->changed) continue;
    for (const std::string& other : person->moved_with) {
      if (std::find(group.begin(), group.end(), other) == group.end()) group.push_back(other);
    }
    AddRows(person, slice);
  }
}

void TableWriter::AddRows(Person* person, Slice* slice) {
  slice->newest = std::max(slice->newest, person->position);
  const auto& [tenant, person_id] = person->name();
  Slice::Member& member = slice->members.emplace_back();
  member.name = {std::string(tenant), std::string(person_id)};

  slice->rows.persons.push_back({member.name.first, member.name.second, person->position,
                                 person->record.person.SerializeAsString(), person->due_at});
  const absl::Time old = archive_before_();
  for (const internal::v1::JourneyState& journey : person->record.journeys) {
    const bool changed = std::find(person->changed_journeys.begin(), person->changed_journeys.end(),
                                   journey.id()) != person->changed_journeys.end();
    // Who answers for many has many journeys of requests, most of them for a refusal.
    const bool done = journey::IsOfRequests(journey) && journey.open_alerts().empty();
    const bool leaves = !journey::IsOpen(journey) && journey.pending().empty() &&
                        (done || journey::NewestAt(journey) < old);
    if (leaves) member.archived.push_back(journey.id());
    if (changed || leaves) slice->rows.journeys.push_back(RowOf(journey, !leaves));
  }
  for (const auto& [source, ref] : person->changed_tickets) {
    const std::optional<TicketHome> home = set_->tickets().Unwritten({tenant, source, ref});
    // A ticket that went on to another person is written with that person.
    if (!home.has_value() || home->person_id != person_id) continue;
    slice->rows.tickets.push_back(
        {member.name.first, source, ref, home->person_id, home->journey_id});
  }
  person->changed = false;
  person->being_written = true;
  person->changed_journeys.clear();
  person->changed_tickets.clear();
  person->moved_with.clear();
}

void TableWriter::Finish(const Slice& slice) {
  for (const store::TicketRow& row : slice.rows.tickets) set_->tickets().Written(row);
  for (const Slice::Member& member : slice.members) {
    const WorkingSet::ShardLock lock(set_, member.name);
    PersonCache& cache = set_->ShardOf(member.name).cache;
    Person* person = cache.Peek(member.name);
    if (person == nullptr) continue;
    person->being_written = false;
    for (const std::string& journey_id : member.archived) {
      const auto& changed = person->changed_journeys;
      if (std::find(changed.begin(), changed.end(), journey_id) != changed.end()) continue;
      const int number = journey::FindJourney(journey_id, person->record);
      if (number >= 0) person->record.journeys.erase(person->record.journeys.begin() + number);
    }
    cache.Measure(person);
    set_->Trim(member.name);
  }
}

}  // namespace waypost::pipeline
