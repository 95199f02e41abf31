#include "api/v1/internal/url.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace certloop::v1::internal {
namespace {

constexpr std::size_t kMaxUrl = 2048;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::optional<unsigned> number(std::string_view text, unsigned max) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && value <= max ? std::optional(value) : std::nullopt;
}

// Calls `each` for the pieces of `text` between the separators, until it says false.
template <class Each>
bool all_pieces(std::string_view text, char separator, Each each) {
  while (true) {
    const std::size_t end = text.find(separator);
    if (!each(text.substr(0, end))) return false;
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
}

bool is_loopback(const std::string& host) {
  if (host == "localhost") return true;
  if (host.rfind("127.", 0) != 0 || std::count(host.begin(), host.end(), '.') != 3) return false;
  return all_pieces(host, '.', [](std::string_view piece) {
    return piece.size() <= 3 && number(piece, 255).has_value();
  });
}

bool is_ipv6(std::string_view host) {
  return host.size() >= 4 && host.front() == '[' && host.back() == ']' &&
         host.find_first_not_of("0123456789abcdef:.", 1) == host.size() - 1;
}

bool is_plain_path(std::string_view path) {
  if (path.empty()) return true;
  return all_pieces(path.substr(1), '/', [](std::string_view segment) {
    return !segment.empty() && segment != "." && segment != "..";
  });
}

struct Authority {
  std::string host{};
  std::string_view port{};  // with its colon
};

Authority split(std::string_view authority) {
  const std::size_t bracket = authority.find(']');
  const std::size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon == std::string_view::npos) return {lower(authority), {}};
  return {lower(authority.substr(0, colon)), authority.substr(colon)};
}

Checked<std::string> check_authority(const std::string& scheme, std::string_view text) {
  const Authority authority = split(text);
  if (!is_host_name(authority.host) && !is_ipv6(authority.host)) {
    return wrong("must have a valid host name");
  }
  if (is_ipv6(authority.host)) {
    return wrong("must name its host", "addresses of IPv6 are not supported by the HTTP client");
  }
  const bool has_port = !authority.port.empty();
  const auto port = has_port ? number(authority.port.substr(1), 65535) : std::nullopt;
  if (has_port && port.value_or(0) == 0) return wrong("must have a port from 1 to 65535");
  if (scheme == "http" && !is_loopback(authority.host)) {
    return wrong("must begin with https:// unless the host is this machine itself",
                 "tokens and keys would cross the network in the clear");
  }
  const bool is_default = !has_port || *port == (scheme == "https" ? 443u : 80u);
  return authority.host + (is_default ? std::string() : ":" + std::to_string(*port));
}

}  // namespace

Checked<std::string> check_url(const std::string& text) {
  const std::size_t colon = text.find("://");
  const std::string scheme = lower(std::string_view(text).substr(0, std::min(colon, text.size())));
  if (colon == std::string::npos || (scheme != "https" && scheme != "http")) {
    return wrong("must be an address", "it begins with https://");
  }
  if (text.size() > kMaxUrl) return wrong("must be at most 2048 characters long");
  const bool printable = std::all_of(text.begin(), text.end(), [](char c) {
    return c > 0x20 && c < 0x7f && std::string_view("\"<>\\^`{|}").find(c) == std::string::npos;
  });
  if (!printable) return wrong("must be an address without spaces or special characters");
  if (text.find_first_of("?#") != std::string::npos) {
    return wrong("must be an address without query or fragment", "leave out '?', '#' and the rest");
  }
  std::string_view rest = std::string_view(text).substr(colon + 3);
  while (!rest.empty() && rest.back() == '/') rest.remove_suffix(1);
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  if (rest.substr(0, slash).find('@') != std::string_view::npos) {
    return wrong("must be an address without user name or password",
                 "credentials come from 'apiKeyFile' or 'trustedProfile'");
  }
  auto authority = check_authority(scheme, rest.substr(0, slash));
  if (!authority) return authority;
  const std::string_view path = rest.substr(slash);
  if (!is_plain_path(path)) return wrong("must have a path without '//', '.' or '..'");
  return scheme + "://" + *authority + std::string(path);
}

std::string find_uuid(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  const std::size_t path = std::min(url.find('/'), url.size());
  std::string found;
  const auto is_other = [&found](std::string_view piece) {
    if (is_uuid(piece)) found = piece;
    return found.empty();
  };
  if (all_pieces(url.substr(0, path), '.', is_other)) all_pieces(url.substr(path), '/', is_other);
  return found;
}

}  // namespace certloop::v1::internal
