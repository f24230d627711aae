// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/promise_summary.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/journey/micros.h"
#include "sidecar/journey/scores.h"
#include "sidecar/text/absl_view.h"

namespace waypost::journey {
namespace {

void CountIn(const v1::Promise& promise, v1::PromiseSummary* summary) {
  switch (promise.state()) {
    case v1::PROMISE_STATE_OPEN:
      summary->set_open(summary->open() + 1);
      break;
    case v1::PROMISE_STATE_KEPT:
      summary->set_kept(summary->kept() + 1);
      break;
    case v1::PROMISE_STATE_BROKEN:
      summary->set_broken(summary->broken() + 1);
      break;
    case v1::PROMISE_STATE_RENEWED:
      summary->set_renewed(summary->renewed() + 1);
      break;
    case v1::PROMISE_STATE_WITHDRAWN:
      summary->set_withdrawn(summary->withdrawn() + 1);
      break;
    default:
      break;
  }
}

void SetRates(v1::PromiseSummary* summary) {
  const auto kept = static_cast<double>(summary->kept());
  const auto n = static_cast<double>(summary->kept() + summary->broken());
  const double asked = n + static_cast<double>(summary->renewed());
  if (asked >= kMinPromises) summary->set_news_rate(kept / asked);
  if (n < kMinPromises) return;
  const Interval interval = WilsonInterval(kept, n);
  summary->set_kept_rate(kept / n);
  summary->set_kept_rate_low(interval.low);
  summary->set_kept_rate_high(interval.high);
}

int64_t Total(const v1::PromiseSummary& summary) {
  return summary.open() + summary.kept() + summary.broken() + summary.renewed() +
         summary.withdrawn();
}

template <typename Id>
std::vector<v1::PromiseParty> SummarizeBy(absl::Span<const v1::Promise> promises, const Id& id) {
  std::map<std::string, v1::PromiseSummary> summaries;
  for (const v1::Promise& promise : promises) CountIn(promise, &summaries[id(promise)]);
  std::vector<v1::PromiseParty> parties;
  for (auto& [name, summary] : summaries) {
    SetRates(&summary);
    v1::PromiseParty& party = parties.emplace_back();
    party.set_id(name);
    *party.mutable_summary() = std::move(summary);
  }
  std::stable_sort(parties.begin(), parties.end(), [](const auto& a, const auto& b) {
    return Total(a.summary()) > Total(b.summary());
  });
  return parties;
}

// Newest first; of the same time by id.
bool ComesBefore(const v1::Promise& a, const v1::Promise& b) {
  const int64_t at_a = MicrosOf(a.made_at());
  const int64_t at_b = MicrosOf(b.made_at());
  return at_a != at_b ? at_a > at_b : a.id() < b.id();
}

std::string TokenAfter(const v1::Promise& promise) {
  return absl::StrCat(MicrosOf(promise.made_at()), " ", promise.id());
}

absl::StatusOr<v1::Promise> ReadToken(std::string_view token) {
  v1::Promise last;
  const size_t space = token.find(' ');
  int64_t made = 0;
  if (space == std::string_view::npos ||
      !absl::SimpleAtoi(AbslView(token.substr(0, space)), &made) || made < 0) {
    return absl::InvalidArgumentError("no page token");
  }
  SetTime(made, last.mutable_made_at());
  last.mutable_id()->assign(token.substr(space + 1));
  return last;
}

}  // namespace

bool IsAskedFor(const v1::Promise& promise, const v1::ListPromisesRequest& request) {
  const int64_t made = MicrosOf(promise.made_at());
  return (request.state() == v1::PROMISE_STATE_UNSPECIFIED || request.state() == promise.state()) &&
         (request.owner_id().empty() || request.owner_id() == promise.owner_id()) &&
         (request.provider_id().empty() || request.provider_id() == promise.provider_id()) &&
         (!request.has_start_at() || made >= MicrosOf(request.start_at())) &&
         (!request.has_end_at() || made < MicrosOf(request.end_at()));
}

v1::PromiseSummary SummarizePromises(absl::Span<const v1::Promise> promises) {
  v1::PromiseSummary summary;
  for (const v1::Promise& promise : promises) CountIn(promise, &summary);
  SetRates(&summary);
  return summary;
}

std::vector<v1::PromiseParty> SummarizeByOwner(absl::Span<const v1::Promise> promises) {
  return SummarizeBy(promises, [](const v1::Promise& promise) { return promise.owner_id(); });
}

std::vector<v1::PromiseParty> SummarizeByProvider(absl::Span<const v1::Promise> promises) {
  return SummarizeBy(promises, [](const v1::Promise& promise) { return promise.provider_id(); });
}

absl::StatusOr<v1::ListPromisesResponse> PagePromises(std::vector<v1::Promise> promises,
                                                      int page_size, std::string_view page_token) {
  std::sort(promises.begin(), promises.end(), ComesBefore);
  auto first = promises.begin();
  if (!page_token.empty()) {
    WAYPOST_ASSIGN_OR_RETURN(const v1::Promise last, ReadToken(page_token));
    first = std::upper_bound(promises.begin(), promises.end(), last, ComesBefore);
  }
  v1::ListPromisesResponse response;
  *response.mutable_summary() = SummarizePromises(promises);
  for (v1::PromiseParty& party : SummarizeByOwner(promises)) {
    *response.add_owners() = std::move(party);
  }
  for (v1::PromiseParty& party : SummarizeByProvider(promises)) {
    *response.add_providers() = std::move(party);
  }
  for (; first != promises.end() && response.promises_size() < page_size; ++first) {
    *response.add_promises() = *first;
  }
  if (first != promises.end()) {
    response.set_next_page_token(TokenAfter(*response.promises().rbegin()));
  }
  return response;
}

}  // namespace waypost::journey
