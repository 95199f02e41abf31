#include "controller/net/http_answer.h"

#include <algorithm>
#include <boost/beast/http/status.hpp>

namespace certloop::net {
namespace {

std::string reason(int status) {
  const auto known = boost::beast::http::int_to_status(static_cast<unsigned>(status));
  const auto phrase = boost::beast::http::obsolete_reason(known);
  return {phrase.data(), phrase.size()};
}

bool is_one_line(const std::string& text) {
  return std::ranges::none_of(text, [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
  });
}

bool is_sendable(const ServerResponse& answer) {
  return answer.status >= 200 && answer.status <= 599 && is_one_line(answer.content_type) &&
         std::ranges::all_of(answer.headers, [](const auto& header) {
           return is_one_line(header.first) && is_one_line(header.second);
         });
}

// RFC 9110, section 6.4.1: these statuses never have a body.
bool is_bodiless(int status) {
  return status == 204 || status == 304;
}

void add_field(std::string& head, const std::string& name, const std::string& value) {
  head.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

ServerResponse plain_answer(int status) {
  return {.status = status, .body = "{\"error\":\"" + reason(status) + "\"}"};
}

std::string answer_head(ServerResponse& answer, bool keep_alive) {
  if (!is_sendable(answer)) answer = plain_answer(500);
  std::string head = "HTTP/1.1 " + std::to_string(answer.status) + ' ' + reason(answer.status);
  head += "\r\n";
  if (is_bodiless(answer.status)) {
    answer.body.clear();
  } else {
    add_field(head, "Content-Type", answer.content_type);
    add_field(head, "Content-Length", std::to_string(answer.body.size()));
  }
  add_field(head, "Cache-Control", "no-store");
  add_field(head, "X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : answer.headers) add_field(head, name, value);
  if (!keep_alive) add_field(head, "Connection", "close");
  return head += "\r\n";
}

}  // namespace certloop::net
