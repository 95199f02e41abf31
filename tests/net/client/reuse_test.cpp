#include <atomic>

#include "controller/net/cpprest_client.h"
#include "tests/net/client/fixture.h"

using namespace certloop;
using namespace certloop::test;
using namespace std::chrono_literals;

namespace {

// Answers like any server until it turns hostile, then reads a request and closes.
class Turncoat {
 public:
  Script script() {
    return [this](Peer& peer) {
      for (;;) {
        const std::string request = peer.read_request();
        if (request.empty()) return;
        if (hostile_) {
          ++refused_;
          return;
        }
        if (!peer.send(ok("served"))) return;
      }
    };
  }
  void turn() { hostile_ = true; }
  int refused() const { return refused_; }

 private:
  std::atomic<bool> hostile_{false};
  std::atomic<int> refused_{0};
};

// The library hands a connection back to its pool a moment after the answer is complete, so a call
// that comes at once may still open another. Enough rounds make the pooled case certain.
constexpr int kRounds = 20;

}  // namespace

TEST_CASE_METHOD(ClientFixture, "connections are kept and used again") {
  HostileServer server({serve([](const std::string&) { return ok("served"); })});
  for (int round = 0; round < kRounds; ++round) REQUIRE(text(get(server.url())) == "served");
  CHECK(server.connections() < kRounds / 2);
}

TEST_CASE_METHOD(ClientFixture, "a pooled connection that the server closed is replaced unseen") {
  const Method method = GENERATE(Method::get, Method::put);
  const Script one_answer = say_and_close(ok("served"));
  HostileServer server({one_answer});
  for (int round = 0; round < kRounds; ++round) {
    HttpRequest made = request(method, server.url(), "/" + std::to_string(round));
    if (method == Method::put) {
      made.content_type = "text/plain";
      made.body = SecretBytes(std::string(100'000, 'p'));
    }
    REQUIRE(text(send(std::move(made))) == "served");
  }
  CHECK(server.requests().size() == kRounds);
}

TEST_CASE_METHOD(ClientFixture, "a repeatable request is repeated once after a pooled connection") {
  const Method method = GENERATE(Method::get, Method::put);
  int repeated = 0;
  for (int round = 0; round < kRounds; ++round) {
    Turncoat turncoat;
    HostileServer server({turncoat.script()});
    REQUIRE(get(server.url()).has_value());
    turncoat.turn();
    REQUIRE(fails_with(send(request(method, server.url(), "/")), ErrorCode::unavailable));
    // One on the pooled connection and one on a new one; only that one if none was pooled yet.
    REQUIRE(turncoat.refused() >= 1);
    REQUIRE(turncoat.refused() <= 2);
    if (turncoat.refused() == 2) ++repeated;
  }
  CHECK(repeated > 0);
}

TEST_CASE_METHOD(ClientFixture,
                 "the library does not repeat by itself, and a reused connection is told") {
  const Method method = GENERATE(Method::get, Method::put, Method::post);
  int stale = 0;
  for (int round = 0; round < kRounds; ++round) {
    Turncoat turncoat;
    HostileServer server({turncoat.script()});
    net::CpprestClient client(*net::parse_origin(server.url()), {});
    const auto shared = [&] {
      return std::make_shared<const HttpRequest>(request(method, server.url(), "/"));
    };
    REQUIRE(client.attempt(shared(), 20s, clock_).reusable);
    turncoat.turn();
    const net::Attempt second = client.attempt(shared(), 20s, clock_);
    REQUIRE(fails_with(second.result, ErrorCode::unavailable));
    REQUIRE_FALSE(second.reusable);
    REQUIRE(turncoat.refused() == 1);
    REQUIRE(second.stale == (server.connections() == 1));
    if (second.stale) ++stale;
  }
  CHECK(stale > 0);
}

TEST_CASE_METHOD(ClientFixture, "a request on a new connection is never repeated") {
  const Method method = GENERATE(Method::get, Method::put, Method::post);
  HostileServer server({say_and_close("")});
  CHECK(fails_with(send(request(method, server.url(), "/")), ErrorCode::unavailable));
  CHECK(server.requests().size() == 1);
  CHECK(server.connections() == 1);
}

TEST_CASE_METHOD(ClientFixture, "what must not run twice never meets a pooled connection") {
  const Method method = GENERATE(Method::post, Method::patch, Method::del);
  for (int round = 0; round < kRounds; ++round) {
    Turncoat turncoat;
    HostileServer server({turncoat.script()});
    REQUIRE(get(server.url()).has_value());
    turncoat.turn();
    REQUIRE(fails_with(send(request(method, server.url(), "/")), ErrorCode::unavailable));
    REQUIRE(turncoat.refused() == 1);
    REQUIRE(server.connections() == 2);
  }
}

TEST_CASE_METHOD(ClientFixture, "an answer that has begun is never asked for again") {
  std::atomic<bool> cut{false};
  HostileServer server({[&](Peer& peer) {
    while (!peer.read_request().empty()) {
      if (cut) {
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
        return;
      }
      if (!peer.send(ok("served"))) return;
    }
  }});
  for (int round = 0; round < kRounds; ++round) {
    cut = false;
    REQUIRE(get(server.url()).has_value());
    cut = true;
    const std::size_t before = server.requests().size();
    REQUIRE(fails_with(get(server.url()), ErrorCode::unavailable));
    REQUIRE(server.requests().size() == before + 1);
  }
}

TEST_CASE_METHOD(ClientFixture, "a refused connection is unavailable") {
  std::string url;
  {
    HostileServer gone({say("")});
    url = gone.url();
  }
  const auto [answer, took] = timed_get(url, 20s);
  CHECK(fails_with(answer, ErrorCode::unavailable));
  CHECK(took < 5s);
}
