#include "controller/ibm/api_error.h"

#include "tests/support/catch.h"
#include "tests/support/fakes_transport.h"

namespace certloop::ibm {

using namespace std::chrono_literals;
using test::answer;

TEST_CASE("each HTTP status has one meaning for the loop") {
  struct Case {
    std::vector<int> statuses;
    ErrorCode code;
  };
  const std::vector<Case> cases = {
      {{400, 402, 405, 406, 413, 415, 422, 451, 501}, ErrorCode::invalid},
      {{401, 403}, ErrorCode::denied},
      {{404, 410}, ErrorCode::not_found},
      {{409, 412}, ErrorCode::conflict},
      {{408, 425, 429, 500, 502, 503, 504, 599}, ErrorCode::unavailable},
      {{0, 100, 200, 204, 301, 302, 304, 307}, ErrorCode::corrupt},
  };
  for (const Case& c : cases) {
    for (const int status : c.statuses) {
      CAPTURE(status);
      CHECK(code_of_status(status) == c.code);
    }
  }
}

TEST_CASE("every 2xx succeeds and nothing else does") {
  CHECK(succeeded(answer(200)));
  CHECK(succeeded(answer(299)));
  CHECK_FALSE(succeeded(answer(199)));
  CHECK_FALSE(succeeded(answer(300)));
  CHECK_FALSE(succeeded(answer(0)));
}

TEST_CASE("an error tells what, status, code and trace") {
  HttpResponse response = answer(403, R"({"errors":[{"code":"forbidden","message":"m"}]})");
  response.trace = "abc-123";
  response.retry_after = 7s;
  const Error error = error_of("reading the target", response);
  CHECK(error.code == ErrorCode::denied);
  CHECK(error.message == "reading the target: HTTP 403, forbidden (trace abc-123)");
  CHECK(error.retry_after == Duration(7s));
}

TEST_CASE("a quota that is used up is known by its code, whatever its status") {
  const std::string body = R"({"errors":[{"code":"quota_exceeded","message":"m"}]})";
  for (const int status : {400, 403, 409, 422}) {
    CAPTURE(status);
    CHECK(error_of("creating the target", answer(status, body)).code == ErrorCode::exhausted);
  }
  CHECK(error_of("creating the target", answer(503, body)).code == ErrorCode::unavailable);
}

TEST_CASE("the token service's own shape is understood") {
  const auto response =
      answer(400, R"({"errorCode":"BXNIM0415E","errorMessage":"Provided API key X"})");
  CHECK(error_of("w", response).message == "w: HTTP 400, BXNIM0415E");
}

TEST_CASE("an error never quotes a message, nor what only looks like a code") {
  const std::string key = "-----BEGIN PRIVATE KEY-----\\nQ0FOQVJZ\\n-----END PRIVATE KEY-----";
  const std::vector<std::string> bodies = {
      R"({"errors":[{"code":")" + key + R"(","message":"m"}]})",
      R"({"errors":[{"code":"ok_code CANARY","message":"CANARY"}]})",
      R"({"errors":[{"message":"CANARY"}],"message":"CANARY","trace":"CANARY"})",
      R"({"errorCode":")" + std::string(44, 'C') + R"(","errorMessage":"CANARY"})",
      R"({"error":"CANARY"})",
      R"({"errors":["CANARY"]})",
      R"({"errors":{"code":"CANARY"}})",
      R"({"errors":[{"code":["CANARY"]}]})",
      "CANARY",
      "<html>CANARY</html>",
  };
  for (const std::string& body : bodies) {
    CAPTURE(body);
    CHECK(error_of("w", answer(400, body)).message == "w: HTTP 400");
  }
}

TEST_CASE("an answer without a body, or with an empty list of errors, is told by its status") {
  CHECK(error_of("w", answer(503)).message == "w: HTTP 503");
  CHECK(error_of("w", answer(503, R"({"errors":[]})")).message == "w: HTTP 503");
}

}  // namespace certloop::ibm
