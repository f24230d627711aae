// SPDX-License-Identifier: Apache-2.0
#include "sidecar/expectation/expectation_model.h"

#include <algorithm>
#include <functional>
#include <limits>

#include "absl/status/status.h"
#include "sidecar/expectation/observation.h"

namespace waypost::expectation {

std::string_view RefusalCode(Refusal refusal) {
  switch (refusal) {
    case Refusal::kNone:
      return "";
    case Refusal::kEnded:
      return "ENDED";
    case Refusal::kTooFewTickets:
      return "TOO_FEW_TICKETS";
    case Refusal::kCoverageUnknown:
      return "COVERAGE_UNKNOWN";
    case Refusal::kCoverageTooLow:
      return "COVERAGE_TOO_LOW";
  }
  return "";
}

ExpectationModel::ExpectationModel(ExpectationOptions options)
    : options_(std::move(options)), history_(options_.cell_size, options_.maximum_names) {
  for (const absl::Duration age : options_.ages) ages_.push_back(absl::ToInt64Seconds(age));
  bands_.assign(ages_.size(), AgeBand(options_.band_size));
}

void ExpectationModel::Record(const internal::v1::ExpectationObservation& observation) {
  const int64_t now = std::clamp<int64_t>(observation.at(), 0, kLastSecond);
  MoveClock(now);
  if (observation.outcome() != internal::v1::EXPECTATION_OUTCOME_UNSPECIFIED) {
    End(observation.key(), now, static_cast<Outcome>(observation.outcome()));
    return;
  }
  const TicketTraits traits = {.group = observation.group(),
                               .service = observation.service(),
                               .progress = observation.progress()};
  if (const auto found = tickets_.find(observation.key()); found != tickets_.end()) {
    found->second.traits = traits;
    return;
  }
  if (!TakePlaceInHour(now)) return;
  Watch(observation.key(), std::clamp<int64_t>(observation.opened_at(), 0, now), traits, now);
}

void ExpectationModel::AdvanceTo(absl::Time now) { MoveClock(ToSeconds(now)); }

bool ExpectationModel::TakePlaceInHour(int64_t at) {
  const int64_t hour = at / absl::ToInt64Seconds(absl::Hours(1));
  if (hour != watching_hour_) watched_in_hour_ = 0;
  watching_hour_ = hour;
  if (watched_in_hour_ >= options_.maximum_watched_per_hour) return false;
  ++watched_in_hour_;
  return true;
}

void ExpectationModel::MoveClock(int64_t now) {
  const int64_t gap = absl::ToInt64Seconds(options_.maximum_gap);
  if (now > newest_at_ + gap || now < newest_at_ - gap) {
    for (auto& [key, ticket] : tickets_) Leave(&ticket, newest_at_, Outcome::kWithdrawn);
    tickets_.clear();
    due_.clear();
    newest_at_ = now;
  }
  while (!due_.empty() && due_.front().first <= now) {
    const auto [at, key] = due_.front();
    std::pop_heap(due_.begin(), due_.end(), std::greater<>());
    due_.pop_back();
    const auto found = tickets_.find(key);
    if (found == tickets_.end()) continue;
    OpenTicket& ticket = found->second;
    // An entry of an earlier life of a reopened ticket.
    if (ticket.next_age >= ages_.size() || ticket.opened_at + ages_[ticket.next_age] != at)
      continue;
    Reach(&ticket, at);
    Schedule(key, ticket);
  }
  newest_at_ = std::max(newest_at_, now);
}

void ExpectationModel::Watch(uint64_t key, int64_t opened_at, const TicketTraits& traits,
                             int64_t at) {
  if (tickets_.size() >= options_.maximum_open_tickets) LeaveOldest();
  OpenTicket& ticket = tickets_[key];
  ticket.opened_at = opened_at;
  ticket.traits = traits;
  ticket.next_age = static_cast<uint32_t>(AgeReached(at - opened_at));
  if (ticket.next_age == 0) {
    Reach(&ticket, at);
  } else {
    ++ticket.next_age;
  }
  Schedule(key, ticket);
}

void ExpectationModel::Reach(OpenTicket* ticket, int64_t now) {
  const size_t age_number = ticket->next_age++;
  const CellKeys keys = KeysOf(ticket->traits, age_number);
  std::optional<Found> found;
  for (size_t kind = 0; kind < keys.size() && !found.has_value(); ++kind) {
    history_.Refresh(keys[kind]);
    found = FindIn(static_cast<CellKind>(kind), keys, 0, now);
  }
  const SampleId sample = history_.Add(ticket->opened_at + ages_[age_number], keys);
  ticket->samples.push_back(sample);
  if (found.has_value()) bands_[age_number].Add(found->curve, sample, now, &history_);
}

void ExpectationModel::Schedule(uint64_t key, const OpenTicket& ticket) {
  if (ticket.next_age >= ages_.size()) return;
  constexpr size_t kSpare = 1'024;
  if (due_.size() > 2 * tickets_.size() + kSpare) {
    due_.clear();
    for (const auto& [other, open] : tickets_) {
      if (other == key || open.next_age >= ages_.size()) continue;
      due_.emplace_back(open.opened_at + ages_[open.next_age], other);
    }
    std::make_heap(due_.begin(), due_.end(), std::greater<>());
  }
  due_.emplace_back(ticket.opened_at + ages_[ticket.next_age], key);
  std::push_heap(due_.begin(), due_.end(), std::greater<>());
}

void ExpectationModel::End(uint64_t key, int64_t at, Outcome outcome) {
  const auto found = tickets_.find(key);
  if (found == tickets_.end()) return;
  Leave(&found->second, at, outcome);
  tickets_.erase(found);
}

void ExpectationModel::Leave(OpenTicket* ticket, int64_t at, Outcome outcome) {
  for (const SampleId sample : ticket->samples) {
    history_.End(sample, at, outcome);
    history_.Release(sample);
  }
  ticket->samples.clear();
}

void ExpectationModel::LeaveOldest() {
  std::vector<Due> by_opening;
  by_opening.reserve(tickets_.size());
  for (const auto& [key, ticket] : tickets_) by_opening.emplace_back(ticket.opened_at, key);
  // An eighth at once, so that it is seldom.
  const size_t leaving = by_opening.size() / 8 + 1;
  std::nth_element(by_opening.begin(), by_opening.begin() + static_cast<ptrdiff_t>(leaving) - 1,
                   by_opening.end());
  by_opening.resize(leaving);
  for (const auto& [opened_at, key] : by_opening) End(key, newest_at_, Outcome::kWithdrawn);
}

size_t ExpectationModel::AgeReached(int64_t seconds) const {
  const auto above = std::upper_bound(ages_.begin(), ages_.end(), seconds);
  return above == ages_.begin() ? 0 : static_cast<size_t>(above - ages_.begin()) - 1;
}

std::optional<ExpectationModel::Found> ExpectationModel::FindIn(CellKind cell, const CellKeys& keys,
                                                                int32_t elapsed,
                                                                int64_t now) const {
  std::vector<PackedObservation> observations;
  const size_t resolved = history_.Collect(keys[static_cast<size_t>(cell)], elapsed, now,
                                           options_.minimum_samples, &observations);
  if (resolved < options_.minimum_samples) return std::nullopt;
  return Found{
      .curve = SurvivalCurve::OfSorted(observations), .cell = cell, .sample_size = resolved};
}

std::optional<ExpectationModel::Found> ExpectationModel::Find(const CellKeys& keys, int32_t elapsed,
                                                              int64_t now) const {
  for (size_t kind = 0; kind < keys.size(); ++kind) {
    auto found = FindIn(static_cast<CellKind>(kind), keys, elapsed, now);
    if (found.has_value()) return found;
  }
  return std::nullopt;
}

Expectation ExpectationModel::Predict(const TicketFeatures& features, absl::Time opened_at,
                                      absl::Time now) const {
  Expectation expectation;
  if (IsEnded(features.status)) {
    expectation.refusal = Refusal::kEnded;
    return expectation;
  }
  const int64_t age = std::max<int64_t>(ToSeconds(now) - ToSeconds(opened_at), 0);
  const size_t age_number = AgeReached(age);
  const int64_t elapsed = age - ages_[age_number];
  const AgeBand& band = bands_[age_number];
  expectation.age = absl::Seconds(ages_[age_number]);
  expectation.coverage = band.coverage();
  if (elapsed >= std::numeric_limits<int32_t>::max()) {
    expectation.refusal = Refusal::kTooFewTickets;
    return expectation;
  }
  const auto found =
      Find(KeysOf(TraitsOf(features), age_number), static_cast<int32_t>(elapsed), ToSeconds(now));
  if (!found.has_value()) {
    expectation.refusal = Refusal::kTooFewTickets;
    return expectation;
  }
  expectation.cell = found->cell;
  expectation.sample_size = found->sample_size;
  if (!expectation.coverage.has_value()) {
    expectation.refusal = Refusal::kCoverageUnknown;
  } else if (expectation.coverage->p80 < options_.minimum_coverage) {
    expectation.refusal = Refusal::kCoverageTooLow;
  } else {
    expectation.p50 =
        absl::Seconds(found->curve.Quantile(std::min(band.p50_level(), band.p80_level())));
    expectation.p80 = absl::Seconds(found->curve.Quantile(band.p80_level()));
  }
  return expectation;
}

std::vector<AgeCoverage> ExpectationModel::Coverages() const {
  std::vector<AgeCoverage> coverages;
  for (size_t i = 0; i < bands_.size(); ++i) {
    const AgeBand& band = bands_[i];
    const auto coverage = band.coverage();
    coverages.push_back(
        {.age = absl::Seconds(ages_[i]),
         .windows = band.windows(),
         .resolved = band.resolved(),
         .coverage = coverage,
         .p50_level = band.p50_level(),
         .p80_level = band.p80_level(),
         .refused = !coverage.has_value() || coverage->p80 < options_.minimum_coverage,
         .median_width = absl::Seconds(band.median_width())});
  }
  return coverages;
}

size_t ExpectationModel::bytes() const {
  size_t bytes = history_.bytes() + due_.capacity() * sizeof(Due) +
                 tickets_.capacity() * (sizeof(OpenTicket) + sizeof(uint64_t) + 1);
  for (const AgeBand& band : bands_) bytes += band.bytes();
  for (const auto& [key, ticket] : tickets_) bytes += ticket.samples.capacity() * sizeof(SampleId);
  return bytes;
}

internal::v1::ExpectationState ExpectationModel::ToState() const {
  internal::v1::ExpectationState state;
  state.mutable_ages()->Add(ages_.begin(), ages_.end());
  state.set_newest_at(newest_at_);
  state.set_watching_hour(watching_hour_);
  state.set_watched_in_hour(watched_in_hour_);
  SampleWriter samples(&history_, &state);
  for (const AgeBand& band : bands_) band.Write(&samples, state.add_bands());
  std::vector<uint64_t> keys;
  keys.reserve(tickets_.size());
  for (const auto& [key, ticket] : tickets_) keys.push_back(key);
  std::sort(keys.begin(), keys.end());
  for (const uint64_t key : keys) {
    const OpenTicket& ticket = tickets_.at(key);
    internal::v1::ExpectationTicket* written = state.add_tickets();
    written->set_key(key);
    written->set_opened_at(ticket.opened_at);
    written->set_group(ticket.traits.group);
    written->set_service(ticket.traits.service);
    written->set_progress(ticket.traits.progress);
    written->set_next_age(ticket.next_age);
    for (const SampleId sample : ticket.samples) written->add_samples(samples.NumberOf(sample));
  }
  return state;
}

absl::StatusOr<ExpectationModel> ExpectationModel::FromState(
    const internal::v1::ExpectationState& state, ExpectationOptions options) {
  ExpectationModel model(std::move(options));
  if (!std::equal(state.ages().begin(), state.ages().end(), model.ages_.begin(),
                  model.ages_.end())) {
    return absl::FailedPreconditionError("the expectations were learned with other ages");
  }
  const auto damaged = [] { return absl::DataLossError("the stored expectations are damaged"); };
  if (state.bands_size() != static_cast<int>(model.bands_.size())) return damaged();
  if (!SampleReader::Read(state, &model.history_)) return damaged();
  for (int i = 0; i < state.bands_size(); ++i) {
    if (!model.bands_[static_cast<size_t>(i)].Read(state.bands(i), &model.history_)) {
      return damaged();
    }
  }
  for (const internal::v1::ExpectationTicket& ticket : state.tickets()) {
    if (!model.ReadTicket(ticket)) return damaged();
  }
  SampleReader::Finish(&model.history_);
  model.newest_at_ = state.newest_at();
  model.watching_hour_ = state.watching_hour();
  model.watched_in_hour_ = state.watched_in_hour();
  return model;
}

bool ExpectationModel::ReadTicket(const internal::v1::ExpectationTicket& state) {
  const auto [found, inserted] = tickets_.try_emplace(state.key());
  if (!inserted || state.opened_at() < 0 || state.opened_at() > kLastSecond) return false;
  OpenTicket& ticket = found->second;
  ticket.opened_at = state.opened_at();
  ticket.traits = {
      .group = state.group(), .service = state.service(), .progress = state.progress()};
  ticket.next_age = state.next_age();
  for (const uint32_t sample : state.samples()) {
    if (!SampleReader::Hold(sample, &history_)) return false;
    ticket.samples.push_back(sample);
  }
  Schedule(state.key(), ticket);
  return true;
}

}  // namespace waypost::expectation
