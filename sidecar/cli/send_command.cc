// SPDX-License-Identifier: Apache-2.0
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "google/rpc/status.pb.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/cli/client.h"
#include "sidecar/cli/commands.h"
#include "sidecar/cli/enrichment_text.h"
#include "sidecar/cli/json_event_reader.h"
#include "sidecar/cli/json_writer.h"
#include "sidecar/cli/names.h"
#include "sidecar/cli/options.h"
#include "sidecar/text/printable.h"
#include "waypost/v1/journey_service.grpc.pb.h"

namespace waypost::cli {
namespace {

constexpr size_t kBatch = 64;

constexpr const char* kFooter = R"(Examples:
  waypost send event.json
  waypost send --stream events.ndjson --output json
  waypost send --target unix:/run/waypost.sock -    reads standard input

FILE holds waypost.v1.TicketEvent messages as JSON: one a line, or an array. Sending an event_id
again gives the first answer again. Exit code 6: at least one event was refused as invalid; the
others are recorded.)";

struct Options {
  std::string file;
  std::string target = kDefaultTarget;
  bool stream = false;
  OutputFormat format = OutputFormat::kText;
};

// Prints what became of each event and remembers the worst.
class Answers {
 public:
  Answers(const Options& options, const Output& output) : options_(options), output_(output) {}

  void Recorded(const v1::TicketEvent& event, const v1::RecordEventResponse& response) {
    ++recorded_;
    if (options_.format == OutputFormat::kJson) {
      output_.out() << MessageJson(response, false) << '\n';
      return;
    }
    output_.out() << output_.Paint(event.event_id(), Colour::kBold) << "  "
                  << Printable(response.enrichment().journey_id())
                  << (response.duplicate() ? "  (known: the first answer again)" : "") << '\n';
    PrintEnrichment(response.enrichment(), output_, "  ");
  }

  void Refused(const ReadEvent& event, const absl::Status& status) {
    ++refused_;
    if (options_.format == OutputFormat::kJson) {
      JsonWriter json;
      json.BeginObject().Key("line").Int(event.line).Key("eventId").String(event.event.event_id());
      json.Key("code").String(absl::StatusCodeToString(status.code()));
      json.Key("error").String(std::string(status.message())).EndObject();
      output_.out() << json.Take();
    }
    const int code = output_.Fail(absl::Status(
        status.code(), absl::StrCat(options_.file, ":", event.line, ": ", status.message())));
    exit_code_ = exit_code_ == kExitOk || code != kExitRefused ? code : exit_code_;
  }

  int Finish() const {
    if (options_.format == OutputFormat::kText) {
      output_.err() << Counted(recorded_, "event") << " recorded, " << refused_ << " refused\n";
    }
    return exit_code_;
  }

 private:
  const Options& options_;
  const Output& output_;
  int recorded_ = 0;
  int refused_ = 0;
  int exit_code_ = kExitOk;
};

// Whether it makes no sense to send the events that follow.
bool EndsSending(const absl::Status& status) { return !absl::IsInvalidArgument(status); }

absl::Status SendOneByOne(const Options& options, EventReader* reader, Answers* answers) {
  const std::shared_ptr<grpc::Channel> channel = Connect(options.target);
  const auto stub = v1::JourneyService::NewStub(channel);
  ReadEvent next;
  v1::RecordEventRequest request;
  v1::RecordEventResponse response;
  while (true) {
    WAYPOST_ASSIGN_OR_RETURN(const bool more, reader->Next(&next));
    if (!more) {
      return absl::OkStatus();
    }
    if (!next.status.ok()) {
      answers->Refused(next, next.status);
      continue;
    }
    request.mutable_event()->Swap(&next.event);
    const auto context = CallContext();
    absl::Status status =
        FromGrpc(stub->RecordEvent(context.get(), request, &response), options.target);
    request.mutable_event()->Swap(&next.event);
    if (status.ok()) {
      answers->Recorded(next.event, response);
    } else if (EndsSending(status)) {
      return status;
    } else {
      answers->Refused(next, status);
    }
  }
}

// Reads at most a batch; empty at the end of the file.
absl::StatusOr<std::vector<ReadEvent>> ReadBatch(EventReader* reader, Answers* answers) {
  std::vector<ReadEvent> batch;
  while (batch.size() < kBatch) {
    ReadEvent next;
    WAYPOST_ASSIGN_OR_RETURN(const bool more, reader->Next(&next));
    if (!more) {
      break;
    }
    if (next.status.ok()) {
      batch.push_back(std::move(next));
    } else {
      answers->Refused(next, next.status);
    }
  }
  return batch;
}

absl::Status TakeResults(const std::vector<ReadEvent>& batch,
                         const v1::RecordEventsResponse& response, Answers* answers) {
  for (size_t at = 0; at < batch.size() && at < static_cast<size_t>(response.results_size());
       ++at) {
    const v1::RecordEventResult& result = response.results(static_cast<int>(at));
    if (!result.has_error()) {
      answers->Recorded(batch[at].event, result.response());
      continue;
    }
    const absl::Status status =
        FromGrpc(grpc::Status(static_cast<grpc::StatusCode>(result.error().code()),
                              result.error().message(), result.error().SerializeAsString()),
                 "");
    answers->Refused(batch[at], status);
  }
  return absl::OkStatus();
}

absl::Status SendAsStream(const Options& options, EventReader* reader, Answers* answers) {
  const std::shared_ptr<grpc::Channel> channel = Connect(options.target);
  const auto stub = v1::JourneyService::NewStub(channel);
  grpc::ClientContext context;
  const auto stream = stub->RecordEvents(&context);
  v1::RecordEventsRequest request;
  v1::RecordEventsResponse response;
  while (true) {
    WAYPOST_ASSIGN_OR_RETURN(const std::vector<ReadEvent> batch, ReadBatch(reader, answers));
    if (batch.empty()) {
      break;
    }
    request.Clear();
    for (const ReadEvent& event : batch) {
      *request.add_events() = event.event;
    }
    if (!stream->Write(request) || !stream->Read(&response)) {
      return FromGrpc(stream->Finish(), options.target);
    }
    WAYPOST_RETURN_IF_ERROR(TakeResults(batch, response, answers));
  }
  stream->WritesDone();
  return FromGrpc(stream->Finish(), options.target);
}

int RunSend(const Options& options, const Output& output) {
  absl::StatusOr<InputStream> input = InputStream::Open(options.file);
  if (!input.ok()) {
    return output.Fail(kExitFailure, std::string(input.status().message()));
  }
  JsonEventReader reader(*std::move(input));
  Answers answers(options, output);
  const absl::Status status = options.stream ? SendAsStream(options, &reader, &answers)
                                             : SendOneByOne(options, &reader, &answers);
  const int exit_code = answers.Finish();
  return status.ok() ? exit_code : output.Fail(status);
}

}  // namespace

void AddSendCommand(CLI::App& app, const Output& output, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("send", "Send events to a running sidecar");
  command->footer(kFooter);
  command->add_option("FILE", options->file, "JSON of TicketEvents; - is standard input")
      ->required();
  AddTargetOption(*command, options->target);
  command->add_flag("--stream", options->stream, "Send batches of 64 over one stream");
  AddOutputOption(*command, options->format);
  command->callback([options, &output, &exit_code] { exit_code = RunSend(*options, output); });
}

}  // namespace waypost::cli
