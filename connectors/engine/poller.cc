// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/poller.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "connectors/engine/json_text.h"
#include "sidecar/base/logging.h"
#include "sidecar/base/status_macros.h"

namespace waypost::connectors {
namespace {

// More than any tool has, so that one that always promises another page does not hold us.
constexpr int kMaxPages = 10'000;
// When our clock and the tool's were set so far apart since the last answer, that one answered
// another question.
constexpr absl::Duration kClockWasSet = absl::Seconds(2);

absl::Time WholeSeconds(absl::Time time) {
  return absl::FromUnixSeconds(absl::ToUnixSeconds(time));
}

absl::StatusOr<Request> ItemRequest(const PollItem& item, absl::Time since) {
  Request request;
  WAYPOST_ASSIGN_OR_RETURN(
      request.body,
      JsonText(cel::Value::Map({{cel::Value::String("polled"), item.value},
                                {cel::Value::String("since"), cel::Value::Timestamp(since)}})));
  return request;
}

}  // namespace

struct Poller::Round {
  absl::Time since;  // of the whole round
  PollPlace place;   // of the next page
  std::optional<cel::Value> previous;
  std::string previous_first;  // the first item of the page before
  absl::Time newest;           // of all pages so far
  bool ordered = true;         // all pages so far give the oldest change first
  absl::Time listed_at;        // the newest page
  bool complete = false;       // there is no other page

  // Whether all that changed before `newest` is on the pages so far.
  [[nodiscard]] bool covers_newest() const { return ordered || complete; }
  void Add(const PollPage& page);
  void Advance(const PollPage& page);
};

void Poller::Round::Add(const PollPage& page) {
  // The first page since another time begins again with what is as old.
  absl::Time before = place.page > 1 ? newest : absl::InfinitePast();
  for (const PollItem& item : page.items) {
    ordered = ordered && item.time >= before;
    before = item.time;
    newest = std::max(newest, item.time);
  }
  // One that repeats the page before has no more.
  complete = !page.more || page.items.empty() ||
             (place.page > 1 && page.items.front().id == previous_first);
  if (!page.items.empty()) previous_first = page.items.front().id;
}

// To the next page. Asking for what is newer than the last item cannot skip one that moves to the
// end in between, as counting pages can.
void Poller::Round::Advance(const PollPage& page) {
  const absl::Time last = WholeSeconds(page.items.back().time);
  if (ordered && last > place.since) {
    place.since = last;
    place.page = 1;
    previous.reset();
  } else {
    ++place.page;
  }
  place.previous = previous.has_value() ? &*previous : nullptr;
}

Poller::Poller(const Connector* connector, ToolReader reader, Spool* spool, const Clock* clock)
    : connector_(*connector),
      rules_(*connector->profile->poll_rules()),
      reader_(std::move(reader)),
      spool_(*spool),
      clock_(*clock) {}

Poller::~Poller() { Stop(); }

void Poller::Start() {
  thread_ = std::thread([this] { Run(); });
}

void Poller::Stop() {
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

void Poller::Run() {
  while (true) {
    const absl::Duration wait = PollOnce();
    const absl::MutexLock lock(&mutex_);
    if (mutex_.AwaitWithTimeout(absl::Condition(&stopping_), wait)) return;
  }
}

absl::Duration Poller::PollOnce() {
  const absl::Time begun = clock_.Now();
  absl::Status status = LoadProgress();
  if (status.ok()) status = ReadPages();
  if (status.ok()) {
    if (failing_) LogInfo("The tool is polled again", {{"connector", connector_.name}});
    failing_ = false;
    reader_.Succeeded();
    const absl::Duration interval = connector_.poll->interval;
    return std::clamp(begun + interval - clock_.Now(), absl::ZeroDuration(), interval);
  }
  if (absl::IsCancelled(status)) return absl::ZeroDuration();
  TellFailure(status);
  return absl::IsResourceExhausted(status) ? kFullRetry : reader_.DelayAfter(status);
}

void Poller::TellFailure(const absl::Status& status) {
  if (std::exchange(failing_, true)) return;
  const bool passes = absl::IsUnavailable(status) || absl::IsResourceExhausted(status);
  // What an expression fails with may quote what the tool sent.
  const std::string why = absl::IsInvalidArgument(status)
                              ? "its answer is not as the profile expects, or it refuses the call"
                              : std::string(status.message());
  if (passes) {
    LogWarning("The tool cannot be polled; nothing is lost, it is asked again",
               {{"connector", connector_.name}, {"why", why}});
  } else {
    LogError("The tool cannot be polled; look at the profile, its settings and its secret",
             {{"connector", connector_.name}, {"why", why}});
  }
}

absl::Status Poller::LoadProgress() {
  if (loaded_) return absl::OkStatus();
  WAYPOST_ASSIGN_OR_RETURN(std::optional<PollProgress> progress,
                           spool_.ReadPollProgress(connector_.name));
  if (!progress.has_value()) {
    // Kept before the tool was reached, so that what changes until it is, is not missed.
    progress.emplace();
    progress->cursor = connector_.poll->start.value_or(clock_.Now());
    WAYPOST_RETURN_IF_ERROR(
        spool_.AddPolled(connector_.name, {}, *progress, absl::InfinitePast(), clock_.Now()));
  }
  progress_ = *std::move(progress);
  loaded_ = true;
  return absl::OkStatus();
}

absl::Status Poller::ReadPages() {
  Round round;
  round.since = WholeSeconds(progress_.cursor - connector_.poll->look_back);
  round.place.since = round.since;
  for (int page_number = 0; page_number < kMaxPages; ++page_number) {
    {
      const absl::MutexLock lock(&mutex_);
      if (stopping_) return absl::CancelledError("ending");
    }
    WAYPOST_ASSIGN_OR_RETURN(const PollPage page, ReadPage(&round));
    round.Add(page);
    WAYPOST_RETURN_IF_ERROR(Keep(page, round));
    if (round.complete) return absl::OkStatus();
    round.Advance(page);
  }
  return absl::InternalError("the tool has pages without end");
}

absl::StatusOr<PollPage> Poller::ReadPage(Round* round) {
  for (bool again = true;; again = false) {
    const absl::Duration difference = reader_.clock_difference();
    round->place.now = reader_.ToolTime();
    WAYPOST_ASSIGN_OR_RETURN(ToolCall call, rules_.Call(round->place));
    WAYPOST_ASSIGN_OR_RETURN(cel::Value response, reader_.Ask(std::move(call)));
    if (again && absl::AbsDuration(reader_.clock_difference() - difference) > kClockWasSet) {
      continue;
    }
    round->listed_at = round->place.now;
    absl::StatusOr<PollPage> page = rules_.Take(round->place, response);
    round->previous = std::move(response);
    return page;
  }
}

absl::Status Poller::Keep(const PollPage& page, const Round& round) {
  PollProgress progress;
  std::vector<Request> requests;
  for (const PollItem& item : page.items) {
    if (progress_.items.contains(item.id) || progress.items.contains(item.id)) continue;
    WAYPOST_ASSIGN_OR_RETURN(Request request, ItemRequest(item, round.since));
    requests.push_back(std::move(request));
    if (round.listed_at - item.time >= kSettled) progress.items.emplace(item.id, item.time);
  }
  progress.cursor = progress_.cursor;
  if (round.covers_newest()) {
    // A change that is said to be yet to come must not hide those until then.
    progress.cursor = std::max(progress.cursor, std::min(round.newest, round.listed_at));
  }
  if (requests.empty() && progress.cursor == progress_.cursor) return absl::OkStatus();
  const absl::Time forget_before = progress.cursor - 2 * connector_.poll->look_back - kSettled;
  WAYPOST_RETURN_IF_ERROR(
      spool_.AddPolled(connector_.name, requests, progress, forget_before, clock_.Now()));
  taken_ += static_cast<int64_t>(requests.size());
  progress_.cursor = progress.cursor;
  progress_.items.merge(progress.items);
  absl::erase_if(progress_.items, [&](const auto& item) { return item.second < forget_before; });
  return absl::OkStatus();
}

}  // namespace waypost::connectors
