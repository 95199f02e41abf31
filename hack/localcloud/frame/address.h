#pragma once
#include <optional>
#include <string>

namespace localcloud {

// An http or https URL in its parts.
struct Address {
  std::string scheme{};
  std::string host{};  // without the brackets of an IPv6 address
  std::string port{};
  std::string target{};  // path and query, "/" at least

  // The machine itself: "localhost" or a loopback IP address. Names are never resolved.
  bool is_loopback() const;
};

// Empty when it is not such a URL, holds user information, blanks or control characters.
std::optional<Address> parse_address(const std::string& url);

}  // namespace localcloud
