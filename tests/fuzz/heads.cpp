// Heads of requests and answers, and addresses: a first line, then header fields, as lines. All
// rules read the same input: a request's target is no worse an address or date than any other text.
#include <algorithm>

#include "controller/net/answer_rules.h"
#include "controller/net/http_request_rules.h"
#include "controller/net/request_rules.h"
#include "tests/fuzz/targets.h"

namespace certloop::fuzz {
namespace {

using net::ServerRequest;

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

bool is_number(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string escaped(const std::string& path) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string all;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '/') {
      all += c;
    } else {
      all += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return all;
}

void check_target(std::string_view target) {
  ServerRequest request;
  if (!net::read_target(target, request)) return;
  law(request.path.rfind('/', 0) == 0, "a path is absolute");
  law(std::none_of(request.path.begin(), request.path.end(), is_control), "a path is no control");
  law(is_printable(request.query), "a query is printable");
  law(std::count(request.path.begin(), request.path.end(), '/') <=
          std::count(target.begin(), target.end(), '/'),
      "no slash comes out of an escape");
  ServerRequest again;
  law(net::read_target(escaped(request.path), again), "an escaped path is a path");
  law(again.path == request.path, "an escaped path is the same path");
}

void check_head(unsigned version, const ServerRequest& request) {
  if (!net::head_is_unambiguous(version, request)) return;
  const auto count = [&](const std::string& name) {
    return std::count_if(request.headers.begin(), request.headers.end(),
                         [&](const auto& header) { return header.first == name; });
  };
  law(count("host") <= 1, "a request is for one host");
  law(count("content-length") + count("transfer-encoding") <= 1, "a body ends in one place");
  law(is_number(request.header("content-length")), "a length is a number");
  law(version == 11 || count("transfer-encoding") == 0, "HTTP/1.0 has no encodings");
}

void check_answer(int status, const ServerRequest& fields) {
  const net::HeaderLookup lookup = [&](std::string_view name) -> std::optional<std::string> {
    std::string lower(name);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
    const auto& value = fields.header(lower);
    if (value.empty()) return std::nullopt;
    return value;
  };
  const auto framing = net::framing_of(status, lookup);
  law(!framing.length || framing.well_formed, "a length is only told of a good head");
  law(!framing.well_formed || (status >= 200 && status <= 599), "an answer is final");
  law(!framing.length || framing.self_delimited, "who tells a length can be asked again");
  const auto trace = net::trace_of(lookup);
  law(is_printable(trace) && trace.size() <= 64, "a trace is fit for a log");
}

void check_wait(std::string_view text) {
  const WallTime now = std::chrono::sys_days{std::chrono::year{2026} / 8 / 1};
  const auto wait = net::parse_retry_after(text, now);
  law(wait == net::parse_retry_after(text, now), "a wait is one wait");
  if (!wait) return;
  law(*wait >= Duration::zero() && *wait <= std::chrono::hours(1), "a wait is within the hour");
  const auto later = net::parse_retry_after(text, now + std::chrono::minutes(5));
  law(later && *later <= *wait, "a wait does not grow by waiting");
}

void check_origin(const std::string& url) {
  const auto origin = net::parse_origin(url);
  if (!origin) {
    return law(is_printable(origin.error().message), "a message is one line of printable ASCII");
  }
  law(!origin->host.empty() && is_printable(origin->host), "a host has a name");
  const auto same =
      (origin->tls ? "https://" : "http://") + net::authority(*origin) + origin->prefix;
  const auto again = net::parse_origin(same);
  law(again && *again == *origin, "an address reads as it is written");
}

void check_sent(const std::string& path, const ServerRequest& fields) {
  HttpRequest request;
  request.path = path;
  for (const auto& [name, value] : fields.headers) request.headers.emplace_back(name, value);
  if (!net::check_request(request)) return;
  law(std::none_of(path.begin(), path.end(), is_control), "no path has a second line");
  for (const auto& [name, value] : request.headers) {
    law(is_printable(name) && is_printable(value), "no header has a second line");
    law(name != "host" && name != "content-length" && name != "transfer-encoding",
        "the head's own fields are not ours");
  }
}

void run(std::string_view bytes) {
  Input input(bytes);
  const auto shape = input.byte();
  const std::string first(input.until('\n'));
  ServerRequest fields;
  while (!input.rest().empty()) {
    Input line(input.until('\n'));
    const auto name = line.until(':');
    net::add_header(fields, name, line.rest());
  }
  check_target(first);
  check_head(shape % 2 == 0 ? 11 : 10, fields);
  check_answer(static_cast<int>(100 + shape * 2), fields);
  check_wait(first);
  check_origin(first);
  check_sent(first, fields);
}

std::vector<std::string> seeds() {
  const std::string even(1, '\0');
  return {even + "/v1/notifications?a=b%20c\nHost:a\nContent-Length:12\nExpect:100-continue",
          "\x01/%41%2e\nhost:a\ntransfer-encoding:chunked",
          even + "/x\nhost:a\nTransfer-Encoding:chunked\nContent-Length:1\ncontent-length:2",
          "2Sun, 06 Nov 1994 08:49:37 GMT\nX-Correlation-Id:abc",
          "2Sat, 01 Aug 2026 00:20:00 GMT\nContent-Length:0",
          "2120",
          "299999999999",
          "2https://Iam.example:8443/prefix/",
          "2http://127.0.0.1:80",
          "2/projects/a/secrets?version=1\nif-match:tag\naccept:application/json"};
}

}  // namespace

Target heads() {
  return {"heads", run, seeds};
}

}  // namespace certloop::fuzz
