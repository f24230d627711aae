// SPDX-License-Identifier: Apache-2.0
// Feeds tickets to an ExpectationModel and asks it: for servicenow_expectation_test.py.
//
// Reads lines of fields with tabs between them: "event" or "ask", ticket, opened, at (seconds since
// 1970), category, priority, group, status category (number), reassignments, bounces. Writes a line
// for each "ask": refusal, p50, p80 (seconds), cell, sample size; and at the end
// "model", bytes, open tickets, nanoseconds per event and per question, bytes of the state. Half
// way through, the model is written and read back.
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "sidecar/base/hash.h"
#include "sidecar/expectation/expectation_model.h"
#include "sidecar/expectation/observation.h"

namespace waypost::expectation {
namespace {

struct Line {
  bool event = false;
  uint64_t ticket = 0;
  absl::Time opened_at;
  absl::Time at;
  std::vector<std::string> texts;
  v1::StatusCategory status = v1::STATUS_CATEGORY_OPEN;
  int32_t reassignments = 0;
  int32_t bounces = 0;

  [[nodiscard]] TicketFeatures features() const {
    return {.category = texts[0],
            .priority = texts[1],
            .group = texts[2],
            .status = status,
            .reassignments = reassignments,
            .bounces = bounces};
  }
};

bool Parse(const std::string& text, Line* line) {
  const std::vector<std::string> fields = absl::StrSplit(text, '\t');
  if (fields.size() != 10) return false;
  int64_t opened = 0;
  int64_t at = 0;
  int status = 0;
  if (!absl::SimpleAtoi(fields[2], &opened) || !absl::SimpleAtoi(fields[3], &at) ||
      !absl::SimpleAtoi(fields[7], &status) || !v1::StatusCategory_IsValid(status) ||
      !absl::SimpleAtoi(fields[8], &line->reassignments) ||
      !absl::SimpleAtoi(fields[9], &line->bounces)) {
    return false;
  }
  line->event = fields[0] == "event";
  line->ticket = StableHash(fields[1]);
  line->opened_at = absl::FromUnixSeconds(opened);
  line->at = absl::FromUnixSeconds(at);
  line->texts.assign(fields.begin() + 4, fields.begin() + 7);
  line->status = static_cast<v1::StatusCategory>(status);
  return true;
}

// Processor time, which other programs do not lengthen.
int64_t Nanoseconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

struct Cost {
  int64_t spent = 0;
  int64_t calls = 0;

  [[nodiscard]] int64_t each() const { return calls == 0 ? 0 : spent / calls; }
};

void Answer(const Expectation& expectation) {
  std::printf("%s\t%lld\t%lld\t%s\t%zu\n", std::string(RefusalCode(expectation.refusal)).c_str(),
              static_cast<long long>(absl::ToInt64Seconds(expectation.p50)),
              static_cast<long long>(absl::ToInt64Seconds(expectation.p80)),
              std::string(DescribeCell(expectation.cell)).c_str(), expectation.sample_size);
}

void Play(const Line& line, ExpectationModel* model, Cost* events, Cost* questions) {
  const auto start = Nanoseconds();
  if (line.event) {
    model->Record(Observe(line.ticket, line.opened_at, line.features(), line.at));
  } else {
    model->AdvanceTo(line.at);
  }
  const auto recorded = Nanoseconds();
  events->spent += recorded - start;
  events->calls += line.event ? 1 : 0;
  if (line.event) return;
  const Expectation expectation = model->Predict(line.features(), line.opened_at, line.at);
  questions->spent += Nanoseconds() - recorded;
  ++questions->calls;
  Answer(expectation);
}

int Run() {
  ExpectationModel model;
  Cost events;
  Cost questions;
  std::vector<Line> lines;
  for (std::string text; std::getline(std::cin, text);) {
    if (!Parse(text, &lines.emplace_back())) {
      std::fprintf(stderr, "line %zu is none of ours: %s\n", lines.size(), text.c_str());
      return 1;
    }
  }
  for (size_t i = 0; i < lines.size(); ++i) {
    if (i == lines.size() / 2) {
      auto restored = ExpectationModel::FromState(model.ToState());
      if (!restored.ok()) return 1;
      model = *std::move(restored);
    }
    Play(lines[i], &model, &events, &questions);
  }
  std::printf("model\t%zu\t%zu\t%lld\t%lld\t%zu\n", model.bytes(), model.open_tickets(),
              static_cast<long long>(events.each()), static_cast<long long>(questions.each()),
              model.ToState().ByteSizeLong());
  return 0;
}

}  // namespace
}  // namespace waypost::expectation

int main() { return waypost::expectation::Run(); }
