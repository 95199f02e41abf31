#include <future>
#include <thread>

#include "tests/net/client/fixture.h"

using namespace certloop;
using namespace certloop::test;
using namespace std::chrono_literals;

namespace {

constexpr Duration kLimit = 300ms;
// The library's own time-outs begin at 10 s: below it, the end was ours.
constexpr Duration kLate = 5s;

Script drip(std::string head) {
  return [head = std::move(head)](Peer& peer) {
    if (peer.read_request().empty() || !peer.send(head)) return;
    while (peer.send("x") && !peer.closed_within(20ms)) continue;
  };
}

}  // namespace

TEST_CASE_METHOD(ClientFixture, "a peer that does not finish is left at the deadline") {
  const auto [name, script] = GENERATE(table<std::string, Script>({
      {"silence", say("")},
      {"half a head", say("HTTP/1.1 200 OK\r\nContent-Le")},
      {"a body that stops", say("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")},
      {"a head, byte by byte", drip("HTTP/1.1 200 OK\r\nX-Drip: ")},
      {"a body, byte by byte", drip("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")},
      {"headers without end",
       flood("HTTP/1.1 200 OK\r\n", "X-More: " + std::string(80, 'm') + "\r\n")},
  }));
  INFO(name);
  HostileServer server({script});
  const auto [answer, took] = timed_get(server.url(), kLimit);
  CHECK(fails_with(answer, ErrorCode::unavailable));
  CHECK(took >= kLimit - 10ms);  // milliseconds are cut on the way
  CHECK(took < kLate);
}

TEST_CASE_METHOD(ClientFixture,
                 "a peer that never takes the connection up is left at the deadline") {
  HostileServer plain({say("")});
  // TLS is spoken to a server that waits for a request's end.
  const auto [answer, took] =
      timed_get("https://127.0.0.1:" + std::to_string(plain.port()), kLimit);
  CHECK(fails_with(answer, ErrorCode::unavailable));
  CHECK(took < kLate);
}

TEST_CASE_METHOD(ClientFixture, "a deadline that has passed costs no connection") {
  HostileServer server({serve([](const std::string&) { return ok("late"); })});
  CHECK(fails_with(get(server.url(), "/", 0ms), ErrorCode::unavailable));
  CHECK(fails_with(get(server.url(), "/", -1s), ErrorCode::unavailable));
  CHECK(server.connections() == 0);
}

TEST_CASE_METHOD(ClientFixture, "the phase time-out ends a silent exchange before a far deadline") {
  use({.phase_timeout = kLimit});
  HostileServer server({say("")});
  const auto [answer, took] = timed_get(server.url(), 60s);
  CHECK(fails_with(answer, ErrorCode::unavailable));
  CHECK(took < kLate);
}

TEST_CASE_METHOD(ClientFixture, "after a deadline the next request has a connection of its own") {
  HostileServer server({say(""), serve([](const std::string&) { return ok("second"); })});
  CHECK(fails_with(get(server.url(), "/", kLimit), ErrorCode::unavailable));
  CHECK(text(get(server.url())) == "second");
  CHECK(server.connections() == 2);
}

TEST_CASE_METHOD(ClientFixture, "destroying the transport ends a hung request") {
  std::promise<void> reached;
  HostileServer server({[&](Peer& peer) {
    peer.read_request();
    reached.set_value();
    peer.read_request();
  }});
  auto hung = std::async(
      std::launch::async,
      [&, &in_use = transport(), made = request(Method::get, server.url(), "/", 60s)]() mutable {
        return in_use.send(std::move(made));
      });
  reached.get_future().wait();
  const SteadyTime begun = clock_.steady_now();
  destroy_transport();
  CHECK(fails_with(hung.get(), ErrorCode::unavailable));
  CHECK(clock_.steady_now() - begun < kLate);
}
