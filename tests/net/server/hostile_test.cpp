#include "tests/net/server/fixture.h"

// Requests that are refused, each with a healthy caller after it. Every one ends its connection,
// for its bytes have lost their meaning.
namespace certloop::net {
namespace {

using namespace std::string_literals;

struct HostileCase {
  std::string name;
  std::string request;
  int status;
};

const std::string kStart = "POST /echo HTTP/1.1\r\nHost: a\r\n";
const std::string kChunked = kStart + "Transfer-Encoding: chunked\r\n\r\n";

std::string get(const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n";
}

std::vector<HostileCase> framing_cases() {
  return {
      {"a chunk size of -1", kChunked + "-1\r\nx", 400},
      {"a chunk size of -2", kChunked + "-2\r\n", 400},
      {"a chunk size that is no number", kChunked + "zz\r\nabc\r\n", 400},
      {"a chunk size near 2 GiB", kChunked + "7ffffff0\r\nabc", 413},
      {"a chunk size beyond 64 bits", kChunked + "fffffffffffffffff\r\nabc", 400},
      {"a chunk that is longer than it said", kChunked + "2\r\nabcd\r\n0\r\n\r\n", 400},
      {"a Content-Length over the limit", kStart + "Content-Length: 4097\r\n\r\n", 413},
      {"a Content-Length of 2 GiB", kStart + "Content-Length: 2147483648\r\n\r\n", 413},
      {"a Content-Length of -1", kStart + "Content-Length: -1\r\n\r\n", 400},
      {"a Content-Length of abc", kStart + "Content-Length: abc\r\n\r\n", 400},
      {"a Content-Length of 2x", kStart + "Content-Length: 2x\r\n\r\nab", 400},
      {"a Content-Length of +2", kStart + "Content-Length: +2\r\n\r\nab", 400},
      {"two Content-Length that differ",
       kStart + "Content-Length: 2\r\nContent-Length: 5\r\n\r\nabcde", 400},
      {"two Content-Length that agree", kStart + "Content-Length: 2\r\nContent-Length: 2\r\n\r\nab",
       400},
      {"a list as Content-Length", kStart + "Content-Length: 2, 2\r\n\r\nab", 400},
      {"Content-Length before Transfer-Encoding",
       kStart + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"Transfer-Encoding before Content-Length",
       kStart + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", 400},
      {"Transfer-Encoding gzip", kStart + "Transfer-Encoding: gzip\r\n\r\n", 400},
      {"Transfer-Encoding gzip, chunked",
       kStart + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400},
      {"Transfer-Encoding chunked twice",
       kStart + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"Transfer-Encoding chunked, chunked",
       kStart + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 400},
      {"Transfer-Encoding in HTTP/1.0",
       "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
  };
}

std::vector<HostileCase> head_cases() {
  return {
      {"no Host", "GET /ok HTTP/1.1\r\n\r\n", 400},
      {"two Hosts", "GET /ok HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400},
      {"two Hosts in HTTP/1.0", "GET /ok HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400},
      {"HTTP/9.9", "GET /ok HTTP/9.9\r\nHost: a\r\n\r\n", 400},
      {"HTTP/2.0", "GET /ok HTTP/2.0\r\nHost: a\r\n\r\n", 400},
      {"an HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
      {"HTTP/0.9", "GET /ok\r\n\r\n", 400},
      {"no version", "GET /ok \r\nHost: a\r\n\r\n", 400},
      {"a verb alone", "GET\r\n\r\n", 400},
      {"bare line feeds", "GET /ok HTTP/1.1\nHost: a\n\n", 400},
      {"a TLS hello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s, 400},
      {"a NUL byte in the path", get("/o\0k"s), 400},
      {"an escaped NUL in the path", get("/ok%00"), 400},
      {"an escaped slash in the path", get("/%2Fok"), 400},
      {"an escaped line feed in the path", get("/ok%0a"), 400},
      {"an escape without digits", get("/ok%"), 400},
      {"an escape with one digit", get("/ok%4"), 400},
      {"an escape of no hex digits", get("/ok%zz"), 400},
      {"raw UTF-8 in the path", get("/\xc3\xbc"), 400},
      {"a fragment", get("/ok#x"), 400},
      {"a target without a slash", get("ok"), 400},
      {"an absolute target", get("http://a/ok"), 400},
      {"CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"a control byte in a header", "GET /ok HTTP/1.1\r\nHost: a\r\nX: a\x01b\r\n\r\n", 400},
      {"a NUL byte in a header", "GET /ok HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n"s, 400},
      {"a bare carriage return in a header", "GET /ok HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", 400},
      {"a space before the colon", "GET /ok HTTP/1.1\r\nHost : a\r\n\r\n", 400},
      {"a header without a colon", "GET /ok HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n", 400},
      {"a header of 1 MB", "GET /ok HTTP/1.1\r\nHost: a\r\nX: " + std::string(1 << 20, 'x'), 431},
      {"a path of 1 MB", "GET /" + std::string(1 << 20, 'x'), 431},
      {"a path of many segments",
       [] {
         std::string path;
         for (int i = 0; i < 50'000; ++i) path += "/a";
         return get(path);
       }(),
       431},
  };
}

void check_refusal(const TestServer& server, const HostileCase& hostile) {
  INFO(hostile.name);
  auto client = server.connect();
  client.send(hostile.request);
  const auto answer = client.read_answer();
  CHECK(answer.status == hostile.status);
  CHECK(answer.headers.at("connection") == "close");
  client.finish_sending();
  CHECK(client.read_to_end().empty());
  CHECK(server.is_healthy());
}

TEST_CASE("a body of doubtful length is refused, unread by any handler") {
  const TestServer server;
  for (const auto& hostile : framing_cases()) {
    const int healthy_so_far = server.handled;
    check_refusal(server, hostile);
    CHECK(server.handled == healthy_so_far + 1);
  }
}

TEST_CASE("a malformed head is refused, unread by any handler") {
  const TestServer server;
  for (const auto& hostile : head_cases()) {
    const int healthy_so_far = server.handled;
    check_refusal(server, hostile);
    CHECK(server.handled == healthy_so_far + 1);
  }
}

// The peer keeps sending and gets the answer all the same: the server reads on for a while.
void check_flood(const TestServer& server, const std::string& start, const std::string& more,
                 int status) {
  auto client = server.connect();
  REQUIRE(client.send(start));
  const std::size_t sent = client.flood(more, std::size_t{64} << 20);
  CHECK(sent < std::size_t{64} << 20);
  CHECK(client.read_answer().status == status);
  CHECK(server.is_healthy());
}

TEST_CASE("an endless body is answered 413") {
  const TestServer server;
  check_flood(server, kChunked, "1000\r\n" + std::string(0x1000, 'x') + "\r\n", 413);
}

TEST_CASE("an endless body of announced length is answered 413 before it is read") {
  const TestServer server;
  check_flood(server, kStart + "Content-Length: 10737418240\r\n\r\n", std::string(65'536, 'x'),
              413);
}

TEST_CASE("an endless header is answered 431") {
  const TestServer server;
  SECTION("of many fields") {
    check_flood(server, kStart, "X-Field: value\r\n", 431);
  }
  SECTION("of one field") {
    check_flood(server, kStart + "X: ", std::string(1000, 'x'), 431);
  }
  SECTION("in the trailer") {
    check_flood(server, kChunked + "0\r\n", "X-Field: value\r\n", 431);
  }
  SECTION("in a chunk extension") {
    check_flood(server, kChunked + "1", ";ext=value", 431);
  }
}

TEST_CASE("an endless row of empty lines is refused") {
  const TestServer server;
  check_flood(server, "", "\r\n", 400);
}

TEST_CASE("aborted uploads leave nothing behind") {
  const TestServer server;
  for (int i = 0; i < 300; ++i) {
    auto client = server.connect();
    client.send(kHalfBody);
    if (i % 2 == 0) client.abort();
  }
  CHECK(server.is_healthy());
  CHECK(server.handled == 1);
}

}  // namespace
}  // namespace certloop::net
