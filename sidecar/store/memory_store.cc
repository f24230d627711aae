// SPDX-License-Identifier: Apache-2.0
#include "sidecar/store/memory_store.h"

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <tuple>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/store/checks.h"
#include "sidecar/store/memory_actions.h"
#include "sidecar/store/page_token.h"

namespace waypost::store {
namespace {

using PersonKey = std::pair<std::string, std::string>;                // tenant, person_id
using JourneyKey = std::pair<std::string, std::string>;               // tenant, journey_id
using TicketKey = std::tuple<std::string, std::string, std::string>;  // tenant, source, ref
using DueKey = std::tuple<absl::Time, std::string, std::string>;      // due_at, tenant, person_id

constexpr size_t kScanChunk = 256;

absl::Time ToMicrosecond(absl::Time time) { return absl::FromUnixMicros(absl::ToUnixMicros(time)); }

bool NewestFirst(const JourneyRow* a, const JourneyRow* b) {
  return std::tie(b->newest_at, a->journey_id) < std::tie(a->newest_at, b->journey_id);
}

bool Matches(const JourneyQuery& query, const JourneyRow& row) {
  return (query.person_id.empty() || row.person_id == query.person_id) &&
         (query.stage.empty() || row.stage == query.stage) && (!query.open_only || row.open);
}

bool ComesAfter(const JourneyRow& row, const PagePosition& position) {
  const int64_t newest = absl::ToUnixMicros(row.newest_at);
  return newest < position.newest_micros ||
         (newest == position.newest_micros && row.journey_id > position.journey_id);
}

// 256 bits in hexadecimal digits.
std::string RandomText() {
  std::random_device random;
  std::string text;
  for (int word = 0; word < 8; ++word) absl::StrAppend(&text, absl::Hex(random(), absl::kZeroPad8));
  return text;
}

class MemoryStore final : public Store {
 public:
  explicit MemoryStore(std::string secret) : secret_(std::move(secret)) {}

  absl::Status Append(absl::Span<const LogRecord> records) override;
  absl::StatusOr<uint64_t> LastPosition() const override;
  absl::StatusOr<uint64_t> MaterializedPosition() const override;
  absl::StatusOr<LogRecord> ReadRecord(uint64_t position) const override;
  absl::Status ScanLog(uint64_t after,
                       const std::function<absl::Status(const LogRecord&)>& visit) const override;
  absl::Status Materialize(const Materialization& batch) override;
  absl::StatusOr<std::optional<PersonRow>> FindPerson(std::string_view tenant,
                                                      std::string_view person_id) const override;
  absl::StatusOr<std::vector<JourneyRow>> LiveJourneys(std::string_view tenant,
                                                       std::string_view person_id) const override;
  absl::StatusOr<std::optional<JourneyRow>> FindJourney(std::string_view tenant,
                                                        std::string_view journey_id) const override;
  absl::StatusOr<std::optional<TicketRow>> FindTicket(std::string_view tenant,
                                                      std::string_view source,
                                                      std::string_view ref) const override;
  absl::StatusOr<JourneyPage> ListJourneys(const JourneyQuery& query) const override;
  absl::StatusOr<std::vector<DuePerson>> ListDue(const DuePerson& after, absl::Time until,
                                                 size_t limit) const override;
  absl::StatusOr<int64_t> CountDue() const override;
  absl::StatusOr<std::string> DueBasis() const override;
  absl::StatusOr<PersonPage> ListWaiting(const PersonName& after, size_t limit) const override;
  absl::StatusOr<std::optional<ActionRow>> FindAction(std::string_view tenant,
                                                      std::string_view action_id) const override;
  absl::StatusOr<std::vector<ActionRow>> ListActions(const ActionQuery& query) const override;
  absl::StatusOr<int64_t> CountActions(ActionState state) const override;
  absl::StatusOr<std::vector<ExpectationRow>> ListExpectations() const override;
  absl::StatusOr<uint64_t> LearnedPosition() const override;
  absl::StatusOr<std::vector<UnmappedGroup>> ListUnmapped(std::string_view tenant,
                                                          size_t limit) const override;
  absl::StatusOr<size_t> Prune(absl::Time before, size_t limit) override;
  absl::StatusOr<size_t> PruneActions(absl::Time before, size_t limit) override;
  absl::Status Recover() override { return absl::OkStatus(); }
  std::string_view secret() const override { return secret_; }
  std::string_view kind() const override { return "memory"; }

 private:
  void PutPerson(const PersonRow& row) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void PutJourney(const JourneyRow& row) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void PutTicket(const TicketRow& row) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::vector<const JourneyRow*> Select(const JourneyQuery& query) const
      ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  std::vector<LogRecord> Chunk(uint64_t after) const;
  size_t PruneLog(absl::Time before, size_t limit) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  size_t PruneJourneys(absl::Time before, size_t limit) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  size_t RemovePerson(const PersonKey& key) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  size_t RemoveJourney(const JourneyKey& key) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool Waits(const PersonRow& row) const ABSL_SHARED_LOCKS_REQUIRED(mutex_);

  const std::string secret_;
  mutable absl::Mutex mutex_;
  uint64_t last_position_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t materialized_position_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<uint64_t, LogRecord> log_ ABSL_GUARDED_BY(mutex_);
  std::map<PersonKey, PersonRow> persons_ ABSL_GUARDED_BY(mutex_);
  std::map<JourneyKey, JourneyRow> journeys_ ABSL_GUARDED_BY(mutex_);
  std::map<TicketKey, TicketRow> tickets_ ABSL_GUARDED_BY(mutex_);
  MemoryActions actions_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::string> expectations_ ABSL_GUARDED_BY(mutex_);  // blobs by tenant
  uint64_t learned_position_ ABSL_GUARDED_BY(mutex_) = 0;
  // What the maps above say, the other way round.
  std::set<DueKey> due_ ABSL_GUARDED_BY(mutex_);
  std::map<PersonKey, std::set<std::string>> journeys_of_ ABSL_GUARDED_BY(mutex_);
  std::map<JourneyKey, std::set<TicketKey>> tickets_of_ ABSL_GUARDED_BY(mutex_);
  std::string due_basis_ ABSL_GUARDED_BY(mutex_);
};

absl::Status MemoryStore::Append(absl::Span<const LogRecord> records) {
  absl::MutexLock lock(&mutex_);
  WAYPOST_RETURN_IF_ERROR(CheckPositions(records, last_position_));
  for (const LogRecord& record : records) {
    LogRecord& kept = log_.emplace_hint(log_.end(), record.position, record)->second;
    kept.occurred_at = ToMicrosecond(record.occurred_at);
    last_position_ = record.position;
  }
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> MemoryStore::LastPosition() const {
  absl::ReaderMutexLock lock(&mutex_);
  return last_position_;
}

absl::StatusOr<uint64_t> MemoryStore::MaterializedPosition() const {
  absl::ReaderMutexLock lock(&mutex_);
  return materialized_position_;
}

absl::StatusOr<LogRecord> MemoryStore::ReadRecord(uint64_t position) const {
  absl::ReaderMutexLock lock(&mutex_);
  const auto found = log_.find(position);
  if (found == log_.end()) return NoRecordAt(position);
  return found->second;
}

std::vector<LogRecord> MemoryStore::Chunk(uint64_t after) const {
  absl::ReaderMutexLock lock(&mutex_);
  std::vector<LogRecord> chunk;
  for (auto next = log_.upper_bound(after); next != log_.end() && chunk.size() < kScanChunk;
       ++next) {
    chunk.push_back(next->second);
  }
  return chunk;
}

absl::Status MemoryStore::ScanLog(
    uint64_t after, const std::function<absl::Status(const LogRecord&)>& visit) const {
  while (true) {
    const std::vector<LogRecord> chunk = Chunk(after);
    if (chunk.empty()) return absl::OkStatus();
    for (const LogRecord& record : chunk) WAYPOST_RETURN_IF_ERROR(visit(record));
    after = chunk.back().position;
  }
}

void MemoryStore::PutPerson(const PersonRow& row) {
  RemovePerson({row.tenant, row.person_id});
  PersonRow& kept = persons_[{row.tenant, row.person_id}] = row;
  if (kept.due_at == absl::InfiniteFuture()) return;
  kept.due_at = ToMicrosecond(row.due_at);
  due_.emplace(kept.due_at, row.tenant, row.person_id);
}

size_t MemoryStore::RemovePerson(const PersonKey& key) {
  const auto found = persons_.find(key);
  if (found == persons_.end()) return 0;
  due_.erase({found->second.due_at, key.first, key.second});
  persons_.erase(found);
  return 1;
}

void MemoryStore::PutJourney(const JourneyRow& row) {
  const auto [place, added] = journeys_.try_emplace({row.tenant, row.journey_id});
  JourneyRow& kept = place->second;
  if (!added) journeys_of_[{kept.tenant, kept.person_id}].erase(kept.journey_id);
  kept = row;
  kept.newest_at = ToMicrosecond(row.newest_at);
  journeys_of_[{row.tenant, row.person_id}].insert(row.journey_id);
}

void MemoryStore::PutTicket(const TicketRow& row) {
  const TicketKey key(row.tenant, row.source, row.ref);
  const auto found = tickets_.find(key);
  if (found != tickets_.end()) tickets_of_[{row.tenant, found->second.journey_id}].erase(key);
  tickets_[key] = row;
  tickets_of_[{row.tenant, row.journey_id}].insert(key);
}

absl::StatusOr<std::optional<ActionRow>> MemoryStore::FindAction(std::string_view tenant,
                                                                 std::string_view action_id) const {
  absl::ReaderMutexLock lock(&mutex_);
  return actions_.Find(tenant, action_id);
}

absl::StatusOr<std::vector<ActionRow>> MemoryStore::ListActions(const ActionQuery& query) const {
  absl::ReaderMutexLock lock(&mutex_);
  return actions_.List(query);
}

absl::StatusOr<int64_t> MemoryStore::CountActions(ActionState state) const {
  absl::ReaderMutexLock lock(&mutex_);
  return actions_.Count(state);
}

absl::StatusOr<size_t> MemoryStore::PruneActions(absl::Time before, size_t limit) {
  absl::MutexLock lock(&mutex_);
  return actions_.Prune(before, limit);
}

absl::StatusOr<std::vector<ExpectationRow>> MemoryStore::ListExpectations() const {
  absl::ReaderMutexLock lock(&mutex_);
  std::vector<ExpectationRow> rows;
  for (const auto& [tenant, blob] : expectations_) rows.push_back({tenant, blob});
  return rows;
}

absl::StatusOr<uint64_t> MemoryStore::LearnedPosition() const {
  absl::ReaderMutexLock lock(&mutex_);
  return learned_position_;
}

absl::Status MemoryStore::Materialize(const Materialization& batch) {
  absl::MutexLock lock(&mutex_);
  WAYPOST_RETURN_IF_ERROR(CheckMaterialization(batch, {.last = last_position_,
                                                       .materialized = materialized_position_,
                                                       .learned = learned_position_}));
  for (const PersonRow& row : batch.persons) PutPerson(row);
  for (const JourneyRow& row : batch.journeys) PutJourney(row);
  for (const TicketRow& row : batch.tickets) PutTicket(row);
  for (const ActionRow& row : batch.actions) actions_.Put(row);
  for (const ExpectationRow& row : batch.expectations) expectations_[row.tenant] = row.blob;
  learned_position_ = batch.learned_position.value_or(learned_position_);
  due_basis_ = batch.due_basis.value_or(due_basis_);
  materialized_position_ = batch.position.value_or(materialized_position_);
  return absl::OkStatus();
}

absl::StatusOr<std::optional<PersonRow>> MemoryStore::FindPerson(std::string_view tenant,
                                                                 std::string_view person_id) const {
  absl::ReaderMutexLock lock(&mutex_);
  const auto found = persons_.find(PersonKey(tenant, person_id));
  if (found == persons_.end()) return std::nullopt;
  return found->second;
}

absl::StatusOr<std::vector<JourneyRow>> MemoryStore::LiveJourneys(
    std::string_view tenant, std::string_view person_id) const {
  absl::ReaderMutexLock lock(&mutex_);
  std::vector<JourneyRow> rows;
  const auto found = journeys_of_.find(PersonKey(tenant, person_id));
  if (found == journeys_of_.end()) return rows;
  for (const std::string& journey_id : found->second) {
    const JourneyRow& row = journeys_.at(JourneyKey(tenant, journey_id));
    if (row.live) rows.push_back(row);
  }
  std::stable_sort(rows.begin(), rows.end(), [](const JourneyRow& a, const JourneyRow& b) {
    return a.newest_at < b.newest_at;
  });
  return rows;
}

absl::StatusOr<std::optional<JourneyRow>> MemoryStore::FindJourney(
    std::string_view tenant, std::string_view journey_id) const {
  absl::ReaderMutexLock lock(&mutex_);
  const auto found = journeys_.find(JourneyKey(tenant, journey_id));
  if (found == journeys_.end()) return std::nullopt;
  return found->second;
}

absl::StatusOr<std::optional<TicketRow>> MemoryStore::FindTicket(std::string_view tenant,
                                                                 std::string_view source,
                                                                 std::string_view ref) const {
  absl::ReaderMutexLock lock(&mutex_);
  const auto found = tickets_.find(TicketKey(tenant, source, ref));
  if (found == tickets_.end()) return std::nullopt;
  return found->second;
}

std::vector<const JourneyRow*> MemoryStore::Select(const JourneyQuery& query) const {
  std::vector<const JourneyRow*> rows;
  for (auto next = journeys_.lower_bound(JourneyKey(query.tenant, ""));
       next != journeys_.end() && next->first.first == query.tenant; ++next) {
    if (Matches(query, next->second)) rows.push_back(&next->second);
  }
  std::sort(rows.begin(), rows.end(), NewestFirst);
  return rows;
}

absl::StatusOr<JourneyPage> MemoryStore::ListJourneys(const JourneyQuery& query) const {
  WAYPOST_RETURN_IF_ERROR(CheckQuery(query));
  std::optional<PagePosition> start;
  if (!query.page_token.empty()) {
    WAYPOST_ASSIGN_OR_RETURN(start, ReadPageToken(query));
  }
  absl::ReaderMutexLock lock(&mutex_);
  JourneyPage page;
  for (const JourneyRow* row : Select(query)) {
    if (start.has_value() && !ComesAfter(*row, *start)) continue;
    if (page.rows.size() == query.limit) {
      page.next_page_token = PageTokenAfter(query, page.rows.back());
      break;
    }
    page.rows.push_back(*row);
  }
  return page;
}

absl::StatusOr<std::vector<DuePerson>> MemoryStore::ListDue(const DuePerson& after,
                                                            absl::Time until, size_t limit) const {
  absl::ReaderMutexLock lock(&mutex_);
  std::vector<DuePerson> persons;
  for (auto next = due_.upper_bound({ToMicrosecond(after.due_at), after.tenant, after.person_id});
       next != due_.end() && std::get<0>(*next) <= until && persons.size() < limit; ++next) {
    const auto& [due_at, tenant, person_id] = *next;
    persons.push_back({due_at, tenant, person_id});
  }
  return persons;
}

absl::StatusOr<int64_t> MemoryStore::CountDue() const {
  absl::ReaderMutexLock lock(&mutex_);
  return static_cast<int64_t>(due_.size());
}

absl::StatusOr<std::string> MemoryStore::DueBasis() const {
  absl::ReaderMutexLock lock(&mutex_);
  return due_basis_;
}

bool MemoryStore::Waits(const PersonRow& row) const {
  if (row.due_at != absl::InfiniteFuture()) return true;
  const auto found = journeys_of_.find(PersonKey(row.tenant, row.person_id));
  if (found == journeys_of_.end()) return false;
  for (const std::string& journey_id : found->second) {
    if (journeys_.at(JourneyKey(row.tenant, journey_id)).open) return true;
  }
  return false;
}

absl::StatusOr<PersonPage> MemoryStore::ListWaiting(const PersonName& after, size_t limit) const {
  absl::ReaderMutexLock lock(&mutex_);
  PersonPage page;
  size_t looked_at = 0;
  for (auto next = persons_.upper_bound({after.tenant, after.person_id});
       next != persons_.end() && looked_at < limit; ++next) {
    const PersonName name{next->second.tenant, next->second.person_id};
    if (Waits(next->second)) page.persons.push_back(name);
    if (++looked_at == limit) page.next_after = name;
  }
  return page;
}

absl::StatusOr<std::vector<UnmappedGroup>> MemoryStore::ListUnmapped(std::string_view tenant,
                                                                     size_t limit) const {
  absl::ReaderMutexLock lock(&mutex_);
  std::map<std::string_view, UnmappedGroup> by_key;
  for (const auto& [position, record] : log_) {
    if (record.tenant != tenant || record.unmapped_key.empty()) continue;
    UnmappedGroup& group = by_key.try_emplace(record.unmapped_key).first->second;
    group.key = record.unmapped_key;
    group.last_at =
        group.count++ == 0 ? record.occurred_at : std::max(group.last_at, record.occurred_at);
  }
  std::vector<UnmappedGroup> groups;
  groups.reserve(by_key.size());
  for (auto& [key, group] : by_key) groups.push_back(std::move(group));
  std::sort(groups.begin(), groups.end(), [](const UnmappedGroup& a, const UnmappedGroup& b) {
    return std::tie(b.count, b.last_at, a.key) < std::tie(a.count, a.last_at, b.key);
  });
  if (groups.size() > limit) groups.resize(limit);
  return groups;
}

size_t MemoryStore::PruneLog(absl::Time before, size_t limit) {
  size_t removed = 0;
  for (auto next = log_.begin();
       next != log_.end() && next->first <= materialized_position_ && removed < limit;) {
    if (next->second.occurred_at < before) {
      next = log_.erase(next);
      ++removed;
    } else {
      ++next;
    }
  }
  return removed;
}

size_t MemoryStore::RemoveJourney(const JourneyKey& key) {
  const auto found = journeys_.find(key);
  const PersonKey person(key.first, found->second.person_id);
  size_t removed = 1;
  for (const TicketKey& ticket : tickets_of_[key]) removed += tickets_.erase(ticket);
  tickets_of_.erase(key);
  journeys_.erase(found);
  std::set<std::string>& left = journeys_of_[person];
  left.erase(key.second);
  if (left.empty()) {
    journeys_of_.erase(person);
    removed += RemovePerson(person);
  }
  return removed;
}

size_t MemoryStore::PruneJourneys(absl::Time before, size_t limit) {
  std::set<PersonKey> to_replay;
  for (auto next = log_.upper_bound(materialized_position_); next != log_.end(); ++next) {
    to_replay.emplace(next->second.tenant, next->second.person_id);
  }
  std::vector<std::pair<absl::Time, JourneyKey>> ended;
  for (const auto& [key, row] : journeys_) {
    if (row.open || row.newest_at >= before) continue;
    if (to_replay.count({row.tenant, row.person_id}) == 0) ended.emplace_back(row.newest_at, key);
  }
  std::sort(ended.begin(), ended.end());
  if (ended.size() > limit) ended.resize(limit);
  size_t removed = 0;
  for (const auto& [newest_at, key] : ended) removed += RemoveJourney(key);
  return removed;
}

absl::StatusOr<size_t> MemoryStore::Prune(absl::Time before, size_t limit) {
  absl::MutexLock lock(&mutex_);
  before = ToMicrosecond(before);
  return PruneJourneys(before, limit) + PruneLog(before, limit);
}

}  // namespace

std::unique_ptr<Store> MakeMemoryStore(std::string secret) {
  return std::make_unique<MemoryStore>(secret.empty() ? RandomText() : std::move(secret));
}

}  // namespace waypost::store
