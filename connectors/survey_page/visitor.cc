// SPDX-License-Identifier: Apache-2.0
#include "connectors/survey_page/visitor.h"

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "sidecar/text/absl_view.h"

namespace waypost::survey_page {
namespace {

using connectors::IpAddress;
using connectors::NetworkRange;

constexpr absl::Duration kMakeRoomAfter = absl::Seconds(1);
// The name of those who share an allowance; no address counts as that.
constexpr const char* kOthers = "others";

bool IsTrusted(const IpAddress& address, const std::vector<NetworkRange>& trusted) {
  return std::any_of(trusted.begin(), trusted.end(),
                     [&](const NetworkRange& range) { return range.Contains(address); });
}

// An address as proxies write it, some with a port: "192.0.2.1:80", "[2001:db8::1]:80".
std::optional<IpAddress> ForwardedAddress(std::string_view text) {
  if (!text.empty() && text.front() == '[') {
    const size_t end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    return connectors::ParseIpAddress(text.substr(1, end - 1));
  }
  if (std::count(text.begin(), text.end(), ':') == 1) text = text.substr(0, text.find(':'));
  return connectors::ParseIpAddress(text);
}

}  // namespace

std::string VisitorOf(std::string_view remote, std::string_view forwarded_for,
                      const std::vector<NetworkRange>& trusted) {
  std::optional<IpAddress> visitor = connectors::ParseIpAddress(remote);
  if (!visitor.has_value()) return "";
  const std::vector<std::string> hops = absl::StrSplit(AbslView(forwarded_for), ',');
  for (auto hop = hops.rbegin(); hop != hops.rend() && IsTrusted(*visitor, trusted); ++hop) {
    const auto address = ForwardedAddress(std::string(absl::StripAsciiWhitespace(*hop)));
    if (!address.has_value()) break;
    visitor = address;
  }
  return connectors::CountedAs(*visitor);
}

absl::Duration VisitorLimits::Take(const std::string& visitor, absl::Time now) {
  const absl::MutexLock lock(&mutex_);
  auto found = full_again_.find(visitor);
  if (found == full_again_.end()) {
    if (full_again_.size() >= kMaxVisitors) MakeRoom(now);
    const bool has_room = full_again_.size() < kMaxVisitors;
    found = full_again_.try_emplace(has_room ? visitor : kOthers, now).first;
  }
  absl::Time& full_again = found->second;
  full_again = std::clamp(full_again, now, now + allowance_);
  const absl::Duration wait = full_again + interval_ - now - allowance_;
  if (wait > absl::ZeroDuration()) return wait;
  full_again += interval_;
  return absl::ZeroDuration();
}

void VisitorLimits::MakeRoom(absl::Time now) {
  if (absl::AbsDuration(now - made_room_at_) < kMakeRoomAfter) return;
  made_room_at_ = now;
  absl::erase_if(full_again_, [&](const auto& visitor) { return visitor.second <= now; });
}

}  // namespace waypost::survey_page
