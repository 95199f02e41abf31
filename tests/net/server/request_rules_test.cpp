#include "controller/net/http_request_rules.h"
#include "tests/support/catch.h"

namespace certloop::net {
namespace {

TEST_CASE("a target is split into a decoded path and a raw query") {
  struct Case {
    std::string target, path, query;
  };
  for (const auto& [target, path, query] : std::vector<Case>{
           {"/", "/", ""},
           {"/a/b", "/a/b", ""},
           {"/a?", "/a", ""},
           {"/a?b=%2F%00", "/a", "b=%2F%00"},
           {"/a?b?c", "/a", "b?c"},
           {"/%61%7E", "/a~", ""},
           {"/%C3%bc", "/\xc3\xbc", ""},
           {"/a+b", "/a+b", ""},
           {"/%25zz", "/%zz", ""},
           {"/a/../b", "/a/../b", ""},
           {"//", "//", ""},
       }) {
    INFO(target);
    ServerRequest request;
    REQUIRE(read_target(target, request));
    CHECK(request.path == path);
    CHECK(request.query == query);
  }
}

TEST_CASE("a target that two readers could understand differently is refused") {
  for (const std::string target :
       {"", "a", "*", "?", "http://a/", "/ ", "/\t", "/\x7f", "/\x80", "/a#b", "/%", "/%4", "/%g0",
        "/%0", "/%2f", "/%2F", "/%00", "/%1f", "/%7f"}) {
    INFO(target);
    ServerRequest request;
    CHECK_FALSE(read_target(target, request));
  }
}

TEST_CASE("a header is found by its lowercase name, the first one first") {
  ServerRequest request;
  add_header(request, "X-Name", "One");
  add_header(request, "x-name", "Two");
  CHECK(request.header("x-name") == "One");
  CHECK(request.header("x-other").empty());
}

}  // namespace
}  // namespace certloop::net
