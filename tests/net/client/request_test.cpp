#include <atomic>
#include <thread>

#include "tests/net/client/fixture.h"

using namespace certloop;
using namespace certloop::test;
using namespace std::chrono_literals;

namespace {

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string lowercase(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

}  // namespace

TEST_CASE_METHOD(ClientFixture, "a request arrives as it was made") {
  HostileServer server({serve([](const std::string&) { return ok(""); })});
  HttpRequest made = request(Method::patch, server.url() + "/v2/", "/a%2Fb/c:d?x=%20y&z=1,2");
  made.headers = {{"If-Match", "\"tag\""}, {"X-Two", "2"}};
  made.authorization = SecretBytes("Bearer token");
  made.content_type = "application/json";
  made.body = SecretBytes("{\"a\":1}");
  REQUIRE(send(std::move(made)).has_value());
  const std::string seen = server.requests().at(0);
  CAPTURE(seen);
  CHECK(seen.starts_with("PATCH /v2/a%2Fb/c:d?x=%20y&z=1,2 HTTP/1.1\r\n"));
  CHECK(holds(seen, "\r\nHost: 127.0.0.1:" + std::to_string(server.port()) + "\r\n"));
  CHECK(holds(seen, "\r\nIf-Match:\"tag\"\r\n"));
  CHECK(holds(seen, "\r\nX-Two:2\r\n"));
  CHECK(holds(seen, "\r\nAuthorization:Bearer token\r\n"));
  CHECK(holds(seen, "\r\nContent-Type:application/json\r\n"));
  CHECK(holds(seen, "\r\nContent-Length:7\r\n"));
  CHECK(holds(seen, "\r\nUser-Agent:certloop\r\n"));
  CHECK(seen.ends_with("\r\n\r\n{\"a\":1}"));
}

TEST_CASE_METHOD(ClientFixture, "each method goes out under its name") {
  const auto [method, name] = GENERATE(table<Method, std::string>({
      {Method::get, "GET"},
      {Method::post, "POST"},
      {Method::put, "PUT"},
      {Method::patch, "PATCH"},
      {Method::del, "DELETE"},
  }));
  HostileServer server({say(ok(""))});
  REQUIRE(send(request(method, server.url(), "/")).has_value());
  CHECK(server.requests().at(0).starts_with(name + " / HTTP/1.1\r\n"));
}

TEST_CASE_METHOD(ClientFixture, "no compression is asked for and no credentials are made up") {
  HostileServer server({say(ok(""))});
  REQUIRE(get(server.url()).has_value());
  const std::string seen = lowercase(server.requests().at(0));
  CHECK_FALSE(holds(seen, "encoding"));
  CHECK_FALSE(holds(seen, "\nte:"));
  CHECK_FALSE(holds(seen, "authorization"));
  CHECK_FALSE(holds(seen, "expect"));
}

TEST_CASE_METHOD(ClientFixture, "a large body arrives whole") {
  HostileServer server({say(ok(""))});
  HttpRequest made = request(Method::put, server.url(), "/");
  made.content_type = "application/octet-stream";
  made.body = SecretBytes(std::string(1u << 20, 'u'));
  REQUIRE(send(std::move(made)).has_value());
  CHECK(server.requests().at(0).ends_with("\r\n\r\n" + std::string(1u << 20, 'u')));
}

TEST_CASE_METHOD(ClientFixture, "a request that could be read as two is refused unsent") {
  HostileServer server({serve([](const std::string&) { return ok(""); })});
  HttpRequest made = request(Method::get, server.url(), "/");
  SECTION("line break in a value") {
    made.headers = {{"X-A", "1\r\nX-B: 2"}};
  }
  SECTION("line break in credentials") {
    made.authorization = SecretBytes("a\nX-B: 2");
  }
  SECTION("line break in the content type") {
    made.content_type = "a\r\nX-B: 2";
  }
  SECTION("line break in the path") {
    made.path = "/ HTTP/1.1\r\nX-B: 2";
  }
  SECTION("a Host of ours") {
    made.headers = {{"host", "other.example"}};
  }
  SECTION("a plain URL to another host") {
    made.endpoint.url = "http://service.invalid";
  }
  CHECK(fails_with(send(std::move(made)), ErrorCode::invalid));
  CHECK(server.connections() == 0);
}

TEST_CASE_METHOD(ClientFixture, "a message of failure tells the peer and never the credentials") {
  HostileServer server({say_and_close("")});
  HttpRequest made = request(Method::post, server.url(), "/secret-path?canary=1");
  made.authorization = SecretBytes("Bearer canary");
  made.body = SecretBytes("canary");
  const std::string message = text(send(std::move(made)));
  CHECK(holds(message, "POST 127.0.0.1:" + std::to_string(server.port())));
  CHECK_FALSE(holds(message, "canary"));
}

TEST_CASE_METHOD(ClientFixture, "eight threads share one transport and each gets its own answers") {
  HostileServer server({serve([](const std::string& seen) { return ok(target_of(seen)); })});
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 8; ++thread) {
    threads.emplace_back([&, thread] {
      for (int call = 0; call < 25; ++call) {
        const std::string path = "/" + std::to_string(thread) + "/" + std::to_string(call);
        if (text(get(server.url(), path)) != path) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
  CHECK(server.requests().size() == 200);
  CHECK(server.connections() < 200);
}
