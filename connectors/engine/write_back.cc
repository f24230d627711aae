// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/write_back.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "connectors/engine/action_value.h"
#include "connectors/engine/retry_after.h"
#include "sidecar/base/logging.h"

namespace waypost::connectors {
namespace {

constexpr absl::Duration kFirstPause = absl::Milliseconds(200);
constexpr absl::Duration kLongestPause = absl::Seconds(5);

void Fail(std::string error, v1::ActionResult* result) {
  result->set_outcome(v1::ACTION_OUTCOME_FAILED);
  result->set_error(std::move(error));
}

void FailFor(absl::Duration delay, std::string error, v1::ActionResult* result) {
  Fail(std::move(error), result);
  const absl::Duration bounded = std::clamp(delay, absl::ZeroDuration(), WriteBack::kLongestRetry);
  result->mutable_retry_after()->set_seconds(absl::ToInt64Seconds(bounded));
}

void GiveUp(std::string error, v1::ActionResult* result) {
  result->set_outcome(v1::ACTION_OUTCOME_DEAD);
  result->set_error(std::move(error));
}

}  // namespace

WriteBack::WriteBack(std::vector<WriteTarget> targets, ActionSource* source, WriteLedger* ledger,
                     const Clock& clock)
    : targets_(std::move(targets)), source_(*source), ledger_(*ledger), clock_(clock) {
  thread_ = std::thread([this] { Run(); });
}

WriteBack::~WriteBack() { Stop(); }

void WriteBack::Stop() {
  if (!thread_.joinable()) return;
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  source_.Cancel();
  thread_.join();
}

void WriteBack::Run() {
  absl::Duration pause = kFirstPause;
  while (true) {
    {
      const absl::MutexLock lock(&mutex_);
      if (stopping_) return;
    }
    const absl::StatusOr<std::vector<v1::LeasedAction>> actions = source_.Pull();
    if (!actions.ok()) {
      Pause(pause);
      pause = std::min(2 * pause, kLongestPause);
      continue;
    }
    pause = kFirstPause;
    // Each is told at once: a process that is killed repeats one at most.
    for (const v1::LeasedAction& leased : *actions) {
      const absl::Status told = source_.Acknowledge({CarryOut(leased)});
      if (!told.ok()) {
        LogWarning("How an action went could not be told; it will come again",
                   {{"action_id", leased.action().id()}, {"error", told.ToString()}});
      }
    }
  }
}

void WriteBack::Pause(absl::Duration duration) {
  const absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(&stopping_), duration);
}

v1::ActionResult WriteBack::CarryOut(const v1::LeasedAction& leased) {
  const v1::Action& action = leased.action();
  v1::ActionResult result;
  result.set_action_id(action.id());
  result.set_lease_id(leased.lease().lease_id());
  const auto target = std::find_if(targets_.begin(), targets_.end(), [&](const WriteTarget& one) {
    return one.source == action.source();
  });
  if (action.source().empty()) {
    GiveUp("it concerns no single ticket, and owners are told by notes on tickets alone", &result);
  } else if (target == targets_.end()) {
    FailFor(kRefusedRetry, "no connector writes to this source", &result);
  } else {
    Try(action, &*target, &result);
  }
  if (result.outcome() == v1::ACTION_OUTCOME_DONE) {
    ++done_;
  } else {
    LogWarning("An action was not carried out", {{"action_id", action.id()},
                                                 {"source", action.source()},
                                                 {"ticket", action.ticket_ref()},
                                                 {"why", result.error()}});
  }
  return result;
}

void WriteBack::Try(const v1::Action& action, WriteTarget* target, v1::ActionResult* result) {
  const absl::StatusOr<std::optional<WriteLedger::Entry>> before = ledger_.Find(action.id());
  if (!before.ok()) return Fail("the connector's database fails", result);
  if (before->has_value() && (*before)->done) return result->set_outcome(v1::ACTION_OUTCOME_DONE);
  const absl::StatusOr<const WriteRule*> rule = target->rules->Find(action);
  if (!rule.ok()) return GiveUp(std::string(rule.status().message()), result);
  // Which facts a desk wants to see in its tool is the profile's to say.
  if (*rule == nullptr && action.has_annotations()) {
    return result->set_outcome(v1::ACTION_OUTCOME_DONE);
  }
  if (*rule == nullptr) {
    return GiveUp(absl::StrCat("the profile has no call for this ",
                               std::string(ActionKindWord(action.kind()))),
                  result);
  }
  if (!LogIn(target, result)) return;
  const std::optional<cel::Value> found = FindTicket(action, target, result);
  if (!found.has_value()) return;
  if (before->has_value() && !(*rule)->repeatable) {
    const absl::StatusOr<bool> done =
        WasDone(**rule, action, *found, (*before)->started_at, target);
    if (absl::IsFailedPrecondition(done.status())) {
      return GiveUp(std::string(done.status().message()), result);
    }
    if (!done.ok()) return Fail(std::string(done.status().message()), result);
    if (*done) return Finish(action, "found", result);
  }
  CallTool(**rule, action, *found, target, result);
}

bool WriteBack::LogIn(WriteTarget* target, v1::ActionResult* result) {
  if (target->rules->login() == nullptr || !target->credentials.token.empty()) return true;
  const absl::StatusOr<ToolCall> call = target->rules->LoginCall(target->credentials.secret);
  if (!call.ok()) {
    FailFor(kRefusedRetry, "the call that logs in cannot be made", result);
    return false;
  }
  const absl::StatusOr<ToolAnswer> answer = target->client->Call(*call);
  if (!answer.ok()) {
    Fail(std::string(answer.status().message()), result);
    return false;
  }
  const absl::StatusOr<std::string> token = target->rules->Token(*answer);
  if (answer->status / 100 == 2 && token.ok()) {
    target->credentials.token = *token;
    return true;
  }
  LogError("The tool does not let the connector log in; look at its secret",
           {{"source", target->source}, {"status", absl::StrCat(answer->status)}});
  FailFor(kRefusedRetry, absl::StrCat("logging in, the tool answered ", answer->status), result);
  return false;
}

std::optional<cel::Value> WriteBack::FindTicket(const v1::Action& action, WriteTarget* target,
                                                v1::ActionResult* result) {
  const Inquiry* search = target->rules->search();
  if (search == nullptr) return cel::Value::Null();
  const absl::StatusOr<ToolCall> call =
      target->rules->Call(search->call, action, cel::Value::Null(), target->credentials);
  if (!call.ok()) {
    GiveUp(std::string(call.status().message()), result);
    return std::nullopt;
  }
  const absl::StatusOr<ToolAnswer> answer = target->client->Call(*call);
  if (!answer.ok()) {
    Fail(std::string(answer.status().message()), result);
    return std::nullopt;
  }
  if (answer->status / 100 != 2) {
    TakeRefusal(target, *answer, result);
    return std::nullopt;
  }
  absl::StatusOr<cel::Value> found = target->rules->Found(action, *answer);
  if (found.ok()) return *std::move(found);
  GiveUp(std::string(found.status().message()), result);
  return std::nullopt;
}

absl::StatusOr<bool> WriteBack::WasDone(const WriteRule& rule, const v1::Action& action,
                                        const cel::Value& found, absl::Time started_at,
                                        WriteTarget* target) {
  if (!rule.verify.has_value() || !rule.verify_call.has_value()) {
    return absl::FailedPreconditionError(
        "it was begun, and whether it was done cannot be found out");
  }
  const absl::StatusOr<ToolCall> call =
      target->rules->Call(*rule.verify_call, action, found, target->credentials);
  if (!call.ok()) return call.status();
  const absl::StatusOr<ToolAnswer> answer = target->client->Call(*call);
  if (!answer.ok()) return answer.status();
  if (answer->status / 100 != 2) {
    if (answer->status == 401) target->credentials.token.clear();
    return absl::UnavailableError(
        absl::StrCat("looking whether it was done, the tool answered ", answer->status));
  }
  return target->rules->Holds(*rule.verify, action, found, *answer, started_at);
}

void WriteBack::CallTool(const WriteRule& rule, const v1::Action& action, const cel::Value& found,
                         WriteTarget* target, v1::ActionResult* result) {
  const absl::StatusOr<ToolCall> call =
      target->rules->Call(rule.call, action, found, target->credentials);
  if (!call.ok()) return GiveUp(std::string(call.status().message()), result);
  if (!ledger_.Begin(action.id(), clock_.Now()).ok()) {
    return Fail("the connector's database fails", result);
  }
  const absl::StatusOr<ToolAnswer> answer = target->client->Call(*call);
  if (!answer.ok()) {
    if (absl::IsUnavailable(answer.status())) Forget(action);
    return Fail(std::string(answer.status().message()), result);
  }
  TakeAnswer(rule, action, target, found, *answer, result);
}

void WriteBack::TakeAnswer(const WriteRule& rule, const v1::Action& action, WriteTarget* target,
                           const cel::Value& found, const ToolAnswer& answer,
                           v1::ActionResult* result) {
  const std::string what = absl::StrCat("the tool answered ", answer.status);
  if (answer.status / 100 == 2) {
    const absl::StatusOr<bool> success =
        rule.success.has_value()
            ? target->rules->Holds(*rule.success, action, found, answer, absl::InfinitePast())
            : absl::StatusOr<bool>(true);
    if (success.ok() && *success) return Finish(action, answer.location, result);
    Forget(action);
    return GiveUp(what + ", but says that it did not do it", result);
  }
  // Of a failure of the tool's own it is not known what it did; all else had no effect.
  if (answer.status / 100 == 5 && answer.status != 503) return Fail(what, result);
  Forget(action);
  TakeRefusal(target, answer, result);
}

void WriteBack::TakeRefusal(WriteTarget* target, const ToolAnswer& answer,
                            v1::ActionResult* result) {
  const std::string what = absl::StrCat("the tool answered ", answer.status);
  switch (answer.status) {
    case 429:
    case 503: {
      const auto delay = ParseRetryAfter(answer.retry_after, clock_.Now());
      return delay.has_value() ? FailFor(*delay, what, result) : Fail(what, result);
    }
    case 401:
      if (!target->credentials.token.empty()) {
        target->credentials.token.clear();
        return FailFor(kTokenRetry, what, result);
      }
      [[fallthrough]];
    case 403:
      LogError("The tool does not let the connector write; look at its secret and its rights",
               {{"source", target->source}, {"status", absl::StrCat(answer.status)}});
      return FailFor(kRefusedRetry, what, result);
    case 409:
    case 412:
    case 423:
      return FailFor(kConflictRetry, what, result);
    default:
      return answer.status / 100 == 5 ? Fail(what, result) : GiveUp(what, result);
  }
}

void WriteBack::Finish(const v1::Action& action, const std::string& reference,
                       v1::ActionResult* result) {
  if (const absl::Status noted = ledger_.Finish(action.id(), reference); !noted.ok()) {
    LogError("An action was carried out but could not be noted",
             {{"action_id", action.id()}, {"error", noted.ToString()}});
  }
  result->set_outcome(v1::ACTION_OUTCOME_DONE);
}

void WriteBack::Forget(const v1::Action& action) {
  if (const absl::Status status = ledger_.Forget(action.id()); !status.ok()) {
    LogError("An action that had no effect could not be noted as such",
             {{"action_id", action.id()}, {"error", status.ToString()}});
  }
}

}  // namespace waypost::connectors
