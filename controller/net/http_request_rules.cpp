#include "controller/net/http_request_rules.h"

#include <algorithm>
#include <optional>

namespace certloop::net {
namespace {

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}
bool is_visible(char c) {
  return c > 0x20 && c < 0x7f;
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool equals_ignoring_case(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, {}, lower, lower);
}

std::optional<int> hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  const char low = lower(c);
  if (low >= 'a' && low <= 'f') return low - 'a' + 10;
  return std::nullopt;
}

std::optional<char> decode_escape(std::string_view text) {
  if (text.size() < 3) return std::nullopt;
  const auto high = hex_digit(text[1]);
  const auto low = hex_digit(text[2]);
  if (!high || !low) return std::nullopt;
  return static_cast<char>(*high * 16 + *low);
}

std::optional<std::string> decode_path(std::string_view raw) {
  std::string path;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '%') {
      path += raw[i];
      continue;
    }
    const auto byte = decode_escape(raw.substr(i));
    if (!byte || is_control(*byte) || *byte == '/') return std::nullopt;
    path += *byte;
    i += 2;
  }
  return path;
}

std::ptrdiff_t count(const ServerRequest& request, std::string_view name) {
  return std::ranges::count(request.headers, name,
                            [](const auto& header) { return std::string_view(header.first); });
}

bool values_are_clean(const ServerRequest& request) {
  return std::ranges::none_of(request.headers, [](const auto& header) {
    return std::ranges::any_of(header.second, [](char c) { return is_control(c) && c != '\t'; });
  });
}

bool length_is_plain(const ServerRequest& request) {
  const auto lengths = count(request, "content-length");
  if (lengths == 0) return true;
  return lengths == 1 && std::ranges::all_of(request.header("content-length"), is_digit);
}

// HTTP/1.0 knows no transfer encodings: one in it was meant for somebody else's ears.
bool encoding_is_plain(unsigned version, const ServerRequest& request) {
  const auto encodings = count(request, "transfer-encoding");
  if (encodings == 0) return true;
  return version == 11 && encodings == 1 && count(request, "content-length") == 0 &&
         equals_ignoring_case(request.header("transfer-encoding"), "chunked");
}

}  // namespace

const std::string& ServerRequest::header(const std::string& name) const {
  static const std::string none;
  const auto found = std::ranges::find(
      headers, name, [](const auto& entry) -> const std::string& { return entry.first; });
  return found == headers.end() ? none : found->second;
}

void add_header(ServerRequest& request, std::string_view name, std::string_view value) {
  std::string lowered(name);
  std::ranges::transform(lowered, lowered.begin(), lower);
  request.headers.emplace_back(std::move(lowered), value);
}

bool read_target(std::string_view target, ServerRequest& request) {
  if (target.empty() || target.front() != '/') return false;
  if (!std::ranges::all_of(target, is_visible)) return false;
  if (target.find('#') != std::string_view::npos) return false;
  const auto mark = target.find('?');
  auto path = decode_path(target.substr(0, mark));
  if (!path) return false;
  request.path = std::move(*path);
  if (mark != std::string_view::npos) request.query = target.substr(mark + 1);
  return true;
}

bool head_is_unambiguous(unsigned version, const ServerRequest& request) {
  const auto hosts = count(request, "host");
  const bool host_is_clear = version == 11 ? hosts == 1 : hosts <= 1;
  return host_is_clear && values_are_clean(request) && length_is_plain(request) &&
         encoding_is_plain(version, request);
}

bool expects_continue(unsigned version, const ServerRequest& request) {
  return version == 11 && equals_ignoring_case(request.header("expect"), "100-continue");
}

}  // namespace certloop::net
