// SPDX-License-Identifier: Apache-2.0
// Kills the real program while it takes events and looks what is left: every event that was
// answered is there with the same answer, and none is there twice.
//
// WAYPOST_CRASH_ROUNDS sets the number of rounds (default 50), WAYPOST_CRASH_SEED the first seed.
#include <cstdlib>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "tests/crash/journey_steps.h"
#include "tests/crash/sidecar_process.h"
#include "tests/support/temporary_folder.h"
#include "waypost/v1/admin_service.grpc.pb.h"
#include "waypost/v1/journey_service.grpc.pb.h"

namespace waypost {
namespace {

constexpr int kTickets = 20;
// So many events of each stream go to the same tickets; then come others, of other people.
constexpr int kBlock = 60;
constexpr int kBatch = 20;
constexpr int kStreams = 3;

int NumberFrom(const char* variable, int otherwise) {
  const char* text = std::getenv(variable);
  int number = 0;
  return text != nullptr && absl::SimpleAtoi(text, &number) ? number : otherwise;
}

class Kill9Test : public ::testing::Test {
 protected:
  void StartSidecar() {
    process_ = std::make_unique<SidecarProcess>(
        std::vector<std::string>{WAYPOST_PROGRAM, "serve", "--rules",
                                 std::string(WAYPOST_SOURCE_DIR) + "/rules/service-desk", "--data",
                                 folder_.path(), "--listen", "unix:" + folder_.File("socket"),
                                 "--http", "none"},
        folder_.File("log"));
    ASSERT_TRUE(process_->AwaitReady().has_value())
        << "the sidecar does not start; see " << folder_.File("log");
    grpc::ChannelArguments arguments;
    // A channel of its own per start: channels of one address share connections otherwise.
    arguments.SetInt("waypost.start", ++starts_);
    channel_ = grpc::CreateCustomChannel("unix:" + folder_.File("socket"),
                                         grpc::InsecureChannelCredentials(), arguments);
  }

  v1::TicketEvent MakeEvent(int stream, int number) const {
    v1::TicketEvent event;
    event.set_event_id(absl::StrCat("e", stream, "-", number));
    event.set_source("desk");
    const int block = number / kBlock;
    const int ticket = (stream * 7 + number) % kTickets;
    event.mutable_occurred_at()->set_seconds(1'777'888'800 + number);
    event.mutable_ticket()->set_ref(absl::StrCat("INC", block, "-", ticket));
    event.mutable_ticket()->mutable_requester()->set_id(
        absl::StrCat("person ", block, "-", ticket % 7));
    event.mutable_ticket()->set_type("incident");
    event.mutable_ticket()->set_group(absl::StrCat("group ", number % 3));
    return event;
  }

  // Sends batches from where the stream stopped until the connection breaks.
  void SendUntilItBreaks(int stream_number) {
    auto stub = v1::JourneyService::NewStub(channel_);
    grpc::ClientContext context;
    auto stream = stub->RecordEvents(&context);
    while (true) {
      v1::RecordEventsRequest request;
      const int first = next_[static_cast<size_t>(stream_number)];
      for (int i = 0; i < kBatch; ++i) *request.add_events() = MakeEvent(stream_number, first + i);
      v1::RecordEventsResponse response;
      if (!stream->Write(request) || !stream->Read(&response)) break;
      NoteAnswers(request, response);
      next_[static_cast<size_t>(stream_number)] += kBatch;
    }
    (void)stream->Finish();
  }

  void NoteAnswers(const v1::RecordEventsRequest& request,
                   const v1::RecordEventsResponse& response) {
    ASSERT_EQ(request.events_size(), response.results_size());
    const absl::MutexLock lock(&mutex_);
    for (int i = 0; i < request.events_size(); ++i) {
      ASSERT_TRUE(response.results(i).has_response()) << response.results(i).DebugString();
      const std::string answer = response.results(i).response().enrichment().SerializeAsString();
      const auto [known, added] = answers_.try_emplace(request.events(i).event_id(), answer);
      ++(added ? recorded_ : repeated_);
      EXPECT_EQ(known->second, answer) << request.events(i).event_id() << " was answered anew";
      // What was answered before the kill must be known after it.
      if (!added) EXPECT_TRUE(response.results(i).response().duplicate());
    }
  }

  // Sends the newest events that were answered once more, and those that were not.
  void SendAgain(int stream_number) {
    auto stub = v1::JourneyService::NewStub(channel_);
    grpc::ClientContext context;
    auto stream = stub->RecordEvents(&context);
    v1::RecordEventsRequest request;
    const int next = next_[static_cast<size_t>(stream_number)];
    for (int number = std::max(0, next - 10 * kBatch); number < next + kBatch; ++number) {
      *request.add_events() = MakeEvent(stream_number, number);
    }
    next_[static_cast<size_t>(stream_number)] += kBatch;
    v1::RecordEventsResponse response;
    ASSERT_TRUE(stream->Write(request));
    ASSERT_TRUE(stream->Read(&response));
    NoteAnswers(request, response);
    stream->WritesDone();
    EXPECT_TRUE(stream->Finish().ok());
  }

  v1::GetStatusResponse Status() {
    grpc::ClientContext context;
    v1::GetStatusResponse status;
    EXPECT_TRUE(v1::AdminService::NewStub(channel_)->GetStatus(&context, {}, &status).ok());
    return status;
  }

  TemporaryFolder folder_;
  std::unique_ptr<SidecarProcess> process_;
  std::shared_ptr<grpc::Channel> channel_;
  int starts_ = 0;
  std::vector<int> next_ = std::vector<int>(kStreams);
  absl::Mutex mutex_;
  std::map<std::string, std::string> answers_ ABSL_GUARDED_BY(mutex_);  // by event id
  int recorded_ ABSL_GUARDED_BY(mutex_) = 0;
  int repeated_ ABSL_GUARDED_BY(mutex_) = 0;
};

TEST_F(Kill9Test, NothingAnsweredIsLostAndNothingIsThereTwice) {
  const int rounds = NumberFrom("WAYPOST_CRASH_ROUNDS", 50);
  std::mt19937 random(static_cast<uint32_t>(NumberFrom("WAYPOST_CRASH_SEED", 1)));
  for (int round = 0; round < rounds; ++round) {
    StartSidecar();
    if (HasFatalFailure()) return;
    for (int stream = 0; stream < kStreams; ++stream) SendAgain(stream);
    std::vector<std::thread> senders;
    for (int stream = 0; stream < kStreams; ++stream) {
      senders.emplace_back([this, stream] { SendUntilItBreaks(stream); });
    }
    // The moment of the kill is what is random here, so this is no wait for an event.
    absl::SleepFor(absl::Milliseconds(random() % 150));
    process_->Kill();
    for (std::thread& sender : senders) sender.join();
    if (HasFailure()) return;
  }
  StartSidecar();
  if (HasFatalFailure()) return;
  for (int stream = 0; stream < kStreams; ++stream) SendAgain(stream);
  const absl::MutexLock lock(&mutex_);
  EXPECT_EQ(Status().log_position(), static_cast<int64_t>(answers_.size()));
  absl::StatusOr<std::map<std::string, int>> steps = CountJourneySteps(channel_);
  ASSERT_TRUE(steps.ok()) << steps.status();
  EXPECT_EQ(steps->size(), answers_.size());
  for (const auto& [event_id, answer] : answers_) EXPECT_EQ((*steps)[event_id], 1) << event_id;
  EXPECT_EQ(process_->Terminate(), 0);
  std::cout << rounds << " kills, " << recorded_ << " events answered, " << repeated_
            << " sent again with the same answer\n";
  RecordProperty("kills", rounds);
  RecordProperty("events", recorded_);
}

}  // namespace
}  // namespace waypost
