// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/survey_config.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "connectors/engine/secret.h"
#include "sidecar/service/address.h"

namespace waypost::connectors {
namespace {

constexpr const char* kSecure = "https://";
constexpr const char* kPlain = "http://";
// Whoever guesses the secret can answer for everybody.
constexpr size_t kMinSecretBytes = 16;
constexpr int64_t kMaxRequestsPerMinute = 1'000'000;

std::string HostOf(const std::string& url) {
  const std::string rest = url.substr(std::string(kPlain).size());
  if (absl::StartsWith(rest, "[")) return rest.substr(1, rest.find(']') - 1);
  return rest.substr(0, rest.find_first_of(":/"));
}

// Whether people may be sent there: what they answer is personal, so not in the clear.
bool IsPageUrl(const std::string& url) {
  const bool plain = std::all_of(url.begin(), url.end(), [](char c) {
    return absl::ascii_isgraph(static_cast<unsigned char>(c)) && c != '?' && c != '#';
  });
  if (!plain) return false;
  if (absl::StartsWith(url, kSecure)) return url.size() > std::string(kSecure).size();
  return absl::StartsWith(url, kPlain) && service::IsLoopback(HostOf(url));
}

class SurveyConfigReader {
 public:
  SurveyConfigReader(bool with_secrets, mapping::SpecReader* reader)
      : with_secrets_(with_secrets), reader_(*reader) {}

  std::unique_ptr<const SurveyConfig> Read(const yaml::Node& node) {
    auto config = std::make_unique<SurveyConfig>();
    if (!reader_.CheckMapping(node, {"page", "link"}, {})) return config;
    const yaml::Node* page = node.Find("page");
    const yaml::Node* link = node.Find("link");
    if ((page == nullptr) == (link == nullptr)) {
      Report(node, "surveys are answered on a page: or at a link:, one of them");
      return config;
    }
    if (link != nullptr) ReadLink(*link, config.get());
    if (page != nullptr) ReadPage(*page, config.get());
    return config;
  }

 private:
  void Report(const yaml::Node& node, std::string message) {
    reader_.Report(node, DiagnosticCode::kSpecBadValue, std::move(message));
  }

  void ReadLink(const yaml::Node& node, SurveyConfig* config) {
    const std::optional<std::string> text = reader_.Text(node);
    if (!text.has_value()) return;
    std::vector<cel::Issue> issues;
    config->place.tool_link = cel::Template::Compile(*text, SurveyLinkEnvironment(), &issues);
    for (cel::Issue& issue : issues) {
      reader_.ReportAt(node, issue.begin, DiagnosticCode::kSpecExpression,
                       std::move(issue.message));
    }
  }

  void ReadPage(const yaml::Node& node, SurveyConfig* config) {
    if (!reader_.CheckMapping(node,
                              {"url", "listen", "secret", "desk", "texts", "style",
                               "trusted_proxies", "max_requests_per_minute"},
                              {"url", "secret"})) {
      return;
    }
    SurveyPageConfig& page = config->page.emplace();
    config->place.page_url = ReadUrl(node);
    ReadListen(node, &page);
    ReadSecrets(node, &page);
    if (!page.secrets.empty()) config->place.page_secret = page.secrets.front();
    page.desk = reader_.Text(node, "desk").value_or("");
    page.texts = reader_.Text(node, "texts").value_or("");
    page.style = reader_.Text(node, "style").value_or("");
    ReadProxies(node, &page);
    ReadRate(node, &page);
  }

  std::string ReadUrl(const yaml::Node& node) {
    std::string url = reader_.Text(node, "url").value_or("");
    if (node.Find("url") != nullptr && !IsPageUrl(url)) {
      Report(*node.Find("url"),
             "the page is at https://HOST[:PORT][/PATH], or at http:// on this machine");
    }
    while (absl::EndsWith(url, "/")) url.pop_back();
    return url;
  }

  void ReadListen(const yaml::Node& node, SurveyPageConfig* page) {
    page->listen = reader_.Text(node, "listen").value_or(page->listen);
    const absl::StatusOr<service::Address> address = service::ParseAddress(page->listen);
    if (address.ok() && address->unix_path.empty()) return;
    Report(*node.Find("listen"),
           "the page is served on a loopback address, HOST:PORT; a web server with TLS passes "
           "people's requests on");
  }

  void ReadSecrets(const yaml::Node& node, SurveyPageConfig* page) {
    for (const std::string& reference : reader_.Texts(node, "secret")) {
      if (!with_secrets_) continue;
      absl::StatusOr<std::string> secret = ReadSecret(reference);
      if (!secret.ok()) {
        Report(*node.Find("secret"), std::string(secret.status().message()));
      } else if (secret->size() < kMinSecretBytes) {
        Report(*node.Find("secret"), absl::StrCat(reference, " has fewer than ", kMinSecretBytes,
                                                  " bytes, which can be guessed"));
      } else {
        page->secrets.push_back(*std::move(secret));
      }
    }
  }

  void ReadProxies(const yaml::Node& node, SurveyPageConfig* page) {
    for (const std::string& text : reader_.Texts(node, "trusted_proxies")) {
      const std::optional<NetworkRange> range = NetworkRange::Parse(text);
      if (range.has_value()) {
        page->trusted_proxies.push_back(*range);
      } else {
        Report(*node.Find("trusted_proxies"),
               absl::StrCat("\"", text, "\" is neither an IP address nor a range, 10.0.0.0/8"));
      }
    }
  }

  void ReadRate(const yaml::Node& node, SurveyPageConfig* page) {
    const std::optional<std::string> text = reader_.Text(node, "max_requests_per_minute");
    int64_t rate = page->max_requests_per_minute;
    if (text.has_value() &&
        (!absl::SimpleAtoi(*text, &rate) || rate < 1 || rate > kMaxRequestsPerMinute)) {
      Report(*node.Find("max_requests_per_minute"),
             absl::StrCat("expected a whole number from 1 to ", kMaxRequestsPerMinute));
      return;
    }
    page->max_requests_per_minute = rate;
  }

  const bool with_secrets_;
  mapping::SpecReader& reader_;
};

}  // namespace

std::unique_ptr<const SurveyConfig> ReadSurveyConfig(const yaml::Node& node, bool with_secrets,
                                                     mapping::SpecReader* reader) {
  return SurveyConfigReader(with_secrets, reader).Read(node);
}

}  // namespace waypost::connectors
