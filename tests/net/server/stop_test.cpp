#include <thread>

#include "tests/net/server/fixture.h"

namespace certloop::net {
namespace {

using std::chrono::steady_clock;

// Stops with a grace that nobody needs; tells how long it took.
milliseconds time_to_stop(HttpServer& server, Duration grace) {
  const auto start = steady_clock::now();
  server.stop(grace);
  return std::chrono::duration_cast<milliseconds>(steady_clock::now() - start);
}

constexpr Duration kLongGrace{20'000};
constexpr milliseconds kAtOnce{2'000};  // far below the grace, far above a busy machine's pauses

TEST_CASE("stopping drops idle and half-read connections at once") {
  const TestServer server;
  std::vector<RawClient> clients;
  for (int i = 0; i < 30; ++i) {
    clients.push_back(server.connect());
    if (i % 3 == 0) clients.back().send("GET /ok HTTP/1.1\r\nHo");
    if (i % 3 == 1) clients.back().send(kHalfBody);
    if (i % 3 == 2) {
      clients.back().send(kGetOk);
      CHECK(clients.back().read_answer().status == 200);
    }
  }
  CHECK(time_to_stop(*server.server, kLongGrace) < kAtOnce);
  for (auto& client : clients) CHECK(client.read_to_end().empty());
}

TEST_CASE("stopping drops a connection that lingers after a refusal") {
  const TestServer server;
  auto client = server.connect();
  client.send(post_echo("Content-Length: 9999999\r\n", ""));
  CHECK(client.read_answer().status == 413);
  CHECK(time_to_stop(*server.server, kLongGrace) < kAtOnce);
}

TEST_CASE("a handler that answers within the grace is heard, then the stop is over") {
  const TestServer server;
  auto client = server.connect();
  client.send(kGetHold);
  const auto responder = server.inbox->take();
  REQUIRE(responder);
  auto idle = server.connect();
  idle.send("GET");
  std::thread worker([&] {
    idle.read_to_end();  // the stop has begun
    responder->answer({.status = 202});
  });
  CHECK(time_to_stop(*server.server, kLongGrace) < kAtOnce);
  worker.join();
  const auto answer = client.read_answer();
  CHECK(answer.status == 202);
  CHECK(answer.headers.at("connection") == "close");
  CHECK(client.read_to_end().empty());
}

TEST_CASE("a handler that needs longer than the grace is cut off") {
  const TestServer server;
  auto client = server.connect();
  client.send(kGetHold);
  const auto responder = server.inbox->take();
  REQUIRE(responder);
  const auto taken = time_to_stop(*server.server, Duration(200));
  CHECK(taken >= milliseconds(190));
  CHECK(taken < milliseconds(200) + kAtOnce);
  CHECK(client.read_to_end().empty());
  responder->answer({.status = 200});
}

TEST_CASE("stopping twice, or from two threads, is stopping once") {
  const TestServer server;
  std::thread other([&] { server.server->stop(kLongGrace); });
  server.server->stop(kLongGrace);
  other.join();
  CHECK(time_to_stop(*server.server, kLongGrace) < kAtOnce);
}

TEST_CASE("a server that was never started stops, and stays stopped") {
  auto server = HttpServer::listen("127.0.0.1:0").value();
  const auto port = server->port();
  server->stop(kLongGrace);
  server->start();
  CHECK_THROWS(RawClient(port));
}

TEST_CASE("a stopped server accepts nobody") {
  const TestServer server;
  const auto port = server.server->port();
  server.server->stop(Duration(0));
  CHECK_THROWS(RawClient(port));
}

TEST_CASE("a server can start anew on the port of the one before") {
  std::string address = "127.0.0.1:0";
  for (int i = 0; i < 5; ++i) {
    const TestServer server(patient_limits(), address);
    address = "127.0.0.1:" + std::to_string(server.server->port());
    auto client = server.connect();
    client.send(kGetOk);
    CHECK(client.read_answer().status == 200);
  }
}

TEST_CASE("stopping under load is clean") {
  for (int round = 0; round < 10; ++round) {
    const TestServer server;
    std::vector<std::thread> callers;
    std::atomic<int> served{0};
    for (int i = 0; i < 4; ++i) {
      callers.emplace_back([&, port = server.server->port()] {
        try {
          RawClient client(port);
          while (client.send(kGetOk) && client.read_answer().status == 200) ++served;
        } catch (const std::exception&) {
          // The end of the connection: what this test waits for.
        }
      });
    }
    while (served < 20) std::this_thread::yield();
    CHECK(time_to_stop(*server.server, kLongGrace) < kAtOnce);
    for (auto& caller : callers) caller.join();
  }
}

}  // namespace
}  // namespace certloop::net
