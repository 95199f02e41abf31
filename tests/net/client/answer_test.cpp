#include "tests/net/client/fixture.h"

using namespace certloop;
using namespace certloop::test;
using namespace std::chrono_literals;

namespace {

std::string chunk(std::size_t size) {
  char line[16];
  const int digits = std::snprintf(line, sizeof line, "%zx\r\n", size);
  return std::string(line, static_cast<std::size_t>(digits)) + std::string(size, 'c') + "\r\n";
}

const std::string kChunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

}  // namespace

TEST_CASE_METHOD(ClientFixture, "whole answers come as values") {
  const std::string large(3u << 20, 'b');
  const auto [name, bytes, status, body] =
      GENERATE_REF(table<std::string, std::string, int, std::string>({
          {"by length", ok("body"), 200, "body"},
          {"empty", ok(""), 200, ""},
          {"chunked", kChunked + "3\r\nabc\r\n2;ext=1\r\nde\r\n0\r\n\r\n", 200, "abcde"},
          {"large", ok(large), 200, large},
          {"large and chunked", kChunked + chunk(1u << 20) + "0\r\n\r\n", 200,
           std::string(1u << 20, 'c')},
          {"without content", "HTTP/1.1 204 No Content\r\n\r\n", 204, ""},
          {"a refusal", "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}", 404, "{}"},
          {"a failure", "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", 503, ""},
      }));
  INFO(name);
  HostileServer server({say(bytes)});
  const auto answer = get(server.url());
  REQUIRE(answer.has_value());
  CHECK(answer->status == status);
  CHECK((answer->body.reveal() == body));
}

TEST_CASE_METHOD(ClientFixture, "a body that ends with the connection is whole") {
  HostileServer server({say_and_close("HTTP/1.1 200 OK\r\n\r\nto the end")});
  CHECK(text(get(server.url())) == "to the end");
}

TEST_CASE_METHOD(ClientFixture, "the head's fields are taken over, printable and capped") {
  HostileServer server({say(ok("{}",
                               "Content-Type: application/json\r\nRetry-After: 7\r\n"
                               "X-Request-Id: second\r\nX-Correlation-Id: \x01trace\xc3\xa9" +
                                   std::string(100, 't') + "\r\n"))});
  const auto answer = get(server.url());
  REQUIRE(answer.has_value());
  CHECK(answer->content_type == "application/json");
  CHECK(answer->retry_after == Duration(7s));
  CHECK(answer->trace == "trace" + std::string(59, 't'));
}

TEST_CASE_METHOD(ClientFixture,
                 "an answer that cannot be trusted is corrupt and its connection dropped") {
  const auto [name, bytes] = GENERATE(table<std::string, std::string>({
      {"100 as the answer", "HTTP/1.1 100 Continue\r\n\r\n" + ok("first")},
      {"103 as the answer", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + ok("first")},
      {"101 as the answer", "HTTP/1.1 101 Switching Protocols\r\n\r\n"},
      {"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 5\r\n\r\nfirst"},
      {"length with a tail", "HTTP/1.1 200 OK\r\nContent-Length: 2x\r\n\r\nfirst"},
      {"no number as length", "HTTP/1.1 200 OK\r\nContent-Length: abc\r\n\r\nfirst"},
      {"negative length", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nfirst"},
      {"length and chunks",
       "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"
       "Transfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n0\r\n\r\n"},
      {"unknown encoding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"},
      {"content with 204", "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nfirst"},
      {"no chunk size", kChunked + "zz\r\nfirst\r\n0\r\n\r\n"},
      {"no status line", "ICY 200 OK\r\nContent-Length: 5\r\n\r\nfirst"},
      {"no status", "HTTP/1.1 abc OK\r\nContent-Length: 5\r\n\r\nfirst"},
      {"impossible status", "HTTP/1.1 600 Odd\r\nContent-Length: 5\r\n\r\nfirst"},
      {"another version", "HTTP/2.0 200 OK\r\nContent-Length: 5\r\n\r\nfirst"},
  }));
  INFO(name);
  HostileServer server({say(bytes), serve([](const std::string&) { return ok("second"); })});
  CHECK(fails_with(get(server.url(), "/1"), ErrorCode::corrupt));
  CHECK(text(get(server.url(), "/2")) == "second");
  CHECK(server.connections() == 2);
  CHECK(server.requests().size() == 2);
}

TEST_CASE_METHOD(ClientFixture, "a body above the cap is too large, and not read to its end") {
  use({.max_body_bytes = 1000});
  const auto [name, script] = GENERATE(table<std::string, Script>({
      {"announced", say("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n")},
      {"one byte more", say(kChunked + chunk(1001) + "0\r\n\r\n")},
      {"chunks without end", flood(kChunked, chunk(64 * 1024))},
      {"bytes without end", flood("HTTP/1.1 200 OK\r\n\r\n", std::string(64 * 1024, 'b'))},
  }));
  INFO(name);
  HostileServer server({script});
  CHECK(fails_with(get(server.url()), ErrorCode::too_large));
}

TEST_CASE_METHOD(ClientFixture, "a body of exactly the cap is a value") {
  use({.max_body_bytes = 1000});
  const auto [name, bytes] = GENERATE(table<std::string, std::string>({
      {"by length", ok(std::string(1000, 'c'))},
      {"chunked", kChunked + chunk(1000) + "0\r\n\r\n"},
  }));
  INFO(name);
  HostileServer server({say(bytes)});
  CHECK(text(get(server.url())) == std::string(1000, 'c'));
}

TEST_CASE_METHOD(ClientFixture, "an answer that is cut is unavailable") {
  const auto [name, script] = GENERATE(table<std::string, Script>({
      {"before the head", say_and_close("")},
      {"in the head", say_and_close("HTTP/1.1 200 OK\r\nContent-Le")},
      {"in the body", say_and_close("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")},
      {"in a chunk", say_and_close(kChunked + "9\r\nhalf")},
      {"before the last chunk", say_and_close(kChunked + "4\r\nhalf\r\n")},
      {"by a reset",
       [](Peer& peer) {
         peer.read_request();
         peer.reset();
       }},
  }));
  INFO(name);
  HostileServer server({script});
  CHECK(fails_with(get(server.url()), ErrorCode::unavailable));
}

TEST_CASE_METHOD(ClientFixture, "a redirect is returned, and nothing is sent to where it points") {
  const int status = GENERATE(301, 302, 303, 307, 308);
  const Method method = GENERATE(Method::get, Method::post);
  HostileServer elsewhere({serve([](const std::string&) { return ok("caught"); })});
  HostileServer server({say("HTTP/1.1 " + std::to_string(status) + " Moved\r\nLocation: " +
                            elsewhere.url() + "/x\r\nContent-Length: 0\r\n\r\n")});
  HttpRequest made = request(method, server.url(), "/");
  made.authorization = SecretBytes("Bearer canary");
  const auto answer = send(std::move(made));
  REQUIRE(answer.has_value());
  CHECK(answer->status == status);
  CHECK(elsewhere.connections() == 0);
  CHECK(server.requests().size() == 1);
}
