// SPDX-License-Identifier: Apache-2.0
// The bare limit: a JourneyService that does nothing. Every event is answered with the same
// realistic enrichment of about 400 bytes; nothing is checked, decided or kept.
#include <signal.h>

#include <CLI/CLI.hpp>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "grpcpp/grpcpp.h"
#include "waypost/v1/journey_service.grpc.pb.h"

namespace waypost::bench {
namespace {

v1::RecordEventResponse CannedResponse() {
  v1::RecordEventResponse response;
  v1::Enrichment& enrichment = *response.mutable_enrichment();
  enrichment.set_decision_id("9f2c1b7d04e85a36c1d2e3f405162738");
  enrichment.set_journey_id("3b7e1c90a4d2f586");
  v1::DerivedEvent& assigned = *enrichment.add_events();
  assigned.set_type(v1::EVENT_TYPE_ASSIGNED);
  assigned.set_from("Service Desk");
  assigned.set_to("Network Operations");
  v1::DerivedEvent& status = *enrichment.add_events();
  status.set_type(v1::EVENT_TYPE_STATUS_CHANGED);
  status.set_from("New");
  status.set_to("In Progress");
  v1::JourneyPosition& position = *enrichment.add_positions();
  position.set_role(v1::CONSUMER_ROLE_USER);
  position.set_journey_definition_id("get-help");
  position.set_stage("co_create");
  position.set_touchpoint_id("handed-over");
  position.set_touchpoint_kind(v1::TOUCHPOINT_KIND_SERVICE_INTERACTION);
  position.set_owner_id("incident-manager");
  position.set_owner_name("Incident manager");
  position.set_provider_id("network");
  position.set_visibility(v1::VISIBILITY_PROVIDER);
  position.set_moved(true);
  v1::Annotation& stage = *enrichment.add_annotations();
  stage.set_name("journey.stage");
  stage.set_value("Co-create");
  v1::Annotation& owner = *enrichment.add_annotations();
  owner.set_name("journey.owner");
  owner.set_value("Incident manager");
  enrichment.add_rule_ids("ping-pong");
  enrichment.set_rule_set_digest("5d41402abc4b2a76b9719d911017c592");
  return response;
}

class EchoStream
    : public grpc::ServerBidiReactor<v1::RecordEventsRequest, v1::RecordEventsResponse> {
 public:
  explicit EchoStream(const v1::RecordEventResponse& canned) : canned_(canned) {
    StartRead(&request_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      Finish(grpc::Status::OK);
      return;
    }
    response_.clear_results();
    for (int i = 0; i < request_.events_size(); ++i) {
      *response_.add_results()->mutable_response() = canned_;
    }
    StartWrite(&response_);
  }

  void OnWriteDone(bool ok) override {
    if (ok) {
      StartRead(&request_);
    } else {
      Finish(grpc::Status::OK);
    }
  }

  void OnDone() override { delete this; }

 private:
  const v1::RecordEventResponse& canned_;
  v1::RecordEventsRequest request_;
  v1::RecordEventsResponse response_;
};

class EchoService : public v1::JourneyService::CallbackService {
 public:
  grpc::ServerUnaryReactor* RecordEvent(grpc::CallbackServerContext* context,
                                        const v1::RecordEventRequest* /*request*/,
                                        v1::RecordEventResponse* response) override {
    *response = canned_;
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

  grpc::ServerBidiReactor<v1::RecordEventsRequest, v1::RecordEventsResponse>* RecordEvents(
      grpc::CallbackServerContext* /*context*/) override {
    return new EchoStream(canned_);
  }

 private:
  const v1::RecordEventResponse canned_ = CannedResponse();
};

int Serve(const std::string& listen) {
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGTERM);
  sigaddset(&ending, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ending, nullptr);

  EchoService service;
  int port = 0;
  grpc::ServerBuilder builder;
  builder.SetMaxReceiveMessageSize(-1);
  builder.AddListeningPort(listen, grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) {
    std::cerr << "cannot listen on " << listen << "\n";
    return 1;
  }
  std::cout << "listening on "
            << (listen.starts_with("unix:")
                    ? listen
                    : absl::StrCat(listen.substr(0, listen.rfind(':')), ":", port))
            << std::endl;
  int signal = 0;
  sigwait(&ending, &signal);
  server->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(1));
  return 0;
}

}  // namespace
}  // namespace waypost::bench

int main(int argc, char** argv) {
  std::string listen = "127.0.0.1:0";
  CLI::App app("Answers every event with the same enrichment: the limit that gRPC sets.");
  app.add_option("--listen", listen, "host:port, port 0 for a free one, or unix:PATH")
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  return waypost::bench::Serve(listen);
}
