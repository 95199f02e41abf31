#include <iostream>

#include "tests/net/server/fixture.h"

namespace certloop::net {
namespace {

// Hidden: it measures, and its numbers mean something in an optimised build only.
TEST_CASE("requests a second of one client", "[.speed]") {
  const TestServer server;
  auto client = server.connect();
  const auto request = post_echo("Content-Length: 200\r\n", std::string(200, 'x'));
  constexpr int kRequests = 20'000;
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < kRequests; ++i) {
    client.send(request);
    REQUIRE(client.read_answer().status == 200);
  }
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  std::cout << kRequests / taken.count() << " requests/s\n";
}

TEST_CASE("healthy callers among 5000 half-open connections", "[.speed]") {
  const TestServer server([] {
    auto limits = patient_limits();
    limits.connections = 4096;
    return limits;
  }());
  std::vector<RawClient> crowd;
  for (int i = 0; i < 5'000; ++i) {
    crowd.push_back(server.connect());
    crowd.back().send(i % 2 == 0 ? kHalfBody : "GET /ok HT");
  }
  std::chrono::duration<double, std::milli> worst{};
  for (int i = 0; i < 200; ++i) {
    const auto start = std::chrono::steady_clock::now();
    CHECK(server.is_healthy());
    worst = std::max(
        worst, std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start));
  }
  std::cout << "slowest of 200 healthy calls: " << worst.count() << " ms\n";
}

}  // namespace
}  // namespace certloop::net
