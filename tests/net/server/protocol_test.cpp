#include "tests/net/server/fixture.h"

namespace certloop::net {
namespace {

TEST_CASE("an answer carries its length, its type and the headers that protect it") {
  const TestServer server;
  const auto answer = server.ask(post_echo("Content-Length: 5\r\n", "hello"));
  CHECK(answer.status == 200);
  CHECK(answer.body == "hello");
  CHECK(answer.headers.at("content-length") == "5");
  CHECK(answer.headers.at("content-type") == "text/plain");
  CHECK(answer.headers.at("cache-control") == "no-store");
  CHECK(answer.headers.at("x-content-type-options") == "nosniff");
  CHECK(answer.headers.count("server") == 0);
  CHECK(answer.headers.count("connection") == 0);
}

TEST_CASE("a handler sees the request decoded and complete") {
  const TestServer server;
  const auto answer = server.ask(
      "POST /des%63ribe?a=%20b&c HTTP/1.1\r\nHOST: a\r\nX-Text:  caf\xc3\xa9 \t\r\n\r\n");
  CHECK(answer.status == 200);
  CHECK(answer.body == "POST\n/describe\na=%20b&c\nloopback\nhost=a\nx-text=caf\xc3\xa9\n");
}

TEST_CASE("a chunked body arrives whole") {
  const TestServer server;
  const std::string encoded = "Transfer-Encoding: Chunked\r\n";
  SECTION("in plain chunks") {
    CHECK(server.ask(post_echo(encoded, "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")).body == "abcde");
  }
  SECTION("with extensions") {
    CHECK(server.ask(post_echo(encoded, "3;name=\"a b\";flag\r\nabc\r\n0;end\r\n\r\n")).body ==
          "abc");
  }
  SECTION("with trailer fields") {
    CHECK(server.ask(post_echo(encoded, "3\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n")).body == "abc");
  }
  SECTION("of exactly the limit") {
    const std::string body(4096, 'x');
    CHECK(server.ask(post_echo(encoded, "1000\r\n" + body + "\r\n0\r\n\r\n")).body == body);
  }
}

TEST_CASE("a request may come in any packets") {
  const TestServer server;
  const auto request =
      post_echo("Content-Length: 3\r\nX-Long: " + std::string(300, 'x') + "\r\n", "abc");
  SECTION("byte by byte") {
    auto client = server.connect();
    for (const char byte : request) REQUIRE(client.send(std::string(1, byte)));
    CHECK(client.read_answer().body == "abc");
  }
  SECTION("split anywhere, and it is one request") {
    auto client = server.connect();
    for (std::size_t split = 1; split < request.size(); split += 7) {
      REQUIRE(client.send(request.substr(0, split)));
      REQUIRE(client.send(request.substr(split)));
      REQUIRE(client.read_answer().body == "abc");
    }
    client.finish_sending();
    CHECK(client.read_to_end().empty());
  }
}

TEST_CASE("pipelined requests are answered in their order") {
  const TestServer server;
  std::string requests;
  for (int i = 0; i < 10; ++i) requests += post_echo("Content-Length: 1\r\n", std::to_string(i));
  auto client = server.connect();
  client.send(requests);
  for (int i = 0; i < 10; ++i) CHECK(client.read_answer().body == std::to_string(i));
}

TEST_CASE("a pipelined request waits for the slow one before it") {
  const TestServer server;
  auto client = server.connect();
  client.send(kGetHold + kGetOk);
  const auto responder = server.inbox->take();
  REQUIRE(responder);
  CHECK(server.handled == 0);
  responder->answer({.status = 202});
  CHECK(client.read_answer().status == 202);
  CHECK(client.read_answer().status == 200);
}

TEST_CASE("an unknown path is 404 and keeps the connection") {
  const TestServer server;
  auto client = server.connect();
  client.send("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n" + kGetOk);
  const auto answer = client.read_answer();
  CHECK(answer.status == 404);
  CHECK(answer.body == R"({"error":"Not Found"})");
  CHECK(client.read_answer().status == 200);
}

TEST_CASE("an unknown path is 404 before its body is read") {
  const TestServer server;
  const auto answer = server.ask("POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n");
  CHECK(answer.status == 404);
  CHECK(answer.headers.at("connection") == "close");
}

TEST_CASE("another method on a known path is 405 and names the ones that work") {
  const TestServer server;
  for (const std::string method : {"OPTIONS", "TRACE", "DELETE", "get", "BREW"}) {
    INFO(method);
    const auto answer =
        server.ask(method + " /ok HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer canary\r\n\r\n");
    CHECK(answer.status == 405);
    CHECK(answer.headers.at("allow") == "GET");
    CHECK(answer.body.find("canary") == std::string::npos);
  }
}

TEST_CASE("several methods on one path are all allowed") {
  auto server = HttpServer::listen("127.0.0.1:0").value();
  const auto accept = [](const ServerRequest&, const auto& responder) { responder->answer({}); };
  server->route("POST", "/both", accept);
  server->route("GET", "/both", accept);
  server->start();
  RawClient client(server->port());
  client.send("PUT /both HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(client.read_answer().headers.at("allow") == "GET, POST");
}

TEST_CASE("HEAD is refused without a body") {
  const TestServer server;
  auto client = server.connect();
  client.send("HEAD /ok HTTP/1.1\r\nHost: a\r\n\r\n" + kGetOk);
  CHECK(client.read_answer_to_head().status == 405);
  CHECK(client.read_answer().status == 200);
}

TEST_CASE("a peer that asks for it is told to continue") {
  const TestServer server;
  auto client = server.connect();
  client.send(post_echo("Content-Length: 3\r\nExpect: 100-Continue\r\n", ""));
  CHECK(client.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("abc");
  CHECK(client.read_answer().body == "abc");
}

TEST_CASE("a peer is not told to continue with what will be refused") {
  const TestServer server;
  const std::string expect = "Expect: 100-continue\r\n";
  CHECK(server.ask(post_echo("Content-Length: 5000\r\n" + expect, "")).status == 413);
  CHECK(server.ask("POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n" + expect + "\r\n")
            .status == 404);
}

TEST_CASE("a connection ends when the peer wants it to") {
  const TestServer server;
  auto client = server.connect();
  SECTION("by Connection: close") {
    client.send("GET /ok HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  }
  SECTION("by HTTP/1.0") {
    client.send("GET /ok HTTP/1.0\r\n\r\n");
  }
  const auto answer = client.read_answer();
  CHECK(answer.status == 200);
  CHECK(answer.headers.at("connection") == "close");
  CHECK(client.read_to_end().empty());
}

TEST_CASE("a peer that stops sending still gets its answer") {
  const TestServer server;
  auto client = server.connect();
  client.send(kGetHold);
  client.finish_sending();
  const auto responder = server.inbox->take();
  REQUIRE(responder);
  responder->answer({.status = 202});
  CHECK(client.read_answer().status == 202);
  CHECK(client.read_to_end().empty());
}

TEST_CASE("a large answer arrives whole") {
  auto server = HttpServer::listen("127.0.0.1:0").value();
  const std::string large(8 << 20, 'x');
  server->route("GET", "/large", [&](const ServerRequest&, const auto& responder) {
    responder->answer({.body = large});
  });
  server->start();
  RawClient client(server->port());
  client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(client.read_answer().body == large);
}

}  // namespace
}  // namespace certloop::net
