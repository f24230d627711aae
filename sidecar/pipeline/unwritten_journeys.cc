// SPDX-License-Identifier: Apache-2.0
#include "sidecar/pipeline/unwritten_journeys.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "sidecar/base/status_macros.h"
#include "sidecar/pipeline/journey_row.h"
#include "sidecar/store/page_token.h"
#include "sidecar/text/absl_view.h"

namespace waypost::pipeline {
namespace {

bool Matches(const store::JourneyRow& row, const store::JourneyQuery& query) {
  return (query.person_id.empty() || row.person_id == query.person_id) &&
         (query.stage.empty() || row.stage == query.stage) && (!query.open_only || row.open);
}

bool ComesAfter(const store::JourneyRow& row, const store::PagePosition& position) {
  const int64_t newest = absl::ToUnixMicros(row.newest_at);
  return newest < position.newest_micros ||
         (newest == position.newest_micros && row.journey_id > position.journey_id);
}

bool InOrder(const store::JourneyRow& a, const store::JourneyRow& b) {
  return ComesAfter(b, {absl::ToUnixMicros(a.newest_at), a.journey_id});
}

}  // namespace

UnwrittenJourneys::UnwrittenJourneys(std::string_view tenant, WorkingSet* set, uint64_t* position) {
  for (WorkingSet::Shard& shard : set->shards()) {
    const absl::MutexLock lock(&shard.mutex);
    for (const Person& person : shard.cache.persons()) {
      if (person.disposable() || person.name().first != tenant) continue;
      *position = std::max(*position, person.position);
      for (const internal::v1::JourneyState& journey : person.record.journeys) {
        rows_.insert_or_assign(journey.id(), RowOf(journey, true));
      }
    }
  }
}

const store::JourneyRow* UnwrittenJourneys::Find(std::string_view journey_id) const {
  const auto found = rows_.find(AbslView(journey_id));
  return found == rows_.end() ? nullptr : &found->second;
}

absl::StatusOr<store::JourneyPage> UnwrittenJourneys::List(const store::Store& store,
                                                           const store::JourneyQuery& query) const {
  if (rows_.empty()) return store.ListJourneys(query);
  store::PagePosition start{std::numeric_limits<int64_t>::max(), ""};
  if (!query.page_token.empty()) {
    WAYPOST_ASSIGN_OR_RETURN(start, store::ReadPageToken(query));
  }
  std::vector<store::JourneyRow> rows;
  for (const auto& [id, row] : rows_) {
    if (Matches(row, query) && ComesAfter(row, start)) rows.push_back(row);
  }
  // One row more than the page from the tables alone, so that none can be missing before its end.
  store::JourneyQuery next = query;
  size_t written = 0;
  do {
    WAYPOST_ASSIGN_OR_RETURN(store::JourneyPage page, store.ListJourneys(next));
    for (store::JourneyRow& row : page.rows) {
      if (Find(row.journey_id) != nullptr) continue;
      rows.push_back(std::move(row));
      ++written;
    }
    next.page_token = page.next_page_token;
  } while (!next.page_token.empty() && written <= query.limit);
  std::sort(rows.begin(), rows.end(), InOrder);
  store::JourneyPage page;
  if (rows.size() > query.limit) {
    rows.resize(query.limit);
    page.next_page_token = store::PageTokenAfter(query, rows.back());
  }
  page.rows = std::move(rows);
  return page;
}

}  // namespace waypost::pipeline
