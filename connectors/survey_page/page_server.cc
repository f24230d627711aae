// SPDX-License-Identifier: Apache-2.0
#include "connectors/survey_page/page_server.h"

#include <sys/socket.h>

#include <cmath>
#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "connectors/survey_page/survey_page.h"
#include "httplib.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/service/address.h"
#include "sidecar/service/http_body.h"
#include "sidecar/service/http_connection.h"

namespace waypost::survey_page {
namespace {

constexpr size_t kThreads = 32;
// A comment of the longest allowed, all of it coded, and some room.
constexpr size_t kMaxBody = size_t{40} << 10;
constexpr size_t kMaxReadBody = size_t{1} << 20;
constexpr const char* kPagePath = R"(/survey/([^/]*))";
constexpr const char* kStylePath = "/survey/style.css";
constexpr const char* kHtml = "text/html; charset=utf-8";

void SetSecurityHeaders(httplib::Response* response) {
  response->set_header("Content-Security-Policy",
                       "default-src 'none'; style-src 'self'; form-action 'self'; "
                       "frame-ancestors 'none'; base-uri 'none'");
  response->set_header("X-Frame-Options", "DENY");
  response->set_header("X-Content-Type-Options", "nosniff");
  response->set_header("Referrer-Policy", "no-referrer");
  response->set_header("X-Robots-Tag", "noindex, nofollow");
}

// All headers of that name, as one.
std::string JoinedHeader(const httplib::Request& request, const char* name) {
  std::string joined;
  for (size_t at = 0; at < request.get_header_value_count(name); ++at) {
    absl::StrAppend(&joined, joined.empty() ? "" : ",", request.get_header_value(name, at));
  }
  return joined;
}

PageRequest RequestOf(const httplib::Request& request) {
  PageRequest page;
  // Nothing was matched where no handler is for the method.
  if (request.matches.size() > 1) page.token = request.matches[1];
  page.remote = request.remote_addr;
  page.forwarded_for = JoinedHeader(request, "X-Forwarded-For");
  page.accept_language = request.get_header_value("Accept-Language");
  page.content_type = request.get_header_value("Content-Type");
  page.host = request.get_header_value("Host");
  page.origin = request.get_header_value("Origin");
  page.fetch_site = request.get_header_value("Sec-Fetch-Site");
  page.rating = request.get_param_value("rating");
  page.language = request.get_param_value("lang");
  return page;
}

void Send(const PageAnswer& answer, httplib::Response* response) {
  SetSecurityHeaders(response);
  response->status = answer.status;
  response->set_header("Cache-Control", "no-store");
  response->set_header("Vary", "Accept-Language");
  if (answer.retry_after > absl::ZeroDuration()) {
    const double seconds = std::ceil(absl::ToDoubleSeconds(answer.retry_after));
    response->set_header("Retry-After", absl::StrCat(static_cast<int64_t>(seconds)));
  }
  response->set_content(answer.html, kHtml);
}

class HttpPageServer final : public PageServer {
 public:
  HttpPageServer(const connectors::SurveyPageConfig& config, const std::string& url,
                 const PageAssets& assets, SurveyDesk* desk, const Clock& clock)
      : page_(config, url, *assets.texts, desk, clock), style_(assets.style) {}
  ~HttpPageServer() override {
    if (!thread_.joinable()) return;
    server_.ShutDown();
    thread_.join();
  }

  absl::Status Listen(service::Address address);
  const std::string& address() const override { return address_; }

 private:
  void Configure();
  void Take(const httplib::Request& request, const httplib::ContentReader& reader,
            httplib::Response* response);
  void AnswerOther(const httplib::Request& request, httplib::Response* response);

  SurveyPage page_;
  const std::string& style_;
  service::BoundedHttpServer server_{kThreads};
  std::string address_;
  std::thread thread_;
};

void HttpPageServer::Take(const httplib::Request& request, const httplib::ContentReader& reader,
                          httplib::Response* response) {
  std::string body;
  const service::HttpBodyState state =
      service::ReadHttpBody(request, reader, *response, kMaxBody, kMaxReadBody, &body);
  const PageRequest page = RequestOf(request);
  switch (state) {
    case service::HttpBodyState::kWhole:
      return Send(page_.Answer(page, body), response);
    case service::HttpBodyState::kTooLarge:
      return Send(page_.Refuse(page, 413), response);
    case service::HttpBodyState::kBroken:
      return Send(page_.Refuse(page, 400), response);
  }
}

// What no handler is for: other paths, and other methods of this one.
void HttpPageServer::AnswerOther(const httplib::Request& request, httplib::Response* response) {
  if (!response->body.empty()) return;
  int status = response->status;
  if (status == 404 && absl::StartsWith(request.path, "/survey/") && request.method != "GET" &&
      request.method != "HEAD" && request.method != "POST") {
    status = 405;
    response->set_header("Allow", "GET, HEAD, POST");
  }
  Send(page_.Refuse(RequestOf(request), status), response);
}

void HttpPageServer::Configure() {
  server_.set_payload_max_length(kMaxReadBody);
  server_.set_tcp_nodelay(true);
  // The library's default lets two processes share a port.
  server_.set_socket_options([](socket_t socket) {
    const int yes = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  });
  server_.set_error_handler([this](const httplib::Request& request, httplib::Response& response) {
    AnswerOther(request, &response);
  });
  server_.Get("/healthz", [](const httplib::Request& /*request*/, httplib::Response& response) {
    response.set_content("ok\n", "text/plain");
  });
  server_.Get(kStylePath, [this](const httplib::Request& /*request*/, httplib::Response& response) {
    SetSecurityHeaders(&response);
    response.set_header("Cache-Control", "public, max-age=3600");
    response.set_content(style_, "text/css; charset=utf-8");
  });
  server_.Get(kPagePath, [this](const httplib::Request& request, httplib::Response& response) {
    Send(page_.Show(RequestOf(request)), &response);
  });
  server_.Post(kPagePath,
               [this](const httplib::Request& request, httplib::Response& response,
                      const httplib::ContentReader& reader) { Take(request, reader, &response); });
}

absl::Status HttpPageServer::Listen(service::Address address) {
  Configure();
  const std::string wanted = address.ToString();
  if (address.port == 0) {
    address.port = server_.bind_to_any_port(address.host);
  } else if (!server_.bind_to_port(address.host, address.port)) {
    address.port = -1;
  }
  if (address.port <= 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen for the survey page on ", wanted,
                     ": is the port in use by another process? Choose another with listen:"));
  }
  address_ = "http://" + address.ToString();
  thread_ = std::thread([this] { server_.listen_after_bind(); });
  while (!server_.is_running()) std::this_thread::yield();
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<PageServer>> PageServer::Start(
    const connectors::SurveyPageConfig& config, const std::string& url, const PageAssets& assets,
    SurveyDesk* desk, const Clock& clock) {
  WAYPOST_ASSIGN_OR_RETURN(service::Address address, service::ParseAddress(config.listen));
  auto server = std::make_unique<HttpPageServer>(config, url, assets, desk, clock);
  WAYPOST_RETURN_IF_ERROR(server->Listen(std::move(address)));
  return server;
}

}  // namespace waypost::survey_page
