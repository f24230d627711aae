// SPDX-License-Identifier: Apache-2.0
#include "sidecar/service/grpc_services.h"

#include <string_view>

#include "absl/status/statusor.h"
#include "grpcpp/grpcpp.h"
#include "sidecar/pipeline/errors.h"
#include "sidecar/service/byte_buffer.h"
#include "sidecar/service/rpc_status.h"
#include "waypost/v1/admin_service.grpc.pb.h"
#include "waypost/v1/insight_service.grpc.pb.h"
#include "waypost/v1/journey_service.grpc.pb.h"
#include "waypost/v1/outbox_service.grpc.pb.h"

namespace waypost::service {
namespace {

using grpc::ByteBuffer;
using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

// Deletes itself when gRPC is done with it.
class UnaryCall final : public ServerUnaryReactor {
 public:
  explicit UnaryCall(OpenCalls* calls) : calls_(calls) {}

  void OnDone() override {
    calls_->End();
    delete this;
  }

 private:
  OpenCalls* const calls_;
};

ServerUnaryReactor* Refuse(const absl::Status& why, CallbackServerContext* context) {
  ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(ToGrpcStatus(why));
  return reactor;
}

ServerUnaryReactor* Answer(const Method& method, OpenCalls* calls, CallbackServerContext* context,
                           const ByteBuffer* request, ByteBuffer* response) {
  if (!calls->Begin()) return Refuse(pipeline::ShuttingDown(), context);
  auto* reactor = new UnaryCall(calls);
  const FlatBytes bytes(*request);
  method.call(bytes.view(), [reactor, response](absl::StatusOr<std::string_view> answer) {
    if (answer.ok()) *response = ToByteBuffer(*answer);
    reactor->Finish(ToGrpcStatus(answer.status()));
  });
  return reactor;
}

using Journeys = v1::JourneyService;
using RawJourney =
    Journeys::WithRawCallbackMethod_RecordEvent<Journeys::WithRawCallbackMethod_RecordEvents<
        Journeys::WithRawCallbackMethod_RecordFeedback<Journeys::Service>>>;

class Journey final : public RawJourney {
 public:
  Journey(const Methods& methods, const EventIntake& intake, OpenCalls* calls, OpenStreams* streams)
      : calls_(calls),
        record_event_(*methods.Find("/waypost.v1.JourneyService/RecordEvent")),
        record_feedback_(*methods.Find("/waypost.v1.JourneyService/RecordFeedback")),
        intake_(intake),
        streams_(streams) {}

  using RawJourney::RecordEvent;
  using RawJourney::RecordEvents;
  using RawJourney::RecordFeedback;

  ServerUnaryReactor* RecordEvent(CallbackServerContext* context, const ByteBuffer* request,
                                  ByteBuffer* response) override {
    return Answer(record_event_, calls_, context, request, response);
  }

  ServerUnaryReactor* RecordFeedback(CallbackServerContext* context, const ByteBuffer* request,
                                     ByteBuffer* response) override {
    return Answer(record_feedback_, calls_, context, request, response);
  }

  grpc::ServerBidiReactor<ByteBuffer, ByteBuffer>* RecordEvents(
      CallbackServerContext* /*context*/) override {
    return new RecordStream(&intake_, streams_);
  }

 private:
  OpenCalls* const calls_;
  const Method& record_event_;
  const Method& record_feedback_;
  const EventIntake& intake_;
  OpenStreams* const streams_;
};

using Outboxes = v1::OutboxService;
using RawOutbox =
    Outboxes::WithRawCallbackMethod_PullActions<Outboxes::WithRawCallbackMethod_AcknowledgeActions<
        Outboxes::WithRawCallbackMethod_ListActions<Outboxes::Service>>>;

class Outbox final : public RawOutbox {
 public:
  Outbox(const Methods& methods, OpenCalls* calls)
      : calls_(calls),
        pull_actions_(*methods.Find("/waypost.v1.OutboxService/PullActions")),
        acknowledge_actions_(*methods.Find("/waypost.v1.OutboxService/AcknowledgeActions")),
        list_actions_(*methods.Find("/waypost.v1.OutboxService/ListActions")) {}

  using RawOutbox::AcknowledgeActions;
  using RawOutbox::ListActions;
  using RawOutbox::PullActions;

  ServerUnaryReactor* PullActions(CallbackServerContext* context, const ByteBuffer* request,
                                  ByteBuffer* response) override {
    return Answer(pull_actions_, calls_, context, request, response);
  }
  ServerUnaryReactor* AcknowledgeActions(CallbackServerContext* context, const ByteBuffer* request,
                                         ByteBuffer* response) override {
    return Answer(acknowledge_actions_, calls_, context, request, response);
  }
  ServerUnaryReactor* ListActions(CallbackServerContext* context, const ByteBuffer* request,
                                  ByteBuffer* response) override {
    return Answer(list_actions_, calls_, context, request, response);
  }

 private:
  OpenCalls* const calls_;
  const Method& pull_actions_;
  const Method& acknowledge_actions_;
  const Method& list_actions_;
};

using Insights = v1::InsightService;
using RawInsight = Insights::WithRawCallbackMethod_GetJourney<
    Insights::WithRawCallbackMethod_ListJourneys<Insights::WithRawCallbackMethod_ExplainJourney<
        Insights::WithRawCallbackMethod_GetJourneyMap<
            Insights::WithRawCallbackMethod_ListUnmappedEvents<
                Insights::WithRawCallbackMethod_ListPromises<
                    Insights::WithRawCallbackMethod_ListSurveyDecisions<Insights::Service>>>>>>>;

class Insight final : public RawInsight {
 public:
  Insight(const Methods& methods, OpenCalls* calls)
      : calls_(calls),
        get_journey_(*methods.Find("/waypost.v1.InsightService/GetJourney")),
        list_journeys_(*methods.Find("/waypost.v1.InsightService/ListJourneys")),
        explain_journey_(*methods.Find("/waypost.v1.InsightService/ExplainJourney")),
        get_journey_map_(*methods.Find("/waypost.v1.InsightService/GetJourneyMap")),
        list_unmapped_(*methods.Find("/waypost.v1.InsightService/ListUnmappedEvents")),
        list_promises_(*methods.Find("/waypost.v1.InsightService/ListPromises")),
        list_surveys_(*methods.Find("/waypost.v1.InsightService/ListSurveyDecisions")) {}

  using RawInsight::ExplainJourney;
  using RawInsight::GetJourney;
  using RawInsight::GetJourneyMap;
  using RawInsight::ListJourneys;
  using RawInsight::ListPromises;
  using RawInsight::ListSurveyDecisions;
  using RawInsight::ListUnmappedEvents;

  ServerUnaryReactor* GetJourney(CallbackServerContext* context, const ByteBuffer* request,
                                 ByteBuffer* response) override {
    return Answer(get_journey_, calls_, context, request, response);
  }
  ServerUnaryReactor* ListJourneys(CallbackServerContext* context, const ByteBuffer* request,
                                   ByteBuffer* response) override {
    return Answer(list_journeys_, calls_, context, request, response);
  }
  ServerUnaryReactor* ExplainJourney(CallbackServerContext* context, const ByteBuffer* request,
                                     ByteBuffer* response) override {
    return Answer(explain_journey_, calls_, context, request, response);
  }
  ServerUnaryReactor* GetJourneyMap(CallbackServerContext* context, const ByteBuffer* request,
                                    ByteBuffer* response) override {
    return Answer(get_journey_map_, calls_, context, request, response);
  }
  ServerUnaryReactor* ListUnmappedEvents(CallbackServerContext* context, const ByteBuffer* request,
                                         ByteBuffer* response) override {
    return Answer(list_unmapped_, calls_, context, request, response);
  }
  ServerUnaryReactor* ListPromises(CallbackServerContext* context, const ByteBuffer* request,
                                   ByteBuffer* response) override {
    return Answer(list_promises_, calls_, context, request, response);
  }
  ServerUnaryReactor* ListSurveyDecisions(CallbackServerContext* context, const ByteBuffer* request,
                                          ByteBuffer* response) override {
    return Answer(list_surveys_, calls_, context, request, response);
  }

 private:
  OpenCalls* const calls_;
  const Method& get_journey_;
  const Method& list_journeys_;
  const Method& explain_journey_;
  const Method& get_journey_map_;
  const Method& list_unmapped_;
  const Method& list_promises_;
  const Method& list_surveys_;
};

using Admins = v1::AdminService;
using RawAdmin = Admins::WithRawCallbackMethod_GetRuleSet<
    Admins::WithRawCallbackMethod_CheckRules<Admins::WithRawCallbackMethod_ReloadRules<
        Admins::WithRawCallbackMethod_GetStatus<Admins::Service>>>>;

class Administration final : public RawAdmin {
 public:
  Administration(const Methods& methods, OpenCalls* calls)
      : calls_(calls),
        get_rule_set_(*methods.Find("/waypost.v1.AdminService/GetRuleSet")),
        check_rules_(*methods.Find("/waypost.v1.AdminService/CheckRules")),
        reload_rules_(*methods.Find("/waypost.v1.AdminService/ReloadRules")),
        get_status_(*methods.Find("/waypost.v1.AdminService/GetStatus")) {}

  using RawAdmin::CheckRules;
  using RawAdmin::GetRuleSet;
  using RawAdmin::GetStatus;
  using RawAdmin::ReloadRules;

  ServerUnaryReactor* GetRuleSet(CallbackServerContext* context, const ByteBuffer* request,
                                 ByteBuffer* response) override {
    return Answer(get_rule_set_, calls_, context, request, response);
  }
  ServerUnaryReactor* CheckRules(CallbackServerContext* context, const ByteBuffer* request,
                                 ByteBuffer* response) override {
    return Answer(check_rules_, calls_, context, request, response);
  }
  ServerUnaryReactor* ReloadRules(CallbackServerContext* context, const ByteBuffer* request,
                                  ByteBuffer* response) override {
    return Answer(reload_rules_, calls_, context, request, response);
  }
  ServerUnaryReactor* GetStatus(CallbackServerContext* context, const ByteBuffer* request,
                                ByteBuffer* response) override {
    return Answer(get_status_, calls_, context, request, response);
  }

 private:
  OpenCalls* const calls_;
  const Method& get_rule_set_;
  const Method& check_rules_;
  const Method& reload_rules_;
  const Method& get_status_;
};

}  // namespace

std::vector<std::unique_ptr<grpc::Service>> MakeGrpcServices(const Methods& methods,
                                                             const EventIntake& intake,
                                                             OpenCalls* calls,
                                                             OpenStreams* streams) {
  std::vector<std::unique_ptr<grpc::Service>> services;
  services.push_back(std::make_unique<Journey>(methods, intake, calls, streams));
  services.push_back(std::make_unique<Outbox>(methods, calls));
  services.push_back(std::make_unique<Insight>(methods, calls));
  services.push_back(std::make_unique<Administration>(methods, calls));
  return services;
}

}  // namespace waypost::service
