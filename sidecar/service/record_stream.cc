// SPDX-License-Identifier: Apache-2.0
#include "sidecar/service/record_stream.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"
#include "sidecar/pipeline/errors.h"
#include "sidecar/service/byte_buffer.h"
#include "sidecar/service/request_validation.h"
#include "sidecar/service/rpc_status.h"
#include "sidecar/service/wire.h"
#include "waypost/v1/journey_service.pb.h"

namespace waypost::service {
namespace {

using ::google::protobuf::internal::WireFormatLite;
using ::google::protobuf::io::CodedOutputStream;

// A field that holds `content`, as bytes.
void AppendField(int number, std::string_view content, std::string* out) {
  uint8_t header[16];
  uint8_t* end = CodedOutputStream::WriteVarint32ToArray(
      WireFormatLite::MakeTag(number, WireFormatLite::WIRETYPE_LENGTH_DELIMITED), header);
  end = CodedOutputStream::WriteVarint32ToArray(static_cast<uint32_t>(content.size()), end);
  out->append(reinterpret_cast<const char*>(header), static_cast<size_t>(end - header));
  out->append(content);
}

absl::Status BadBatch(std::string_view bytes,
                      const std::optional<std::vector<std::string_view>>& events) {
  if (!events.has_value()) {
    return pipeline::MakeBadRequest(
        pipeline::Reason::kRequestMalformed,
        {DescribeMalformed(bytes, *v1::RecordEventsRequest::descriptor(), "")});
  }
  if (events->empty() || events->size() > kMaxEventsPerBatch) {
    return pipeline::MakeBadRequest(
        pipeline::Reason::kBatchTooLarge,
        {{"events", absl::StrCat("has ", events->size(), " events; a batch holds 1 to ",
                                 kMaxEventsPerBatch)}});
  }
  return absl::OkStatus();
}

}  // namespace

struct RecordStream::Batch {
  explicit Batch(size_t events) : results(events), left(events) {}

  std::vector<std::string> results;  // contents of serialized RecordEventResults
  std::atomic<size_t> left;
  bool answered = false;
};

void OpenStreams::Add(RecordStream* stream) {
  {
    const absl::MutexLock lock(&mutex_);
    streams_.insert(stream);
    if (!ending_) return;
  }
  stream->End(pipeline::ShuttingDown());
}

void OpenStreams::Remove(RecordStream* stream) {
  const absl::MutexLock lock(&mutex_);
  streams_.erase(stream);
}

// The lock is held throughout, so that no stream goes away meanwhile.
void OpenStreams::EndAll() {
  const absl::MutexLock lock(&mutex_);
  ending_ = true;
  for (RecordStream* stream : streams_) stream->End(pipeline::ShuttingDown());
}

bool OpenStreams::AwaitNone(absl::Time deadline) {
  absl::MutexLock lock(&mutex_);
  const auto none = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return streams_.empty(); };
  return mutex_.AwaitWithDeadline(absl::Condition(&none), deadline);
}

RecordStream::RecordStream(const EventIntake* intake, OpenStreams* open)
    : intake_(intake), open_(open) {
  StartRead(&request_);
  open_->Add(this);
}

void RecordStream::End(const absl::Status& why) {
  {
    const absl::MutexLock lock(&mutex_);
    if (!ended_) status_ = why;
    ended_ = true;
  }
  Proceed();
}

// `reading_` stays true while the batch is taken: the next read would overwrite its bytes.
void RecordStream::OnReadDone(bool ok) {
  {
    const absl::MutexLock lock(&mutex_);
    if (!ok) ended_ = true;
    ok = !ended_;
  }
  if (ok) TakeBatch();
  {
    const absl::MutexLock lock(&mutex_);
    reading_ = false;
  }
  Proceed();
}

void RecordStream::TakeBatch() {
  const FlatBytes bytes(request_);
  const std::optional<std::vector<std::string_view>> events =
      ContentsOf(v1::RecordEventsRequest::kEventsFieldNumber, bytes.view());
  const absl::Status status = BadBatch(bytes.view(), events);
  if (!status.ok()) return End(status);
  Batch* batch = nullptr;
  {
    const absl::MutexLock lock(&mutex_);
    batches_.push_back(std::make_unique<Batch>(events->size()));
    batch = batches_.back().get();
  }
  Record(*events, DeliveryFor(v1::RecordEventsRequest::kLeaseActionsFieldNumber, bytes.view()),
         batch);
  request_.Clear();
}

void RecordStream::Record(const std::vector<std::string_view>& events, pipeline::Delivery delivery,
                          Batch* batch) {
  for (size_t number = 0; number < events.size(); ++number) {
    intake_->RecordEvent(events[number], delivery, [this, number, batch](auto response) {
      Answered(number, std::move(response), batch);
    });
  }
}

void RecordStream::Answered(size_t number, absl::StatusOr<std::string_view> response,
                            Batch* batch) {
  std::string& result = batch->results[number];
  if (response.ok()) {
    AppendField(v1::RecordEventResult::kResponseFieldNumber, *response, &result);
  } else {
    AppendField(v1::RecordEventResult::kErrorFieldNumber,
                ToRpcStatus(response.status()).SerializeAsString(), &result);
  }
  if (batch->left.fetch_sub(1) > 1) return;
  {
    const absl::MutexLock lock(&mutex_);
    batch->answered = true;
  }
  Proceed();
}

void RecordStream::Proceed() {
  std::unique_ptr<Batch> answered;
  bool read = false;
  bool finish = false;
  absl::Status status;
  {
    const absl::MutexLock lock(&mutex_);
    if (finished_) return;
    if (!writing_ && !batches_.empty() && batches_.front()->answered) {
      answered = std::move(batches_.front());
      batches_.pop_front();
      writing_ = true;
    }
    if (!reading_ && !ended_ && batches_.size() < kMaxBatches) reading_ = read = true;
    if (ended_ && !writing_ && batches_.empty()) finished_ = finish = true;
    status = status_;
  }
  if (answered != nullptr) {
    std::string bytes;
    for (const std::string& result : answered->results) {
      AppendField(v1::RecordEventsResponse::kResultsFieldNumber, result, &bytes);
    }
    response_ = ToByteBuffer(bytes);
    StartWrite(&response_);
  }
  if (read) StartRead(&request_);
  if (finish) Finish(ToGrpcStatus(status));
}

void RecordStream::OnWriteDone(bool /*ok: a caller who left misses the answers*/) {
  {
    const absl::MutexLock lock(&mutex_);
    writing_ = false;
  }
  Proceed();
}

void RecordStream::OnDone() {
  open_->Remove(this);
  delete this;
}

}  // namespace waypost::service
