#include "hack/localcloud/frame/url.h"

#include "hack/localcloud/frame/http.h"
#include "tests/support/catch.h"

using namespace localcloud;

TEST_CASE("a path is split before its segments are decoded") {
  struct Case {
    std::string raw;
    std::vector<std::string> segments;
  };
  const Case cases[] = {
      {"/", {}},
      {"/a/b", {"a", "b"}},
      {"/a/b/", {"a", "b"}},
      {"/a//b", {"a", "", "b"}},
      {"/crn%3Av1%3Aa%2Fb/x", {"crn:v1:a/b", "x"}},
      {"/a+b", {"a+b"}},
      {"/%41%2e%2E", {"A.."}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.raw);
    CHECK(split_path(c.raw) == c.segments);
  }
}

TEST_CASE("broken percent escapes are refused") {
  for (const std::string text : {"%", "%4", "%zz", "a%2", "%00", "a%0"}) {
    CAPTURE(text);
    CHECK_FALSE(percent_decode(text));
    CHECK_FALSE(split_path("/ok/" + text));
    CHECK_FALSE(parse_form("a=" + text));
  }
}

TEST_CASE("form text becomes pairs") {
  using Pairs = std::multimap<std::string, std::string>;
  CHECK(parse_form("") == Pairs{});
  CHECK(parse_form("a=1&b=x+y&a=2") == Pairs{{"a", "1"}, {"a", "2"}, {"b", "x y"}});
  CHECK(parse_form("flag&&k%3D=v%26") == Pairs{{"flag", ""}, {"k=", "v&"}});
}

TEST_CASE("what is encoded decodes to itself") {
  std::string all;
  for (int c = 1; c < 256; ++c) all += static_cast<char>(c);
  CHECK(percent_encode("aZ0-._~") == "aZ0-._~");
  CHECK(percent_decode(percent_encode(all)) == all);
}

TEST_CASE("array parameters come as a comma list or as repeated keys") {
  for (const std::string query : {"t=a,b&x=1", "t=a&t=b", "t=a%2Cb", "t=,a,,b,"}) {
    CAPTURE(query);
    Request request;
    request.query = parse_form(query).value();
    CHECK(request.query_list("t") == std::vector<std::string>{"a", "b"});
    CHECK(request.query_list("none").empty());
  }
}

TEST_CASE("the router prefers literals and tells wrong methods from unknown paths") {
  Router router;
  const auto answer = [](int status) {
    return [status](const Request&, const Params&) { return Response::empty(status); };
  };
  router.on("GET", "/s/{id}", answer(201));
  router.on("GET", "/s/special", answer(202));
  router.on("POST", "/s/special", answer(203));
  router.on("GET", "/{any}/fixed", answer(206));
  router.on("GET", "/s/{id}/{name}",
            [](const Request&, const Params& params) { return Response::json(200, params); });
  const auto route = [&router](const std::string& method, std::vector<std::string> path) {
    Request request;
    request.method = method;
    request.path = std::move(path);
    return router.route(request);
  };
  CHECK(route("GET", {"s", "x"})->status == 201);
  CHECK(route("GET", {"s", "special"})->status == 202);
  CHECK(route("POST", {"s", "special"})->status == 203);
  CHECK(route("GET", {"s", "fixed"})->status == 201);
  CHECK(route("GET", {"t", "fixed"})->status == 206);
  CHECK(Json::parse(route("GET", {"s", "a/b", "c d"})->body) ==
        Json{{"id", "a/b"}, {"name", "c d"}});
  CHECK(route("DELETE", {"s", "x"})->status == 405);
  CHECK_FALSE(route("GET", {"nowhere"}));
  CHECK_FALSE(route("GET", {"s", ""}));
}

TEST_CASE("a body that is not a JSON object is refused with 400") {
  const std::string deep = "{\"a\":" + std::string(500, '[') + std::string(500, ']') + "}";
  for (const std::string& body : {std::string(), std::string("["), std::string("[1]"),
                                  std::string("{\"a\":"), std::string("\"x\""), deep}) {
    CAPTURE(body.size());
    Request request;
    request.body = body;
    try {
      parse_json_object(request);
      FAIL("accepted");
    } catch (const HttpError& error) {
      CHECK(error.response.status == 400);
      CHECK(Json::parse(error.response.body)["errors"].size() == 1);
    }
  }
}
