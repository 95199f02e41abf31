#include "hack/localcloud/frame/address.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>

namespace localcloud {
namespace {

bool is_printable(unsigned char c) {
  return c > 0x20 && c < 0x7f;
}

bool is_port(const std::string& text) {
  return !text.empty() && text.size() <= 5 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }) &&
         std::stoi(text) > 0 && std::stoi(text) < 65536;
}

// "host", "host:port", "[v6]:port" -> host and port.
bool split_authority(const std::string& authority, Address& address) {
  const auto bracket = authority.find(']');
  const auto colon = authority.find(':', bracket == std::string::npos ? 0 : bracket);
  address.host = authority.substr(0, colon);
  if (colon != std::string::npos) address.port = authority.substr(colon + 1);
  if (bracket != std::string::npos) {
    if (address.host.front() != '[' || address.host.back() != ']') return false;
    address.host = address.host.substr(1, address.host.size() - 2);
  }
  return !address.host.empty() && address.host.find_first_of("[]@") == std::string::npos &&
         is_port(address.port);
}

}  // namespace

bool Address::is_loopback() const {
  if (host == "localhost") return true;
  boost::system::error_code failed;
  const auto ip = boost::asio::ip::make_address(host, failed);
  return !failed && ip.is_loopback();
}

std::optional<Address> parse_address(const std::string& url) {
  if (!std::all_of(url.begin(), url.end(), is_printable)) return std::nullopt;
  const auto scheme_end = url.find("://");
  Address address{.scheme = url.substr(0, scheme_end)};
  if (scheme_end == std::string::npos) return std::nullopt;
  if (address.scheme != "http" && address.scheme != "https") return std::nullopt;
  address.port = address.scheme == "http" ? "80" : "443";
  const std::string rest = url.substr(scheme_end + 3);
  const auto target = std::min(rest.find_first_of("/?#"), rest.size());
  if (!split_authority(rest.substr(0, target), address)) return std::nullopt;
  address.target = rest.substr(target, rest.find('#') - target);
  if (address.target.empty() || address.target.front() != '/') address.target.insert(0, "/");
  return address;
}

}  // namespace localcloud
