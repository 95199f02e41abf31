#include "controller/ibm/delivery_key.h"

#include "tests/support/catch.h"
#include "tests/support/fakes_clock.h"
#include "tests/support/fakes_transport.h"

namespace certloop::ibm {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

const std::string kDestination = "https://en.example/v1/instances/i/destinations/d";

// A key "fits" the signature that is the same text, numbers the one that is both of them.
tl::expected<VerifyRs256, const char*> read_key(const ToldKey& told) {
  const auto* numbers = std::get_if<RsaNumbers>(&told);
  const std::string text =
      numbers != nullptr ? numbers->modulus + ',' + numbers->exponent : std::get<std::string>(told);
  if (text == "bad") return tl::make_unexpected("is no RSA key");
  return VerifyRs256(
      [text](std::string_view, std::string_view signature) { return signature == text; });
}

struct Bench {
  test::FakeTransport transport;
  test::FakeClock clock;
  DeliveryKey key{transport, clock, {kDestination, {}}, read_key, [] { return 0.0; }};

  Result<void> refresh() { return key.refresh(clock.steady_now() + 10s); }
  bool due() const { return key.refresh_at() && *key.refresh_at() <= clock.steady_now(); }
  bool fits(std::string_view signature) const {
    const auto verifier = key.verifier();
    return verifier && verifier("message", signature);
  }
  void know(const std::string& text) {
    transport.then(200, R"({"public_key":")" + text + "\"}");
    REQUIRE(refresh());
  }
};

}  // namespace

TEST_CASE("the key of signed deliveries is due at once, read from its destination and kept") {
  Bench bench;
  CHECK(bench.due());
  CHECK_FALSE(bench.key.verifier());
  CHECK_FALSE(bench.key.state().read_at);
  bench.know("one");
  CHECK(bench.fits("one"));
  CHECK_FALSE(bench.fits("two"));
  CHECK_FALSE(bench.key.refresh_at());
  CHECK(bench.key.state().read_at == bench.clock.wall_now());
  CHECK(bench.transport.last().endpoint.url == kDestination);
  CHECK(bench.transport.last().path == "/public_key");
}

TEST_CASE("the key of signed deliveries may be a JSON Web Key, as an object or as its text") {
  struct Row {
    const char* name;
    const char* body;
  };
  const auto row = GENERATE(
      Row{"an object", R"({"public_key":{"kty":"RSA","n":"bW9kdWx1cw","e":"AQAB"}})"},
      Row{"a text", R"({"public_key":"{\"kty\":\"RSA\",\"n\":\"bW9kdWx1cw\",\"e\":\"AQAB\"}"})"},
      Row{"with what it is for",
          R"({"public_key":{"alg":"RS256","use":"sig","kid":"1","kty":"RSA","n":"bW9kdWx1cw","e":"AQAB"}})"});
  INFO(row.name);
  Bench bench;
  bench.transport.then(200, row.body);
  REQUIRE(bench.refresh());
  CHECK(bench.fits("modulus,\x01\x00\x01"s));
}

TEST_CASE("before a key of signed deliveries is known every sender is asked to come again") {
  Bench bench;
  CHECK(bench.key.doubt());
  bench.transport.then(503, "{}");
  CHECK_FALSE(bench.refresh());
  CHECK(bench.key.doubt());
}

TEST_CASE("deliveries that fit no key lead to one fetch a minute at most") {
  Bench bench;
  bench.know("one");
  CHECK(bench.key.doubt());  // the first one does at once
  CHECK(bench.due());
  bench.know("one");
  for (int second = 0; second < 60; ++second) {
    CHECK_FALSE(bench.key.doubt());
    CHECK_FALSE(bench.key.refresh_at());
    bench.clock.advance(1s);
  }
  CHECK(bench.key.doubt());
  bench.know("two");
  CHECK(bench.fits("two"));
  CHECK_FALSE(bench.fits("one"));
  CHECK(bench.transport.sent().size() == 3);
}

TEST_CASE("while the key of signed deliveries is fetched nobody else causes a fetch") {
  Bench bench;
  bench.transport.then([&](const test::Sent&) {
    bench.clock.advance(90s);
    CHECK(bench.key.doubt());
    return test::answer(200, R"({"public_key":"one"})");
  });
  REQUIRE(bench.refresh());
  CHECK_FALSE(bench.key.refresh_at());
}

TEST_CASE("a key of signed deliveries that cannot be read leaves the known one, and says why") {
  struct Row {
    const char* name;
    int status;
    const char* body;
    const char* problem;
  };
  const auto row = GENERATE(
      Row{"refused", 403, "{}", "role Reader"},
      Row{"no such destination", 404, "{}", "check the address"},
      Row{"not a webhook", 400, "{}", "type webhook"}, Row{"failing", 500, "{}", "500"},
      Row{"no text in it", 200, R"({"public_key":7})", "no public_key"},
      Row{"no JSON", 200, "key", "no public_key"},
      Row{"a JSON Web Key of another kind", 200,
          R"({"public_key":{"kty":"EC","n":"AQAB","e":"AQAB"}})", "no public_key"},
      Row{"for another algorithm", 200,
          R"({"public_key":{"kty":"RSA","alg":"PS256","n":"AQAB","e":"AQAB"}})", "no public_key"},
      Row{"for encryption", 200,
          R"({"public_key":{"kty":"RSA","use":"enc","n":"AQAB","e":"AQAB"}})", "no public_key"},
      Row{"a number that is no Base64url", 200,
          R"({"public_key":{"kty":"RSA","n":"AQ+B","e":"AQAB"}})", "no public_key"},
      Row{"without its exponent", 200, R"({"public_key":{"kty":"RSA","n":"AQAB","e":7}})",
          "no public_key"},
      Row{"no usable key", 200, R"({"public_key":"bad"})", "is no RSA key"});
  INFO(row.name);
  Bench bench;
  bench.know("one");
  REQUIRE(bench.key.doubt());
  bench.transport.then(row.status, row.body);
  CHECK_FALSE(bench.refresh());
  CHECK(bench.fits("one"));
  REQUIRE(bench.key.state().problem);
  CHECK(bench.key.state().problem->message.find(row.problem) != std::string::npos);
  CHECK(bench.key.doubt());  // nobody can tell yet whether there is another key
  bench.know("two");
  CHECK_FALSE(bench.key.state().problem);
}

TEST_CASE("a failed fetch of the key is repeated with a growing delay of at most a minute") {
  Bench bench;
  for (const auto delay : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s, 60s}) {
    bench.transport.then(ErrorCode::unavailable);
    CHECK_FALSE(bench.refresh());
    CHECK(bench.key.refresh_at() == bench.clock.steady_now() + delay);
    CHECK_FALSE(bench.due());
    bench.clock.advance(delay);
  }
  bench.transport.then([](const test::Sent&) {
    auto busy = test::answer(429);
    busy.retry_after = 100s;
    return busy;
  });
  CHECK_FALSE(bench.refresh());
  CHECK(bench.key.refresh_at() == bench.clock.steady_now() + 100s);
}

TEST_CASE("a destination's address is taken in its normal form") {
  CHECK(check_destination("HTTPS://EN.example:443/v1/instances/i/destinations/d//") ==
        kDestination);
  CHECK(check_destination("http://127.0.0.1:8080/en/v1/instances/i/destinations/d"));
}

TEST_CASE("what is no destination's address is refused with advice") {
  struct Row {
    const char* url;
    const char* advice;
  };
  const auto row = GENERATE(
      Row{"en.example/v1/instances/i/destinations/d", "https://"},
      Row{"http://en.example/v1/instances/i/destinations/d", "in the clear"},
      Row{"https://u:p@en.example/v1/instances/i/destinations/d", "without user name"},
      Row{"https://en.example/v1/instances/i/destinations/d?x=1", "without query"},
      Row{"https://en.example/v1/instances/i/destinations", "one destination"},
      Row{"https://en.example/v1/instances/i", "one destination"},
      Row{"https://en.example/v1/instances/i/subscriptions/d", "one destination"},
      Row{"https://en.example/v1/instances/i/destinations/d/public_key", "one destination"},
      Row{"https://en.example", "one destination"});
  const auto url = check_destination(row.url);
  INFO(row.url);
  REQUIRE_FALSE(url);
  CHECK(url.error().find(row.advice) != std::string::npos);
}

}  // namespace certloop::ibm
