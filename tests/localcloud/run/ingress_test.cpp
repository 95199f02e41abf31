#include <chrono>

#include "tests/localcloud/frame/raw_connection.h"
#include "tests/localcloud/run/stage.h"
#include "tests/support/catch.h"

using cloud_client::Answer;
using cloud_client::Json;

namespace {

bool has(const Answer& answer, const std::string& line) {
  return answer.body.find(line) != std::string::npos;
}

}  // namespace

TEST_CASE("method, target, headers and body reach the app") {
  const Stage at;
  at.app("shop");
  RawConnection connection(at.cloud.port());
  const std::string address = at.at("shop").substr(at.cloud.url().size());
  connection.write("PATCH " + address +
                   "request/a%2Fb//c?x=1&y=%20z HTTP/1.1\r\n"
                   "Host: localhost\r\nX-Own: kept\r\nConnection: x-hop\r\nX-Hop: dropped\r\n"
                   "TE: trailers\r\nX-Forwarded-For: 192.0.2.7\r\nX-Request-Id: own-id\r\n"
                   "Content-Length: 9\r\n\r\nsome body");
  const Answer echo{.body = connection.read().body()};
  CHECK(echo.body.starts_with("PATCH /request/a%2Fb//c?x=1&y=%20z HTTP/1.1\r\n"));
  CHECK(echo.body.ends_with("\r\n\r\nsome body"));
  CHECK(has(echo, "x-own: kept\r\n"));
  CHECK(has(echo, "x-forwarded-for: 192.0.2.7, 127.0.0.1\r\n"));
  CHECK(has(echo, "x-forwarded-proto: http\r\n"));
  CHECK(has(echo, "x-request-id: own-id\r\n"));
  CHECK(has(echo, "\r\nforwarded: for=127.0.0.1;host=\"localhost\";proto=http\r\n"));
  CHECK(has(echo, "Content-Length: 9\r\n"));
  CHECK_FALSE(has(echo, "x-hop:"));
  CHECK_FALSE(has(echo, "\r\nte:"));
}

TEST_CASE("a request without an id gets one") {
  const Stage at;
  at.app("shop");
  CHECK(has(at.visit("shop", "/request"), "\r\nx-request-id: "));
}

TEST_CASE("the app's answer reaches the caller, without what is about the connection") {
  const Stage at;
  at.app("shop");
  const Answer answer = at.visit("shop", "/status/418");
  CHECK(answer.status == 418);
  CHECK(answer.body == "as told");
  CHECK(answer.header("Content-Type") == "text/plain");
  CHECK(answer.header("X-Workload") == "yes");
  CHECK(answer.header("Keep-Alive").empty());
}

TEST_CASE("an answer to HEAD tells the length that the app tells, and has no body") {
  const Stage at;
  at.app("shop");
  for (const auto& [target, length] : {std::pair("/status/200", "7"), {"/env/NOT_THERE", "0"}}) {
    CAPTURE(target);
    const Answer answer = cloud_client::call("HEAD", at.at("shop", target));
    CHECK(answer.status == 200);
    CHECK(answer.header("Content-Length") == length);
    CHECK(answer.header("Content-Type") == "text/plain");
    CHECK(answer.body.empty());
  }
}

TEST_CASE("apps that do not run are not found, and the answer says how one runs") {
  const Stage at;
  at.app("other", {{"image_reference", "icr.io/nobody/runs"}});
  at.ready_app("other");
  for (const std::string name : {"nowhere", "other"}) {
    const Answer answer = at.visit(name);
    CHECK(answer.status == 404);
    CHECK(has(answer, "--image"));
  }
  CHECK(cloud_client::call("GET", at.cloud.url() + "/app").status == 404);
}

TEST_CASE("an app that fails while it answers makes a 502, and is started again") {
  const Stage at;
  at.app("shop");
  CHECK(at.visit("shop", "/exit/3").status == 502);
  CHECK(at.visit("shop").status == 200);
}

TEST_CASE("an answer that takes longer than the request timeout makes a 504") {
  const Stage at;
  at.app("shop", {{"scale_request_timeout", 1}});
  at.ready_app("shop");
  CHECK(at.visit("shop", "/slow/5000").status == 504);
}

TEST_CASE("a request that finds no instance within the request timeout gets a 504") {
  const Stage at;
  Json members = Stage::variable("START_MS", "60000");
  members["scale_request_timeout"] = 1;
  at.app("shop", members);
  CHECK(at.visit("shop").status == 504);
}

TEST_CASE("an instance has no more requests at a time than its concurrency") {
  const Stage at;
  at.app("shop", {{"scale_concurrency", 1}, {"scale_max_instances", 1}});
  at.ready_app("shop");
  const auto start = std::chrono::steady_clock::now();
  for (const Answer& answer : at.crowd("shop", "/slow/100", 3)) CHECK(answer.status == 200);
  CHECK(std::chrono::steady_clock::now() - start >= std::chrono::milliseconds(300));
}
