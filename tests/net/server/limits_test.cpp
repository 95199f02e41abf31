#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <ctime>
#include <filesystem>
#include <iostream>
#include <optional>

#include "tests/net/server/fixture.h"
#include "tests/support/process.h"

namespace certloop::net {
namespace {

using std::chrono::steady_clock;

milliseconds since(steady_clock::time_point start) {
  return std::chrono::duration_cast<milliseconds>(steady_clock::now() - start);
}

TEST_CASE("a request that does not end in time is cut off, however it drips") {
  const TestServer server(small_limits());
  const auto start = steady_clock::now();
  auto client = server.connect();
  std::string_view drip;
  SECTION("silence") {}
  SECTION("a head without an end") {
    client.send("GET /ok HTTP/1.1\r\nX: ");
    drip = "x";
  }
  SECTION("a body of known length") {
    client.send(post_echo("Content-Length: 4000\r\n", ""));
    drip = "x";
  }
  SECTION("a chunked body") {
    client.send(post_echo("Transfer-Encoding: chunked\r\n", ""));
    drip = "1\r\nx\r\n";
  }
  while (!client.hears_within(milliseconds(20)) && since(start) < milliseconds(3'000))
    client.send(drip);
  CHECK(client.read_to_end().empty());
  CHECK(since(start) >= milliseconds(250));
  CHECK(since(start) < milliseconds(2'000));
  CHECK(server.handled == 0);
}

TEST_CASE("an idle connection is closed after the idle timeout") {
  auto limits = patient_limits();
  limits.idle_timeout = Duration(100);
  const TestServer server(limits);
  auto client = server.connect();
  client.send(kGetOk);
  CHECK(client.read_answer().status == 200);
  CHECK(client.read_to_end().empty());
}

TEST_CASE("the idle timeout ends where the next request begins") {
  auto limits = patient_limits();
  limits.idle_timeout = Duration(200);
  const TestServer server(limits);
  auto client = server.connect();
  client.send(kGetOk);
  CHECK(client.read_answer().status == 200);
  client.send("GET /ok ");
  CHECK_FALSE(client.hears_within(milliseconds(500)));
  client.send("HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(client.read_answer().status == 200);
}

TEST_CASE("a peer that does not read its answer is cut off") {
  auto limits = small_limits();
  auto server = HttpServer::listen("127.0.0.1:0", limits).value();
  server->route("GET", "/large", [](const ServerRequest&, const auto& responder) {
    responder->answer({.body = std::string(64 << 20, 'x')});
  });
  server->start();
  RawClient client(server->port());
  client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  REQUIRE(client.hears_within(milliseconds(5'000)));
  const auto start = steady_clock::now();
  while (client.send("x") && since(start) < milliseconds(4'000))
    RawClient(server->port()).hears_within(milliseconds(20));
  CHECK(since(start) < milliseconds(4'000));
  CHECK(client.read_to_end().size() < std::size_t{64} << 20);
}

TEST_CASE("at the connection cap the oldest waiting connection makes room") {
  auto limits = patient_limits();
  limits.connections = 8;
  const TestServer server(limits);
  std::vector<RawClient> waiting;
  for (int i = 0; i < 8; ++i) {
    waiting.push_back(server.connect());
    waiting.back().send(kHalfBody);
  }
  CHECK_FALSE(waiting.front().hears_within(milliseconds(50)));
  CHECK(server.is_healthy());
  CHECK(waiting[0].read_to_end().empty());
  waiting[7].send("-whole");
  CHECK(waiting[7].read_answer().body == "half-whole");
}

TEST_CASE("a connection that was served goes behind those that only wait") {
  auto limits = patient_limits();
  limits.connections = 3;
  const TestServer server(limits);
  auto regular = server.connect();
  regular.send(kGetOk);
  CHECK(regular.read_answer().status == 200);
  auto idler = server.connect();
  idler.send(kHalfBody);
  auto other = server.connect();
  other.send(kHalfBody);
  regular.send(kGetOk);
  CHECK(regular.read_answer().status == 200);
  auto newcomer = server.connect();
  newcomer.send(kGetOk);
  CHECK(newcomer.read_answer().status == 200);
  CHECK(idler.read_to_end().empty());
  regular.send(kGetOk);
  CHECK(regular.read_answer().status == 200);
}

TEST_CASE("a connection whose handler works is never evicted") {
  auto limits = patient_limits();
  limits.connections = 2;
  const TestServer server(limits);
  auto first = server.connect();
  first.send(kGetHold);
  const auto first_responder = server.inbox->take();
  auto second = server.connect();
  second.send(kGetHold);
  const auto second_responder = server.inbox->take();
  REQUIRE((first_responder && second_responder));

  auto newcomer = server.connect();
  newcomer.send(kGetOk);
  CHECK(newcomer.read_to_end().empty());
  first_responder->answer({.status = 202});
  CHECK(first.read_answer().status == 202);
  CHECK(server.is_healthy());
  second_responder->answer({.status = 202});
  CHECK(second.read_answer().status == 202);
}

TEST_CASE("many half-open connections do not hurt healthy callers") {
  auto limits = patient_limits();
  limits.connections = 200;
  const TestServer server(limits);
  std::vector<RawClient> crowd;
  for (int i = 0; i < 600; ++i) {
    crowd.push_back(server.connect());
    if (i % 3 == 1) crowd.back().send("GET /ok HT");
    if (i % 3 == 2) crowd.back().send(kHalfBody);
    if (i % 50 == 0) CHECK(server.is_healthy());
  }
  CHECK(server.is_healthy());
}

rlimit descriptor_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return limit;
}

// Sets the soft descriptor limit, and back when it goes.
class SoftLimit {
 public:
  explicit SoftLimit(rlim_t soft) { set({soft, before_.rlim_max}); }
  ~SoftLimit() { setrlimit(RLIMIT_NOFILE, &before_); }
  SoftLimit(const SoftLimit&) = delete;
  SoftLimit& operator=(const SoftLimit&) = delete;
  void restore() { set(before_); }

 private:
  static void set(rlimit limit) { REQUIRE(setrlimit(RLIMIT_NOFILE, &limit) == 0); }
  const rlimit before_ = descriptor_limit();
};

TEST_CASE("listening raises the soft descriptor limit to the hard one") {
  const auto hard = descriptor_limit().rlim_max;
  const SoftLimit lowered(hard / 2);
  const auto server = HttpServer::listen("127.0.0.1:0");
  CHECK(descriptor_limit().rlim_cur == hard);
}

double cpu_seconds() {
  timespec used{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

TEST_CASE("out of descriptors the server waits without burning a core, and recovers") {
  auto server = HttpServer::listen("127.0.0.1:0", patient_limits()).value();
  server->route("GET", "/ok",
                [](const ServerRequest&, const auto& responder) { responder->answer({}); });
  RawClient client(server->port());
  client.send(kGetOk);

  const int first_free = dup(0);
  ::close(first_free);
  SoftLimit exhausted(static_cast<rlim_t>(first_free));
  server->start();
  const double start = cpu_seconds();
  const bool was_served = client.hears_within(milliseconds(400));
  const double used = cpu_seconds() - start;
  exhausted.restore();  // before any check: a sanitizer's own work needs descriptors, too
  CHECK_FALSE(was_served);
  CHECK(used < 0.2);
  CHECK(client.read_answer().status == 200);
}

// The program of the next case, started by it: a server that may hold few descriptors, which tells
// its port and serves until SIGTERM. A process of its own, because a limit once lowered is for good
// and because a fork of a process with threads must not start new ones.
TEST_CASE("serve with few descriptors", "[.]") {
  sigset_t end;
  sigemptyset(&end);
  sigaddset(&end, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &end, nullptr);
  const rlimit few{128, 128};
  REQUIRE(setrlimit(RLIMIT_NOFILE, &few) == 0);
  auto limits = patient_limits();
  limits.connections = 4096;
  auto server = HttpServer::listen("127.0.0.1:0", limits).value();
  server->route("GET", "/ok",
                [](const ServerRequest&, const auto& responder) { responder->answer({}); });
  server->start();
  std::cerr << server->port() << std::endl;
  int received = 0;
  sigwait(&end, &received);
  server->stop(Duration(0));
}

TEST_CASE("the connection cap stays below the descriptor limit") {
  const auto self = std::filesystem::read_symlink("/proc/self/exe").string();
  test_support::Process process({self, "serve with few descriptors"});
  const auto told = process.wait_for_line([](const std::string&) { return true; });
  REQUIRE(told);
  const auto port = static_cast<std::uint16_t>(std::stoi(*told));
  {
    std::vector<RawClient> crowd;
    for (int i = 0; i < 80; ++i) crowd.emplace_back(port).send("GET /ok HT");
    RawClient healthy(port);
    healthy.send(kGetOk);
    CHECK(healthy.read_answer().status == 200);
    CHECK(crowd.front().read_to_end().empty());  // 128 - 64 places: the first ones had to go
    CHECK_FALSE(crowd.back().hears_within(milliseconds(0)));
  }
  process.signal(SIGTERM);
  CHECK(process.wait() == 0);
}

}  // namespace
}  // namespace certloop::net
