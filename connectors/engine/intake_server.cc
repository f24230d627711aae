// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/intake_server.h"

#include <sys/socket.h>

#include <cmath>
#include <map>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "connectors/engine/challenge.h"
#include "connectors/engine/rate_limit.h"
#include "httplib.h"
#include "sidecar/base/logging.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/service/address.h"
#include "sidecar/service/http_body.h"
#include "sidecar/service/http_connection.h"

namespace waypost::connectors {
namespace {

constexpr size_t kThreads = 32;
constexpr const char* kHooks = R"(/hooks/([^/]*))";
constexpr absl::Duration kFullRetry = absl::Seconds(10);

void Answer(int http_status, const std::string& text, httplib::Response* response) {
  response->status = http_status;
  response->set_content(text + "\n", "text/plain");
}

void AnswerLater(int http_status, const std::string& text, absl::Duration delay,
                 httplib::Response* response) {
  response->set_header("Retry-After",
                       absl::StrCat(static_cast<int64_t>(std::ceil(absl::ToDoubleSeconds(delay)))));
  Answer(http_status, text, response);
}

class WebhookServer final : public IntakeServer {
 public:
  WebhookServer(const std::vector<const Connector*>& connectors, size_t max_body_bytes,
                Spool* spool, const Clock& clock)
      : max_body_bytes_(max_body_bytes), spool_(*spool), clock_(clock) {
    for (const Connector* connector : connectors) {
      if (!connector->takes_webhooks) continue;
      hooks_.try_emplace(connector->name, *connector);
    }
  }
  ~WebhookServer() override { Shutdown(); }

  absl::Status Listen(service::Address address);
  const std::string& address() const override { return address_; }
  void Shutdown() override;

 private:
  struct Hook {
    explicit Hook(const Connector& of) : connector(of), rate_limit(of.max_requests_per_second) {}
    const Connector& connector;
    RateLimit rate_limit;
  };

  void Configure();
  void Take(const httplib::Request& request, const httplib::ContentReader& reader,
            httplib::Response* response);
  void TakeChallenge(const httplib::Request& request, httplib::Response* response);
  // What is to be kept of the request, once its sender is known.
  static Request Kept(const Authenticator& authenticator, Request request);

  const size_t max_body_bytes_;
  Spool& spool_;
  const Clock& clock_;
  std::map<std::string, Hook> hooks_;
  service::BoundedHttpServer server_{kThreads};
  std::string address_;
  std::thread thread_;
};

Request WebhookServer::Kept(const Authenticator& authenticator, Request request) {
  std::vector<std::pair<std::string, std::string>> headers;
  for (auto& header : request.headers) {
    if (!authenticator.IsCredential(header.first)) headers.push_back(std::move(header));
  }
  request.headers = std::move(headers);
  return request;
}

void WebhookServer::Take(const httplib::Request& request, const httplib::ContentReader& reader,
                         httplib::Response* response) {
  Request taken;
  const service::HttpBodyState state = service::ReadHttpBody(
      request, reader, *response, max_body_bytes_, 4 * max_body_bytes_, &taken.body);
  const auto found = hooks_.find(request.matches[1]);
  if (found == hooks_.end()) return Answer(404, "there is no such connector", response);
  Hook& hook = found->second;
  const Connector& connector = hook.connector;
  if (state == service::HttpBodyState::kTooLarge) {
    return Answer(413, absl::StrCat("the body is larger than ", max_body_bytes_, " bytes"),
                  response);
  }
  if (state == service::HttpBodyState::kBroken) {
    return Answer(400, "the body is cut off, or not coded as its headers say", response);
  }
  for (const auto& [name, value] : request.headers) {
    // The library adds these two of its own.
    if (name != "REMOTE_ADDR" && name != "REMOTE_PORT") taken.AddHeader(name, value);
  }
  const absl::Time now = clock_.Now();
  if (absl::Status status = connector.authenticator.Check(taken, now); !status.ok()) {
    LogWarning("A webhook was refused", {{"connector", connector.name},
                                         {"remote", request.remote_addr},
                                         {"why", std::string(status.message())}});
    return Answer(401, "the request is not authenticated", response);
  }
  if (const absl::Duration wait = hook.rate_limit.Take(now); wait > absl::ZeroDuration()) {
    return AnswerLater(429, "too many requests", wait, response);
  }
  const absl::Status added =
      spool_.Add(connector.name, Kept(connector.authenticator, std::move(taken)), now);
  if (added.ok()) return Answer(202, "taken", response);
  LogError("A webhook could not be kept; it was told to come again",
           {{"connector", connector.name}, {"error", added.ToString()}});
  AnswerLater(503, "it cannot be kept now", kFullRetry, response);
}

void WebhookServer::TakeChallenge(const httplib::Request& request, httplib::Response* response) {
  const auto found = hooks_.find(request.matches[1]);
  if (found == hooks_.end()) return Answer(404, "there is no such connector", response);
  const Connector& connector = found->second.connector;
  const bool knows = connector.profile != nullptr && connector.profile->challenge().has_value();
  if (!knows || !request.has_param(connector.profile->challenge()->parameter)) {
    response->set_header("Allow", "POST, PUT");
    return Answer(405, "webhooks are posted", response);
  }
  const ChallengeScheme& scheme = *connector.profile->challenge();
  const std::optional<std::string> answer = AnswerChallenge(
      scheme, connector.authenticator.secrets, request.get_param_value(scheme.parameter));
  if (answer.has_value()) return response->set_content(*answer, "text/plain");
  LogWarning("A challenge was refused", {{"connector", connector.name},
                                         {"remote", request.remote_addr},
                                         {"why", "its token was made with another secret"}});
  Answer(401, "the challenge is not authenticated", response);
}

void WebhookServer::Configure() {
  // Beyond what is read, so that the caller hears why.
  server_.set_payload_max_length(8 * max_body_bytes_);
  server_.set_tcp_nodelay(true);
  // The library's default lets two processes share a port.
  server_.set_socket_options([](socket_t socket) {
    const int yes = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  });
  server_.set_error_handler([](const httplib::Request& request, httplib::Response& response) {
    if (!response.body.empty()) return;
    const bool is_hook = request.path.rfind("/hooks/", 0) == 0;
    if (response.status == 404 && is_hook) {
      response.set_header("Allow", "POST, PUT");
      return Answer(405, "webhooks are posted", &response);
    }
    Answer(response.status, "there is nothing here", &response);
  });
  server_.Get("/healthz", [](const httplib::Request& /*request*/, httplib::Response& response) {
    response.set_content("ok\n", "text/plain");
  });
  const auto take = [this](const httplib::Request& request, httplib::Response& response,
                           const httplib::ContentReader& reader) {
    Take(request, reader, &response);
  };
  server_.Get(kHooks, [this](const httplib::Request& request, httplib::Response& response) {
    TakeChallenge(request, &response);
  });
  server_.Post(kHooks, take);
  server_.Put(kHooks, take);
}

absl::Status WebhookServer::Listen(service::Address address) {
  Configure();
  const std::string wanted = address.ToString();
  if (address.port == 0) {
    address.port = server_.bind_to_any_port(address.host);
  } else if (!server_.bind_to_port(address.host, address.port)) {
    address.port = -1;
  }
  if (address.port <= 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen for webhooks on ", wanted,
                     ": is the port in use by another process? Choose another with listen:"));
  }
  address_ = "http://" + address.ToString();
  thread_ = std::thread([this] { server_.listen_after_bind(); });
  while (!server_.is_running()) std::this_thread::yield();
  return absl::OkStatus();
}

void WebhookServer::Shutdown() {
  if (!thread_.joinable()) return;
  server_.ShutDown();
  thread_.join();
}

}  // namespace

absl::StatusOr<std::unique_ptr<IntakeServer>> IntakeServer::Start(
    const std::string& listen, const std::vector<const Connector*>& connectors,
    size_t max_body_bytes, Spool* spool, const Clock& clock) {
  WAYPOST_ASSIGN_OR_RETURN(service::Address address, service::ParseAddress(listen));
  auto server = std::make_unique<WebhookServer>(connectors, max_body_bytes, spool, clock);
  WAYPOST_RETURN_IF_ERROR(server->Listen(std::move(address)));
  return server;
}

}  // namespace waypost::connectors
