#pragma once
#include <cstdint>
#include <string>

#include "controller/ports/http_transport.h"

// What must hold before a request of ours goes out. Pure: no network.
namespace certloop::net {

// Where requests go: the parts of an endpoint's base URL.
struct Origin {
  bool tls = true;
  std::string host{};  // lowercase; a name or an IPv4 address
  std::uint16_t port = 443;
  std::string prefix{};  // of every path; empty or "/…" without a trailing slash
  bool operator==(const Origin&) const = default;
};

// "https://host[:port][/prefix]", nothing else: no user, query or fragment, no IPv6 literal
// (cpprestsdk cannot connect to one). Plain http only to 127.0.0.0/8 and localhost.
// Errors: invalid; the message does not repeat the URL, which may hold what it should not.
Result<Origin> parse_origin(const std::string& url);

// "host", or "host:port" where the port is not the scheme's own. For logs and as a key.
std::string authority(const Origin& origin);

// Checks all that becomes part of the head, so that no value can add a header or a request.
// Refused: what is not visible ASCII; Host, Connection, lengths and encodings (the library's own
// part, and what it does with ours is unsafe); Authorization and Content-Type outside of their
// fields. Errors: invalid; header names are told, values never.
Result<void> check_request(const HttpRequest& request);

}  // namespace certloop::net
