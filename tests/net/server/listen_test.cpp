#include "tests/net/server/fixture.h"

namespace certloop::net {
namespace {

TEST_CASE("a text that is no numeric address with a port is invalid") {
  for (const std::string address :
       {"", ":", ":80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:-1", "127.0.0.1:65536",
        "127.0.0.1:80 ", "localhost:80", "::1:80", "[::1]", "[::1]80", "[127.0.0.1]:80", "[]:80",
        "256.0.0.1:80", "127.0.0.1:0x50"}) {
    INFO(address);
    const auto server = HttpServer::listen(address);
    REQUIRE_FALSE(server.has_value());
    CHECK(server.error().code == ErrorCode::invalid);
  }
}

TEST_CASE("an address that is not this machine's is invalid") {
  const auto server = HttpServer::listen("192.0.2.1:0");
  REQUIRE_FALSE(server.has_value());
  CHECK(server.error().code == ErrorCode::invalid);
}

TEST_CASE("a port that is taken is unavailable, and the message says which") {
  const auto first = HttpServer::listen("127.0.0.1:0").value();
  const auto address = "127.0.0.1:" + std::to_string(first->port());
  const auto second = HttpServer::listen(address);
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().code == ErrorCode::unavailable);
  CHECK(second.error().message.find(address) != std::string::npos);
}

TEST_CASE("a connection made before the start is served after it") {
  auto server = HttpServer::listen("127.0.0.1:0").value();
  server->route("GET", "/ok",
                [](const ServerRequest&, const auto& responder) { responder->answer({}); });
  RawClient client(server->port());
  client.send(kGetOk);
  CHECK_FALSE(client.hears_within(milliseconds(50)));
  server->start();
  CHECK(client.read_answer().status == 200);
}

TEST_CASE("an IPv6 address is served like any other") {
  auto listening = HttpServer::listen("[::1]:0");
  if (!listening) {
    WARN("this machine has no IPv6 loopback");
    return;
  }
  const auto server = std::move(*listening);
  server->route("GET", "/ok", [](const ServerRequest& request, const auto& responder) {
    responder->answer({.status = request.peer_is_loopback ? 200 : 403});
  });
  server->start();
  RawClient client(server->port(), milliseconds(5'000), "::1");
  client.send(kGetOk);
  CHECK(client.read_answer().status == 200);
}

TEST_CASE("an IPv4 peer of a socket for both families is still loopback") {
  auto listening = HttpServer::listen("[::]:0");
  if (!listening) {
    WARN("this machine has no IPv6");
    return;
  }
  const auto server = std::move(*listening);
  server->route("GET", "/ok", [](const ServerRequest& request, const auto& responder) {
    responder->answer({.status = request.peer_is_loopback ? 200 : 403});
  });
  server->start();
  RawClient client(server->port());
  client.send(kGetOk);
  CHECK(client.read_answer().status == 200);
}

}  // namespace
}  // namespace certloop::net
