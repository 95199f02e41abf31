#include "controller/net/answer_rules.h"
#include "controller/net/body_buffer.h"
#include "controller/net/request_rules.h"
#include "tests/support/catch.h"

using namespace certloop;
using namespace certloop::net;
using namespace std::chrono_literals;

TEST_CASE("an endpoint is read into its parts") {
  const auto [url, origin, shown] = GENERATE(table<std::string, Origin, std::string>({
      {"https://Service.Example", {true, "service.example", 443, ""}, "service.example"},
      {"https://a.b-c.example:8443/v2/",
       {true, "a.b-c.example", 8443, "/v2"},
       "a.b-c.example:8443"},
      {"http://127.0.0.1:80/sm/x", {false, "127.0.0.1", 80, "/sm/x"}, "127.0.0.1"},
      {"http://127.8.9.10:443", {false, "127.8.9.10", 443, ""}, "127.8.9.10:443"},
      {"http://localhost:1", {false, "localhost", 1, ""}, "localhost:1"},
  }));
  INFO(url);
  const auto read = parse_origin(url);
  REQUIRE(read.has_value());
  CHECK((*read == origin));
  CHECK(authority(*read) == shown);
}

TEST_CASE("an endpoint that is no plain base URL is refused") {
  const std::string url = GENERATE(
      as<std::string>(), "", "service.example", "ftp://service.example", "HTTPS://service.example",
      "https://", "https:///v2", "https://user:word@service.example",
      "https://user@service.example", "https://service.example?x=1", "https://service.example/a?x",
      "https://service.example#f", "https://service.example/a#f", "https://service.example:0",
      "https://service.example:65536", "https://service.example:", "https://service.example:-1",
      "https://service.example:80a", "https://[::1]", "http://[::1]:80", "https://ser vice.example",
      "https://service.example/a b", "https://service.example//a", "https://service.example/%zz",
      "https://service\r\n.example", "https://s\xc3\xa9rvice.example", "http://service.example",
      "http://127.0.0.1.example", "http://127.evil.example", "http://1270.0.0.1", "http://10.0.0.1",
      "http://localhost.example");
  INFO(url);
  const auto read = parse_origin(url);
  REQUIRE_FALSE(read.has_value());
  CHECK(read.error().code == ErrorCode::invalid);
  CHECK(read.error().message.find("word") == std::string::npos);
}

TEST_CASE("a request holds nothing that the head could be broken with") {
  HttpRequest request;
  request.path = "/a";
  REQUIRE(check_request(request).has_value());

  SECTION("paths") {
    request.path = GENERATE(as<std::string>(), "", "a", "//host/a", "/a b", "/a\r\nX: 1", "/a#b",
                            "/a%2", "/a%zz", "/\xc3\xa9", "/a\"b", "/a\\b", "/a<b>", "/a|b");
  }
  SECTION("header names") {
    request.headers = {{GENERATE(as<std::string>(), "", "X A", "X:A", "X\r\nA", "X\xc3\xa9"), "v"}};
  }
  SECTION("reserved headers") {
    request.headers = {
        {GENERATE(as<std::string>(), "Host", "hOST", "Connection", "Keep-Alive",
                  "Transfer-Encoding", "Content-Length", "Content-Type", "TE", "Trailer", "Upgrade",
                  "Expect", "Accept-Encoding", "Authorization", "Proxy-Connection"),
         "v"}};
  }
  SECTION("header values") {
    using namespace std::string_literals;
    request.headers = {
        {"X-A", GENERATE("a\rb"s, "a\nb"s, "a\0b"s, "a\tb"s, "a\x7f"s, "\xc3\xa9"s)}};
  }
  SECTION("credentials") {
    request.authorization = SecretBytes("Bearer canary\r\nX: 1");
  }
  SECTION("content type") {
    request.content_type = "text/plain\nX: 1";
  }

  const auto checked = check_request(request);
  REQUIRE_FALSE(checked.has_value());
  CHECK(checked.error().code == ErrorCode::invalid);
  CHECK(checked.error().message.find("canary") == std::string::npos);
}

TEST_CASE("Retry-After is seconds or a date, never negative, at most an hour") {
  const WallTime now = std::chrono::sys_days(2026y / 11 / 23) + 10h + 20min + 30s;
  const auto [value, wait] = GENERATE(table<std::string, std::optional<Duration>>({
      {"0", 0s},
      {"120", 120s},
      {"3600", 3600s},
      {"3601", 3600s},
      {"99999999999999999999", 3600s},
      {"Mon, 23 Nov 2026 10:21:00 GMT", 30s},
      {"Mon, 23 Nov 2026 10:20:30 GMT", 0s},
      {"Mon, 23 Nov 2026 10:20:00 GMT", 0s},
      {"Sun, 06 Nov 1994 08:49:37 GMT", 0s},
      {"Mon, 23 Nov 9999 10:21:00 GMT", 3600s},
      {"", std::nullopt},
      {"-1", std::nullopt},
      {"+5", std::nullopt},
      {"1.5", std::nullopt},
      {"5s", std::nullopt},
      {"soon", std::nullopt},
      {"Mon, 31 Feb 2026 10:21:00 GMT", std::nullopt},
      {"Mon, 23 Nov 2026 24:21:00 GMT", std::nullopt},
      {"Mon, 23 Nov 2026 10:21:00 CET", std::nullopt},
      {"Mon, 23 Nuv 2026 10:21:00 GMT", std::nullopt},
  }));
  INFO(value);
  CHECK((parse_retry_after(value, now) == wait));
}

TEST_CASE("the first of the services' correlation ids is the trace") {
  std::map<std::string, std::string, std::less<>> headers;
  const auto lookup = [&](std::string_view name) -> std::optional<std::string> {
    const auto found = headers.find(name);
    return found == headers.end() ? std::nullopt : std::optional(found->second);
  };
  CHECK(trace_of(lookup).empty());
  headers["X-Global-Transaction-Id"] = "fourth";
  CHECK(trace_of(lookup) == "fourth");
  headers["Transaction-Id"] = "third\r\n\x1b[31m";
  CHECK(trace_of(lookup) == "third[31m");
  headers["X-Request-Id"] = "second";
  CHECK(trace_of(lookup) == "second");
  headers["X-Correlation-Id"] = "";
  CHECK(trace_of(lookup) == "second");
  headers["X-Correlation-Id"] = std::string(65, 'x');
  CHECK(trace_of(lookup) == std::string(64, 'x'));
}

TEST_CASE("a body buffer gives back what was put in, over any number of growths") {
  BodyBuffer buffer;
  std::string expected;
  for (int piece = 0; piece < 200; ++piece) {
    const std::string bytes(static_cast<std::size_t>(piece * 7 % 53),
                            static_cast<char>('a' + piece % 26));
    buffer.append(bytes.data(), bytes.size());
    expected += bytes;
  }
  CHECK(buffer.size() == expected.size());
  CHECK((buffer.take().reveal() == expected));
  CHECK(buffer.size() == 0);
}
