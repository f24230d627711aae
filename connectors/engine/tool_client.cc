// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/tool_client.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "httplib.h"
#include "sidecar/service/address.h"

namespace waypost::connectors {
namespace {

constexpr int kConnectSeconds = 5;
constexpr int kAnswerSeconds = 30;
constexpr size_t kMaxAnswer = size_t{8} << 20;
constexpr const char* kPlain = "http://";
constexpr const char* kSecure = "https://";

class HttpToolClient final : public ToolClient {
 public:
  HttpToolClient(const std::string& origin, std::string prefix)
      : client_(origin), prefix_(std::move(prefix)) {
    client_.set_connection_timeout(kConnectSeconds);
    client_.set_read_timeout(kAnswerSeconds);
    client_.set_write_timeout(kAnswerSeconds);
    client_.set_follow_location(false);
    client_.set_keep_alive(false);
  }

  absl::StatusOr<ToolAnswer> Call(const ToolCall& call) override {
    httplib::Request request;
    request.method = call.method;
    request.path = prefix_ + call.path;
    if (request.path.empty()) request.path = "/";
    for (const auto& [name, value] : call.headers) request.set_header(name, value);
    if (!call.body.empty()) {
      request.set_header("Content-Type", call.content_type);
      request.body = call.body;
    }
    ToolAnswer answer;
    request.content_receiver = [&](const char* bytes, size_t count, uint64_t /*offset*/,
                                   uint64_t /*total*/) {
      answer.body.append(bytes, count);
      return answer.body.size() <= kMaxAnswer;
    };
    const httplib::Result result = client_.send(request);
    if (!result) return Failure(result.error());
    answer.status = result->status;
    answer.location = result->get_header_value("Location");
    answer.retry_after = result->get_header_value("Retry-After");
    answer.date = result->get_header_value("Date");
    return answer;
  }

 private:
  static absl::Status Failure(httplib::Error error) {
    const std::string what = httplib::to_string(error);
    switch (error) {
      case httplib::Error::Connection:
      case httplib::Error::ConnectionTimeout:
      case httplib::Error::BindIPAddress:
      case httplib::Error::SSLConnection:
      case httplib::Error::SSLLoadingCerts:
      case httplib::Error::SSLServerVerification:
        return absl::UnavailableError(absl::StrCat("the tool is not reached: ", what));
      case httplib::Error::Canceled:  // by the receiver
        return absl::OutOfRangeError(
            absl::StrCat("the tool's answer is larger than ", kMaxAnswer >> 20, " MiB"));
      default:
        return absl::UnknownError(absl::StrCat("the tool did not answer: ", what));
    }
  }

  httplib::Client client_;
  const std::string prefix_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<ToolClient>> MakeToolClient(const std::string& url) {
  const bool plain = absl::StartsWith(url, kPlain);
  const size_t scheme = std::string(plain ? kPlain : kSecure).size();
  if (!plain && !absl::StartsWith(url, kSecure)) {
    return absl::InvalidArgumentError("the tool's address begins with https://");
  }
  const size_t end = std::min(url.find('/', scheme), url.size());
  const std::string place = url.substr(scheme, end - scheme);
  const std::string host = place.substr(0, place.rfind(':'));
  if (place.empty()) {
    return absl::InvalidArgumentError("the tool's address is https://HOST or https://HOST:PORT");
  }
  if (plain && !service::IsLoopback(host) && !service::IsLoopback(place)) {
    return absl::InvalidArgumentError(
        "without TLS (http://) a tool is called on this machine alone: its secret would be read");
  }
  std::string prefix = url.substr(end);
  while (absl::EndsWith(prefix, "/")) prefix.pop_back();
  return std::make_unique<HttpToolClient>(url.substr(0, end), std::move(prefix));
}

}  // namespace waypost::connectors
