// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace waypost::connectors {

// An IP address; those of version 4 as IPv6 maps them (RFC 4291, 2.5.5.2).
using IpAddress = std::array<uint8_t, 16>;

// "192.0.2.1" or "2001:db8::1"; nothing for what is neither.
[[nodiscard]] std::optional<IpAddress> ParseIpAddress(std::string_view text);

// Whom an address stands for where requests are counted: one of version 4 for itself, one of
// version 6 for its /64, which is what one household or machine is given.
[[nodiscard]] std::string CountedAs(const IpAddress& address);

// The addresses that begin with the same bits.
class NetworkRange {
 public:
  // "10.0.0.0/8", "2001:db8::/32" or a single address; nothing for what is neither.
  static std::optional<NetworkRange> Parse(std::string_view text);

  [[nodiscard]] bool Contains(const IpAddress& address) const;

 private:
  NetworkRange(const IpAddress& first, int bits) : first_(first), bits_(bits) {}

  IpAddress first_;
  int bits_;
};

}  // namespace waypost::connectors
