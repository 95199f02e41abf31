#include "controller/net/request_rules.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace certloop::net {
namespace {

bool is_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::string lowercase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

bool is_host(std::string_view host) {
  return !host.empty() && host.size() <= 253 &&
         std::ranges::all_of(host, [](char c) { return is_alnum(c) || c == '-' || c == '.'; });
}

// "127.a.b.c" or "localhost". A name that only begins with 127 is somebody's domain.
bool is_loopback(std::string_view host) {
  if (host == "localhost") return true;
  return host.starts_with("127.") && std::ranges::count(host, '.') == 3 && host.size() <= 15 &&
         std::ranges::all_of(host, [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// A path with a query, everything but the characters that stand for themselves percent-encoded.
// "//" at its beginning would be read as a host.
bool is_target(std::string_view target) {
  if (!target.starts_with('/') || target.starts_with("//")) return false;
  for (std::size_t i = 0; i < target.size(); ++i) {
    const char c = target[i];
    if (c == '%') {
      if (i + 2 >= target.size() || !is_hex(target[i + 1]) || !is_hex(target[i + 2])) return false;
    } else if (!is_alnum(c) && std::string_view("-._~!$&'()*+,;=:@/?").find(c) == target.npos) {
      return false;
    }
  }
  return true;
}

bool is_token(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return is_alnum(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

bool is_value(std::string_view value) {
  return std::ranges::all_of(value, [](char c) { return c >= ' ' && c <= '~'; });
}

bool is_reserved(std::string_view name) {
  static constexpr std::array<std::string_view, 13> kReserved{
      "accept-encoding", "authorization", "connection",       "content-length",   "content-type",
      "expect",          "host",          "keep-alive",       "proxy-connection", "te",
      "trailer",         "upgrade",       "transfer-encoding"};
  return std::ranges::find(kReserved, lowercase(name)) != kReserved.end();
}

Result<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0) {
    return fail(ErrorCode::invalid, "the endpoint's port is not a number from 1 to 65535");
  }
  return port;
}

}  // namespace

Result<Origin> parse_origin(const std::string& url) {
  Origin origin;
  std::string_view rest = url;
  if (rest.starts_with("http://")) {
    origin.tls = false;
    origin.port = 80;
  } else if (!rest.starts_with("https://")) {
    return fail(ErrorCode::invalid, "the endpoint is not an https URL");
  }
  rest.remove_prefix(rest.find("//") + 2);

  const std::size_t slash = std::min(rest.find('/'), rest.size());
  origin.prefix = rest.substr(slash);
  while (origin.prefix.ends_with('/')) origin.prefix.pop_back();
  if (!origin.prefix.empty() &&
      (!is_target(origin.prefix) || origin.prefix.find('?') != std::string::npos)) {
    return fail(ErrorCode::invalid, "the endpoint's path holds what a base URL cannot");
  }

  std::string_view host = rest.substr(0, slash);
  if (const std::size_t colon = host.rfind(':'); colon != std::string_view::npos) {
    const auto port = parse_port(host.substr(colon + 1));
    if (!port) return tl::make_unexpected(port.error());
    origin.port = *port;
    host = host.substr(0, colon);
  }
  if (!is_host(host)) {
    return fail(ErrorCode::invalid, "the endpoint's host is not a name or an IPv4 address");
  }
  origin.host = lowercase(host);
  if (!origin.tls && !is_loopback(origin.host)) {
    return fail(ErrorCode::invalid, "plain http is for loopback addresses, not " + origin.host);
  }
  return origin;
}

std::string authority(const Origin& origin) {
  const std::uint16_t own = origin.tls ? 443 : 80;
  return origin.port == own ? origin.host : origin.host + ":" + std::to_string(origin.port);
}

Result<void> check_request(const HttpRequest& request) {
  if (!is_target(request.path)) {
    return fail(ErrorCode::invalid, "the request's path is malformed or not percent-encoded");
  }
  for (const auto& [name, value] : request.headers) {
    if (!is_token(name)) return fail(ErrorCode::invalid, "a header's name is malformed");
    if (is_reserved(name))
      return fail(ErrorCode::invalid, "header " + name + " is not ours to set");
    if (!is_value(value)) {
      return fail(ErrorCode::invalid, "header " + name + " holds other than visible ASCII");
    }
  }
  if (!is_value(request.authorization.reveal())) {
    return fail(ErrorCode::invalid, "the credentials hold other than visible ASCII");
  }
  if (!is_value(request.content_type)) {
    return fail(ErrorCode::invalid, "the content type holds other than visible ASCII");
  }
  return {};
}

}  // namespace certloop::net
