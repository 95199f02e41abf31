#include "controller/ibm/code_engine.h"

#include <nlohmann/json.hpp>

#include "tests/support/catch.h"
#include "tests/support/fakes_binding.h"
#include "tests/support/fakes_transport.h"

namespace certloop::ibm {
namespace {

using nlohmann::json;
using test::FakeTransport;
using test::tls_target;

constexpr SteadyTime kDeadline{std::chrono::hours(2)};
const std::string kSecrets = "/projects/id-of-shop/secrets";
const std::string kVersion = "?version=2026-02-20";
const std::vector<std::pair<std::string, std::string>> kJsonWanted{{"Accept", "application/json"}};

SecretData pair_of(const char* cert, const char* key) {
  SecretData data;
  data.emplace("tls_cert", SecretBytes(cert));
  data.emplace("tls_key", SecretBytes(key));
  return data;
}

std::string secret(const json& data) {
  return json{
      {"name", "storefront-tls"}, {"format", "tls"}, {"entity_tag", "1774500211"}, {"data", data}}
      .dump();
}

template <class T>
ErrorCode code_of(const Result<T>& result) {
  REQUIRE_FALSE(result);
  return result.error().code;
}

// One target over a scripted transport.
struct Bench {
  FakeTransport transport;
  CodeEngineTarget target{transport};

  auto fetch() { return target.fetch(tls_target(), kDeadline); }
  auto create() { return target.create(tls_target(), pair_of("C", "K"), kDeadline); }
  auto replace(const std::string& tag = "7") {
    return target.replace(tls_target(), pair_of("C", "K"), tag, kDeadline);
  }
};

}  // namespace

TEST_CASE("a secret is read by one GET at its project's address") {
  Bench bench;
  bench.transport.then(200, secret({{"tls_cert", "C"}, {"tls_key", "K"}, {"extra", ""}}));
  const auto snapshot = bench.fetch();
  REQUIRE(snapshot);
  REQUIRE(*snapshot);
  CHECK((*snapshot)->format == "tls");
  CHECK((*snapshot)->entity_tag == "1774500211");
  REQUIRE((*snapshot)->data);
  CHECK((*snapshot)->data->size() == 3);
  CHECK((*snapshot)->data->at("tls_key").reveal() == "K");
  const auto sent = bench.transport.last();
  CHECK(sent.method == Method::get);
  CHECK(sent.endpoint == tls_target().project->endpoint);
  CHECK(sent.path == kSecrets + "/storefront-tls" + kVersion);
  CHECK(sent.deadline == kDeadline);
  CHECK(sent.body.empty());
  CHECK(sent.headers == kJsonWanted);
}

TEST_CASE("a secret that does not exist is a value") {
  Bench bench;
  bench.transport.then(404, R"({"errors":[{"code":"not_found"}]})");
  const auto snapshot = bench.fetch();
  REQUIRE(snapshot);
  CHECK_FALSE(*snapshot);
}

TEST_CASE("content that the service does not show stays unknown") {
  for (const char* body :
       {R"({"format":"tls","entity_tag":"7"})", R"({"format":"tls","entity_tag":"7","data":null})",
        R"({"format":"tls","entity_tag":"7","data":"****"})"}) {
    CAPTURE(body);
    Bench bench;
    bench.transport.then(200, body);
    const auto snapshot = bench.fetch();
    REQUIRE((snapshot && *snapshot));
    CHECK_FALSE((*snapshot)->data);
  }
}

TEST_CASE("a secret that is not understood in full is corrupt, so that nothing of it gets lost") {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {"no JSON", "<html>"},
      {"no object", "[]"},
      {"nothing", ""},
      {"no format", R"({"entity_tag":"7","data":{}})"},
      {"no entity tag", R"({"format":"tls","data":{}})"},
      {"an entity tag that is a number", R"({"format":"tls","entity_tag":7,"data":{}})"},
      {"an entity tag that matches everything", R"({"format":"tls","entity_tag":"*","data":{}})"},
      {"an entity tag that breaks a header",
       R"({"format":"tls","entity_tag":"7\r\nX: y","data":{}})"},
      {"a value that is no text", R"({"format":"tls","entity_tag":"7","data":{"theirs":7}})"},
      {"a value that is null", R"({"format":"tls","entity_tag":"7","data":{"theirs":null}})"},
  };
  for (const auto& [fact, body] : cases) {
    DYNAMIC_SECTION(fact) {
      Bench bench;
      bench.transport.then(200, body);
      CHECK(code_of(bench.fetch()) == ErrorCode::corrupt);
    }
  }
}

TEST_CASE("a create posts the whole secret with its name") {
  Bench bench;
  bench.transport.then(201, "{}");
  CHECK(bench.create());
  const auto sent = bench.transport.last();
  CHECK(sent.method == Method::post);
  CHECK(sent.path == kSecrets + kVersion);
  CHECK(sent.content_type == "application/json");
  CHECK(sent.headers == kJsonWanted);
  CHECK(sent.deadline == kDeadline);
  CHECK(json::parse(sent.body) == json{{"name", "storefront-tls"},
                                       {"format", "tls"},
                                       {"data", {{"tls_cert", "C"}, {"tls_key", "K"}}}});
}

TEST_CASE("a replace puts the whole secret under the tag that was read") {
  Bench bench;
  bench.transport.then(200, "{}");
  CHECK(bench.replace("1774500211"));
  const auto sent = bench.transport.last();
  CHECK(sent.method == Method::put);
  CHECK(sent.path == kSecrets + "/storefront-tls" + kVersion);
  CHECK(sent.content_type == "application/json");
  CHECK(sent.headers == std::vector<std::pair<std::string, std::string>>{
                            {"Accept", "application/json"}, {"If-Match", "1774500211"}});
  CHECK(json::parse(sent.body) ==
        json{{"format", "tls"}, {"data", {{"tls_cert", "C"}, {"tls_key", "K"}}}});
}

TEST_CASE("a generic secret without any content is still an object") {
  Bench bench;
  bench.transport.then(201, "{}");
  const auto target = test::generic_target({{"ca", v1::Part::chain}});
  CHECK(bench.target.create(target, {}, kDeadline));
  CHECK(json::parse(bench.transport.last().body) ==
        json{{"name", "storefront-files"}, {"format", "generic"}, {"data", json::object()}});
}

TEST_CASE("names cannot leave their place in the path") {
  Bench bench;
  bench.transport.then(404);
  v1::Target target = tls_target("../../x?y");
  target.project = v1::Service{"shop", {}, "a/b"};
  CHECK(bench.target.fetch(target, kDeadline));
  CHECK(bench.transport.last().path == "/projects/a%2Fb/secrets/..%2F..%2Fx%3Fy" + kVersion);
}

TEST_CASE("each refusal has its meaning") {
  struct Case {
    int status;
    ErrorCode fetching;
    ErrorCode creating;
    ErrorCode replacing;
  };
  using E = ErrorCode;
  const std::vector<Case> cases = {
      {400, E::invalid, E::invalid, E::invalid},
      {401, E::denied, E::denied, E::denied},
      {403, E::denied, E::denied, E::denied},
      {409, E::conflict, E::conflict, E::conflict},
      {412, E::conflict, E::conflict, E::conflict},
      {429, E::unavailable, E::unavailable, E::unavailable},
      {500, E::unavailable, E::unavailable, E::unavailable},
      {503, E::unavailable, E::unavailable, E::unavailable},
      {302, E::corrupt, E::corrupt, E::corrupt},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.status) {
      Bench bench;
      // An invalid write is followed by a look at the target.
      for (int i = 0; i < 5; ++i) bench.transport.then(c.status, R"({"message":"CANARY"})");
      CHECK(code_of(bench.fetch()) == c.fetching);
      CHECK(code_of(bench.create()) == c.creating);
      const auto replaced = bench.replace();
      CHECK(code_of(replaced) == c.replacing);
      CHECK(replaced.error().message.find("CANARY") == std::string::npos);
    }
  }
}

TEST_CASE("a create in a missing project is not found, a replace of a deleted secret a conflict") {
  Bench bench;
  bench.transport.then(404);
  bench.transport.then(404);
  CHECK(code_of(bench.create()) == ErrorCode::not_found);
  CHECK(code_of(bench.replace()) == ErrorCode::conflict);
}

TEST_CASE("a write that is refused as invalid is a conflict when the target has moved meanwhile") {
  const std::string there =
      secret({{"tls_cert", "C"}});  // under another tag than the one decided on
  for (const int status : {400, 422, 428}) {
    DYNAMIC_SECTION(status) {
      Bench bench;
      for (int i = 0; i < 2; ++i) {
        bench.transport.then(status);
        bench.transport.then(200, there);
      }
      CHECK(code_of(bench.create()) == ErrorCode::conflict);
      CHECK(bench.transport.last().method == Method::get);
      CHECK(code_of(bench.replace()) == ErrorCode::conflict);
    }
  }
}

TEST_CASE("a write that is refused as invalid is invalid when the target is as it was") {
  Bench bench;
  bench.transport.then(400);
  bench.transport.then(404);
  CHECK(code_of(bench.create()) == ErrorCode::invalid);
  bench.transport.then(400);
  bench.transport.then(200, secret({{"tls_cert", "C"}}));
  CHECK(code_of(bench.replace("1774500211")) == ErrorCode::invalid);
}

TEST_CASE("a refused write of a target that cannot be read then is tried again") {
  Bench bench;
  bench.transport.then(400);
  bench.transport.then(503);
  CHECK(code_of(bench.replace()) == ErrorCode::unavailable);
}

TEST_CASE("Code Engine's missing answer is passed on as it is") {
  Bench bench;
  for (int i = 0; i < 3; ++i) bench.transport.then(ErrorCode::unavailable);
  CHECK(code_of(bench.fetch()) == ErrorCode::unavailable);
  CHECK(code_of(bench.create()) == ErrorCode::unavailable);
  CHECK(code_of(bench.replace()) == ErrorCode::unavailable);
}

TEST_CASE("sample defect 9: a missing answer is an error, never dereferenced") {
  Bench bench;
  bench.transport.then(ErrorCode::unavailable);
  CHECK(code_of(bench.fetch()) == ErrorCode::unavailable);
}

TEST_CASE("sample defect 10: a tag that matches everything is never used") {
  Bench bench;
  bench.transport.then(200, R"({"format":"tls","entity_tag":"*","data":{}})");
  CHECK(code_of(bench.fetch()) == ErrorCode::corrupt);
}

}  // namespace certloop::ibm
