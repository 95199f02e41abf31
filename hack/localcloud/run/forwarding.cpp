#include "hack/localcloud/run/forwarding.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "hack/localcloud/frame/characters.h"

namespace localcloud::run {
namespace {

// About one connection, not about the message: RFC 9110, 7.6.1.
constexpr std::array<std::string_view, 10> kOfOneHop = {
    "connection", "keep-alive",      "proxy-authenticate", "proxy-authorization",
    "te",         "trailer",         "transfer-encoding",  "upgrade",
    "expect",     "proxy-connection"};
constexpr int kSegmentsOfAddress = 3;  // "/app/<project id>/<app name>"

// What the headers "connection" name is about the connection too.
bool is_named(const std::string& connection, const std::string& name) {
  std::size_t start = 0;
  while (start < connection.size()) {
    const auto comma = std::min(connection.find(',', start), connection.size());
    std::string one = lowercase(connection.substr(start, comma - start));
    std::erase_if(one, [](char c) { return c == ' ' || c == '\t'; });
    if (one == name) return true;
    start = comma + 1;
  }
  return false;
}

// Names are in lowercase.
void drop_hop(Headers& headers) {
  std::string connection;
  for (const auto& [name, value] : headers) {
    if (name == "connection") connection += value + ',';
  }
  std::erase_if(headers, [&connection](const auto& header) {
    return std::find(kOfOneHop.begin(), kOfOneHop.end(), header.first) != kOfOneHop.end() ||
           is_named(connection, header.first);
  });
}

std::string target_below(const Request& request) {
  std::size_t end = 0;
  for (int i = 0; i < kSegmentsOfAddress && end != std::string::npos; ++i) {
    end = request.raw_path.find('/', end + 1);
  }
  std::string target = end == std::string::npos ? "/" : request.raw_path.substr(end);
  if (!request.raw_query.empty()) target += '?' + request.raw_query;
  return target;
}

void drop(Headers& headers, const std::string& name) {
  std::erase_if(headers, [&name](const auto& header) { return header.first == name; });
}

void set(Headers& headers, const std::string& name, const std::string& value) {
  drop(headers, name);
  headers.emplace_back(name, value);
}

std::string with_before(const Headers& headers, const std::string& name, const std::string& value) {
  const std::string before = find(headers, name);
  return before.empty() ? value : before + ", " + value;
}

}  // namespace

OutboundRequest forwarded(World& world, Request request) {
  OutboundRequest result{.method = request.method, .url = target_below(request)};
  Headers& headers = request.headers;
  const std::string host = request.header("host");
  const std::string caller = "127.0.0.1";  // nobody else reaches a cloud on the loopback
  const std::string scheme = world.address.substr(0, world.address.find("://"));
  drop_hop(headers);
  drop(headers, "content-length");  // of a body that may have been packed
  set(headers, "x-forwarded-for", with_before(headers, "x-forwarded-for", caller));
  set(headers, "x-forwarded-proto", scheme);
  set(headers, "forwarded",
      with_before(headers, "forwarded",
                  "for=" + caller + ";host=\"" + host + "\";proto=" + scheme));
  if (find(headers, "x-request-id").empty()) set(headers, "x-request-id", world.ids.uuid());
  result.headers = std::move(headers);
  result.body = std::move(request.body);
  return result;
}

Response answered(const OutboundResult& result) {
  if (result.failure == "timeout") return plain(504, "upstream request timeout");
  if (result.status == 0) {
    return plain(502, "upstream connect error or disconnect/reset before the end of the answer");
  }
  Response response{.status = result.status, .headers = result.headers, .body = result.body};
  response.content_type = result.header("content-type");
  drop_hop(response.headers);
  drop(response.headers, "content-type");
  return response;
}

Response plain(int status, const std::string& text) {
  return {.status = status, .body = text + '\n', .content_type = "text/plain"};
}

}  // namespace localcloud::run
