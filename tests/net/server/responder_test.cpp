#include <thread>

#include "tests/net/server/fixture.h"

namespace certloop::net {
namespace {

TEST_CASE("an answer may come from another thread") {
  const TestServer server;
  std::thread worker([&] {
    if (const auto responder = server.inbox->take()) responder->answer({.status = 202});
  });
  const auto answer = server.ask(kGetHold);
  worker.join();
  CHECK(answer.status == 202);
}

TEST_CASE("a request nobody answers is 500 and the connection lives on") {
  const TestServer server;
  auto client = server.connect();
  client.send("GET /drop HTTP/1.1\r\nHost: a\r\n\r\n" + kGetOk);
  const auto answer = client.read_answer();
  CHECK(answer.status == 500);
  CHECK(answer.body == R"({"error":"Internal Server Error"})");
  CHECK(client.read_answer().status == 200);
}

TEST_CASE("a request is 500 once the last copy of its responder is dropped on another thread") {
  const TestServer server;
  std::thread worker([&] { server.inbox->take().reset(); });
  const auto answer = server.ask(kGetHold);
  worker.join();
  CHECK(answer.status == 500);
}

TEST_CASE("a handler that throws is 500 and its reason stays inside") {
  const TestServer server;
  const auto answer = server.ask("GET /throw HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(answer.status == 500);
  CHECK(answer.body == R"({"error":"Internal Server Error"})");
  CHECK(server.is_healthy());
}

TEST_CASE("the first of two answers wins") {
  const TestServer server;
  auto client = server.connect();
  client.send(kGetHold);
  const auto responder = server.inbox->take();
  REQUIRE(responder);
  responder->answer({.status = 202});
  responder->answer({.status = 409});
  responder->answer_after(Duration(0), {.status = 409});
  CHECK(client.read_answer().status == 202);
  client.send(kGetOk);
  CHECK(client.read_answer().status == 200);
}

TEST_CASE("a late answer never reaches the next request") {
  const TestServer server;
  auto client = server.connect();
  client.send(kGetHold);
  const auto first = server.inbox->take();
  REQUIRE(first);
  first->answer_after(Duration(0), {.status = 202});
  CHECK(client.read_answer().status == 202);
  client.send(kGetHold);
  const auto second = server.inbox->take();
  REQUIRE(second);
  first->answer({.status = 409});
  second->answer({.status = 200});
  CHECK(client.read_answer().status == 200);
}

TEST_CASE("a fallback is sent when no answer came, and keeps the connection") {
  const TestServer server;
  auto client = server.connect();
  client.send(kGetHold + kGetOk);
  const auto responder = server.inbox->take();
  REQUIRE(responder);
  responder->answer_after(Duration(50), {.status = 202});
  CHECK(client.read_answer().status == 202);
  CHECK(client.read_answer().status == 200);
}

TEST_CASE("an answer before its time keeps the fallback back") {
  const TestServer server;
  auto client = server.connect();
  client.send(kGetHold);
  const auto responder = server.inbox->take();
  REQUIRE(responder);
  responder->answer_after(Duration(10'000), {.status = 503});
  responder->answer({.status = 200});
  CHECK(client.read_answer().status == 200);
}

TEST_CASE("the earliest of several fallbacks counts") {
  const TestServer server;
  auto client = server.connect();
  client.send(kGetHold);
  const auto responder = server.inbox->take();
  REQUIRE(responder);
  responder->answer_after(Duration(50), {.status = 202});
  responder->answer_after(Duration::max(), {.status = 409});
  CHECK(client.read_answer().status == 202);
}

TEST_CASE("without any answer the deadline answers 503 and closes") {
  const TestServer server(small_limits());
  auto client = server.connect();
  client.send(kGetHold);
  const auto responder = server.inbox->take();
  REQUIRE(responder);
  SECTION("without a fallback") {}
  SECTION("with a fallback that is later still") {
    responder->answer_after(Duration(60'000), {.status = 202});
  }
  const auto answer = client.read_answer();
  CHECK(answer.status == 503);
  CHECK(answer.headers.at("connection") == "close");
  CHECK(client.read_to_end().empty());
  responder->answer({.status = 200});
  CHECK(server.is_healthy());
}

TEST_CASE("an answer to a connection that is gone vanishes") {
  const TestServer server;
  auto client = server.connect();
  client.send(kGetHold);
  const auto responder = server.inbox->take();
  REQUIRE(responder);
  client.abort();
  responder->answer({.status = 200, .body = std::string(1 << 20, 'x')});
  CHECK(server.is_healthy());
}

TEST_CASE("a responder may outlive its server") {
  std::shared_ptr<Responder> responder;
  {
    TestServer server;
    auto client = server.connect();
    client.send(kGetHold);
    responder = server.inbox->take();
    REQUIRE(responder);
  }
  responder->answer_after(Duration(0), {.status = 202});
  responder->answer({.status = 200});
  responder.reset();
  CHECK(TestServer().is_healthy());
}

TEST_CASE("an answer that would break the protocol is replaced by 500") {
  const TestServer server;
  auto client = server.connect();
  client.send(kGetHold);
  const auto responder = server.inbox->take();
  REQUIRE(responder);
  SECTION("a line break in a header's value") {
    responder->answer({.headers = {{"X-A", "b\r\nX-Forged: c"}}});
  }
  SECTION("a line break in a header's name") {
    responder->answer({.headers = {{"X-A\r\nX-Forged", "c"}}});
  }
  SECTION("a line break in the content type") {
    responder->answer({.content_type = "a\nb"});
  }
  SECTION("an interim status") {
    responder->answer({.status = 100});
  }
  SECTION("no status at all") {
    responder->answer({.status = 9999});
  }
  const auto answer = client.read_answer();
  CHECK(answer.status == 500);
  CHECK(answer.headers.count("x-forged") == 0);
}

TEST_CASE("an answer's own headers are sent") {
  const TestServer server;
  auto client = server.connect();
  client.send(kGetHold);
  const auto responder = server.inbox->take();
  REQUIRE(responder);
  responder->answer({.status = 429, .headers = {{"Retry-After", "7"}}});
  CHECK(client.read_answer().headers.at("retry-after") == "7");
}

TEST_CASE("204 has neither body nor length") {
  const TestServer server;
  auto client = server.connect();
  client.send(kGetHold + kGetOk);
  const auto responder = server.inbox->take();
  REQUIRE(responder);
  responder->answer({.status = 204, .body = "ignored"});
  const auto answer = client.read_answer();
  CHECK(answer.status == 204);
  CHECK(answer.headers.count("content-length") == 0);
  CHECK(client.read_answer().status == 200);
}

}  // namespace
}  // namespace certloop::net
