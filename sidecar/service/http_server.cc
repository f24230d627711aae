// SPDX-License-Identifier: Apache-2.0
#include "sidecar/service/http_server.h"

#include <sys/socket.h>

#include <optional>
#include <thread>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/notification.h"
#include "google/protobuf/util/json_util.h"
#include "google/rpc/error_details.pb.h"
#include "httplib.h"
#include "sidecar/pipeline/errors.h"
#include "sidecar/service/http_body.h"
#include "sidecar/service/http_connection.h"
#include "sidecar/service/json_message.h"
#include "sidecar/service/rpc_status.h"

namespace waypost::service {
namespace {

using ::google::protobuf::Message;
using ::google::protobuf::util::MessageToJsonString;

constexpr char kJson[] = "application/json";
constexpr char kProto[] = "application/proto";
// Behind a JSON body, where JSON allows white space: an answer in a terminal ends its line.
constexpr char kLineEnd = '\n';
constexpr char kAnyPath[] = ".*";
constexpr char kExamplePath[] = "/waypost.v1.JourneyService/RecordEvent";
constexpr size_t kMaxBodyBytes = size_t{16} << 20;
// A caller who sends more hears why, unless it is so much more.
constexpr size_t kMaxReadBytes = size_t{64} << 20;
constexpr size_t kThreads = 32;

void Respond(int http_status, const absl::Status& status, httplib::Response* response) {
  response->status = http_status;
  response->set_content(ToConnectJson(status) + kLineEnd, kJson);
}

void RespondError(const absl::Status& status, httplib::Response* response) {
  const google::rpc::Status rpc = ToRpcStatus(status);
  for (const google::protobuf::Any& detail : rpc.details()) {
    google::rpc::RetryInfo retry;
    if (!detail.UnpackTo(&retry)) continue;
    response->set_header("Retry-After", std::to_string(retry.retry_delay().seconds() +
                                                       (retry.retry_delay().nanos() > 0 ? 1 : 0)));
  }
  Respond(ConnectHttpStatus(static_cast<absl::StatusCode>(rpc.code())), status, response);
}

absl::Status Malformed(const std::string& what) {
  return pipeline::MakeError(pipeline::Reason::kRequestMalformed, what);
}

std::string MediaType(const httplib::Request& request) {
  const std::string header = request.get_header_value("Content-Type");
  const absl::string_view type = absl::string_view(header).substr(0, header.find(';'));
  return absl::AsciiStrToLower(absl::StripAsciiWhitespace(type));
}

// The host of a Host header, without the port.
std::string HostOf(const std::string& header) {
  if (!header.empty() && header.front() == '[') return header.substr(1, header.find(']') - 1);
  return header.substr(0, header.find(':'));
}

// Waits for the method's answer: HTTP calls have threads of their own.
absl::StatusOr<std::string> Call(const Method& method, std::string_view request) {
  absl::StatusOr<std::string> answer;
  absl::Notification answered;
  method.call(request, [&](absl::StatusOr<std::string_view> response) {
    if (response.ok()) {
      answer = std::string(*response);
    } else {
      answer = response.status();
    }
    answered.Notify();
  });
  answered.WaitForNotification();
  return answer;
}

absl::StatusOr<std::string> FromJson(const std::string& json, const Message& prototype) {
  const std::unique_ptr<Message> message(prototype.New());
  const absl::Status parsed = ParseJson(json, message.get());
  if (!parsed.ok()) {
    return Malformed(
        absl::StrCat("the body is no ", prototype.GetTypeName(), " in JSON: ", parsed.message()));
  }
  return message->SerializeAsString();
}

absl::StatusOr<std::string> ToJson(const std::string& bytes, const Message& prototype) {
  const std::unique_ptr<Message> message(prototype.New());
  std::string json;
  if (!message->ParseFromString(bytes) || !MessageToJsonString(*message, &json).ok()) {
    return absl::InternalError("a response cannot be written as JSON");
  }
  return json + kLineEnd;
}

absl::StatusOr<std::string> Answer(const Method& method, const std::string& body, bool json) {
  if (!json) return Call(method, body);
  absl::StatusOr<std::string> request = FromJson(body, *method.request);
  if (!request.ok()) return request;
  absl::StatusOr<std::string> response = Call(method, *request);
  if (!response.ok()) return response;
  return ToJson(*response, *method.response);
}

// What came with a request, or why it was not taken.
struct Body {
  std::string bytes;
  absl::Status status;
  int http_status = 200;
};

Body ReadBody(const httplib::Request& request, const httplib::ContentReader& reader,
              const httplib::Response& response) {
  Body body;
  switch (ReadHttpBody(request, reader, response, kMaxBodyBytes, kMaxReadBytes, &body.bytes)) {
    case HttpBodyState::kWhole:
      break;
    case HttpBodyState::kTooLarge:
      body.http_status = 413;
      body.status = Malformed("the body is larger than 16 MiB");
      break;
    case HttpBodyState::kBroken:
      body.http_status = 400;
      body.status = Malformed("the body is cut off, or not coded as its headers say");
      break;
  }
  return body;
}

class ConnectServer final : public HttpServer {
 public:
  ConnectServer(const Methods& methods, const Health& health)
      : methods_(methods), health_(health) {}
  ~ConnectServer() override { Shutdown(); }

  absl::Status Listen(Address address);
  const std::string& address() const override { return address_; }
  void Shutdown() override;

 private:
  void Configure();
  void AnswerMethod(const httplib::Request& request, const Body& body, httplib::Response* response);
  void AnswerReadiness(httplib::Response* response) const;

  const Methods& methods_;
  const Health& health_;
  BoundedHttpServer server_{kThreads};
  std::string address_;
  std::thread thread_;
};

void ConnectServer::AnswerMethod(const httplib::Request& request, const Body& body,
                                 httplib::Response* response) {
  const Method* method = methods_.Find(request.path);
  if (method == nullptr) {
    return Respond(404,
                   pipeline::MakeError(pipeline::Reason::kMethodUnknown,
                                       absl::StrCat("there is no method ", request.path,
                                                    "; methods are called like ", kExamplePath)),
                   response);
  }
  if (request.method != "POST") {
    response->set_header("Allow", "POST");
    return Respond(405,
                   pipeline::MakeError(pipeline::Reason::kMethodUnknown,
                                       request.path + " takes POST, not " + request.method),
                   response);
  }
  if (method->streams) {
    return RespondError(
        pipeline::MakeError(
            pipeline::Reason::kMethodUnknown,
            request.path + " is a stream, which needs gRPC; over HTTP use RecordEvent"),
        response);
  }
  const std::string type = MediaType(request);
  if (type != kJson && type != kProto) {
    response->set_header("Accept-Post", absl::StrCat(kJson, ", ", kProto));
    return Respond(415,
                   Malformed(absl::StrCat("the Content-Type is \"", type,
                                          "\"; send application/json or application/proto")),
                   response);
  }
  const std::string version = request.get_header_value("Connect-Protocol-Version");
  if (!version.empty() && version != "1") {
    return RespondError(Malformed("Connect-Protocol-Version must be 1"), response);
  }
  if (!body.status.ok()) return Respond(body.http_status, body.status, response);
  const absl::StatusOr<std::string> answer = Answer(*method, body.bytes, type == kJson);
  if (!answer.ok()) return RespondError(answer.status(), response);
  response->set_content(*answer, type == kJson ? kJson : kProto);
}

void ConnectServer::AnswerReadiness(httplib::Response* response) const {
  std::string text;
  for (const Health::Component& component : health_.components()) {
    const char* state = component.stale ? "STALE" : component.healthy ? "ok" : "NOT OK";
    absl::StrAppend(&text, component.name, ": ", state, " (", component.message, ")\n");
  }
  response->status = health_.serving() ? 200 : 503;
  response->set_content(text, "text/plain");
}

void ConnectServer::Configure() {
  server_.set_payload_max_length(kMaxReadBytes);
  server_.set_tcp_nodelay(true);
  // The library's default lets two processes share a port.
  server_.set_socket_options([](socket_t socket) {
    const int yes = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  });
  server_.set_pre_routing_handler([](const httplib::Request& request, httplib::Response& response) {
    if (!request.has_header("Host") || IsLoopback(HostOf(request.get_header_value("Host")))) {
      return httplib::Server::HandlerResponse::Unhandled;
    }
    Respond(421, Malformed("the Host header names another machine"), &response);
    return httplib::Server::HandlerResponse::Handled;
  });
  server_.set_error_handler([](const httplib::Request& /*request*/, httplib::Response& response) {
    if (!response.body.empty()) return;
    Respond(response.status, Malformed("the request cannot be read"), &response);
  });
  server_.Get("/healthz", [](const httplib::Request& /*request*/, httplib::Response& response) {
    response.set_content("ok\n", "text/plain");
  });
  server_.Get("/readyz", [this](const httplib::Request& /*request*/, httplib::Response& response) {
    AnswerReadiness(&response);
  });
  const auto with_body = [this](const httplib::Request& request, httplib::Response& response,
                                const httplib::ContentReader& reader) {
    AnswerMethod(request, ReadBody(request, reader, response), &response);
  };
  server_.Post(kAnyPath, with_body);
  server_.Put(kAnyPath, with_body);
  server_.Patch(kAnyPath, with_body);
  server_.Delete(kAnyPath, with_body);
  const auto without_body = [this](const httplib::Request& request, httplib::Response& response) {
    AnswerMethod(request, Body(), &response);
  };
  server_.Get(kAnyPath, without_body);
  server_.Options(kAnyPath, without_body);
}

absl::Status ConnectServer::Listen(Address address) {
  Configure();
  const std::string wanted = address.ToString();
  if (address.port == 0) {
    address.port = server_.bind_to_any_port(address.host);
  } else if (!server_.bind_to_port(address.host, address.port)) {
    address.port = -1;
  }
  if (address.port <= 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen for HTTP on ", wanted,
                     ": is the port in use by another process? Choose another with --http"));
  }
  address_ = "http://" + address.ToString();
  thread_ = std::thread([this] { server_.listen_after_bind(); });
  while (!server_.is_running()) std::this_thread::yield();
  return absl::OkStatus();
}

void ConnectServer::Shutdown() {
  if (!thread_.joinable()) return;
  server_.ShutDown();
  thread_.join();
}

}  // namespace

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(const Address& address,
                                                              const Methods& methods,
                                                              const Health& health) {
  if (!address.unix_path.empty()) {
    return absl::InvalidArgumentError("HTTP listens on HOST:PORT, not on a Unix socket");
  }
  auto server = std::make_unique<ConnectServer>(methods, health);
  const absl::Status status = server->Listen(address);
  if (!status.ok()) return status;
  return server;
}

}  // namespace waypost::service
