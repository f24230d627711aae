// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/network_range.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "sidecar/text/absl_view.h"

namespace waypost::connectors {
namespace {

constexpr IpAddress kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0};
constexpr size_t kMappedBytes = 12;
constexpr int kAddressBits = 128;
constexpr size_t kNetworkBytes = 8;

bool IsMapped(const IpAddress& address) {
  return std::equal(kMapped.begin(), kMapped.begin() + kMappedBytes, address.begin());
}

}  // namespace

std::optional<IpAddress> ParseIpAddress(std::string_view text) {
  const std::string terminated(text);
  IpAddress address = kMapped;
  if (inet_pton(AF_INET, terminated.c_str(), address.data() + kMappedBytes) == 1) return address;
  if (inet_pton(AF_INET6, terminated.c_str(), address.data()) == 1) return address;
  return std::nullopt;
}

std::string CountedAs(const IpAddress& address) {
  return std::string(address.begin(),
                     IsMapped(address) ? address.end() : address.begin() + kNetworkBytes);
}

std::optional<NetworkRange> NetworkRange::Parse(std::string_view text) {
  const size_t slash = text.find('/');
  const std::optional<IpAddress> first = ParseIpAddress(text.substr(0, slash));
  if (!first.has_value()) return std::nullopt;
  if (slash == std::string_view::npos) return NetworkRange(*first, kAddressBits);
  const int mapped = IsMapped(*first) ? static_cast<int>(8 * kMappedBytes) : 0;
  int bits = 0;
  if (!absl::SimpleAtoi(AbslView(text.substr(slash + 1)), &bits) || bits < 0 ||
      bits > kAddressBits - mapped) {
    return std::nullopt;
  }
  return NetworkRange(*first, mapped + bits);
}

bool NetworkRange::Contains(const IpAddress& address) const {
  for (int bit = 0; bit < bits_; ++bit) {
    const auto byte = static_cast<size_t>(bit / 8);
    if (((first_[byte] ^ address[byte]) & (0x80 >> (bit % 8))) != 0) return false;
  }
  return true;
}

}  // namespace waypost::connectors
