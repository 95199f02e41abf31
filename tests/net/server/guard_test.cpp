// A guard refuses a caller by the header alone.
#include "tests/net/server/fixture.h"

namespace certloop::net {
namespace {

// POST /guarded, for those who bring the key.
struct GuardedServer {
  GuardedServer() {
    auto listening = HttpServer::listen("127.0.0.1:0", patient_limits());
    REQUIRE(listening.has_value());
    server = std::move(*listening);
    server->route(
        "POST", "/guarded",
        [](const ServerRequest& request, const std::shared_ptr<Responder>& responder) {
          responder->answer({.status = 200, .body = request.body});
        },
        [](const ServerRequest& request) -> std::optional<ServerResponse> {
          if (request.header("key") == "throws") throw std::runtime_error("a fault of the guard");
          if (request.header("key") == "right") return std::nullopt;
          return ServerResponse{.status = 401};
        });
    server->start();
  }
  RawClient connect() const { return RawClient(server->port()); }
  std::unique_ptr<HttpServer> server{};
};

std::string request(const std::string& key, const std::string& rest) {
  return "POST /guarded HTTP/1.1\r\nHost: a\r\nKey: " + key + "\r\n" + rest;
}

TEST_CASE("a stranger is refused before his body has come") {
  const GuardedServer guarded;
  auto client = guarded.connect();
  client.send(request("wrong", "Content-Length: 4000\r\n\r\n"));
  CHECK(client.read_answer().status == 401);
}

TEST_CASE("a stranger that waits to be asked for his body is refused instead") {
  const GuardedServer guarded;
  auto client = guarded.connect();
  client.send(request("wrong", "Expect: 100-continue\r\nContent-Length: 4000\r\n\r\n"));
  CHECK(client.read_answer().status == 401);
}

TEST_CASE("who is let through is read to the end") {
  const GuardedServer guarded;
  auto client = guarded.connect();
  client.send(request("right", "Content-Length: 5\r\n\r\n"));
  client.send("hello");
  const auto answer = client.read_answer();
  CHECK(answer.status == 200);
  CHECK(answer.body == "hello");
}

TEST_CASE("a guard that throws lets nobody through") {
  const GuardedServer guarded;
  auto client = guarded.connect();
  client.send(request("throws", "Content-Length: 0\r\n\r\n"));
  CHECK(client.read_answer().status == 500);
}

}  // namespace
}  // namespace certloop::net
