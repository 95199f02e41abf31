#include "controller/ibm/signed_delivery.h"

#include <algorithm>

#include "controller/tls/webhook_signature.h"
#include "tests/support/catch.h"
#include "tests/support/jws.h"

namespace certloop::ibm {
namespace {

using test::base64url;
using test::jws;
using test_pki::Key;
using test_pki::KeyKind;

constexpr WallTime kNow = std::chrono::sys_days{std::chrono::year{2026} / 8 / 1};
const std::string kSecret = "0cf4addb-7a90-410b-a3a7-a15bbe2b7909";
const std::string kEvent =
    R"({"notification_id":"n-1","type":"com.ibm.cloud.secrets-manager.secret_rotated","data":{)"
    R"("event_type":"secret_rotated","secrets":[{"secret_id":")" +
    kSecret + R"("}]}})";

// RSA keys are slow to make: made once, never torn down.
const Key& signing_key() {
  static const auto* key = new Key(Key::make(KeyKind::rsa_2048));
  return *key;
}

std::string claims(const std::string& name = "data", const std::string& more = "") {
  return "{" + more + "\"" + name + "\":" + kEvent + "}";
}

std::string seconds(std::chrono::minutes from_now) {
  return std::to_string((kNow + from_now).time_since_epoch().count());
}

tl::expected<Notification, SignatureFault> opened(const std::string& body) {
  const auto key = tls::WebhookKey::from(test::public_pem(signing_key()));
  REQUIRE(key);
  return parse_signed_notification(
      body, [&](auto message, auto signature) { return key->verifies(message, signature); }, kNow);
}

SignatureFault fault(const std::string& body) {
  const auto notification = opened(body);
  REQUIRE_FALSE(notification);
  return notification.error();
}

std::string wrapped(const std::string& token) {
  return R"({"id":"1","data":")" + token + "\"}";
}

}  // namespace

TEST_CASE("a signed notification is understood in every layout") {
  const Key& key = signing_key();
  const auto body =
      GENERATE_REF(jws(key, claims()), " \r\n" + jws(key, claims()) + "\n", jws(key, claims("dat")),
                   jws(key, kEvent), wrapped(jws(key, claims("dat"))), wrapped(jws(key, claims())));
  const auto notification = opened(body);
  REQUIRE(notification);
  CHECK(notification->kind == Notification::Kind::secrets);
  REQUIRE(notification->secrets.size() == 1);
  CHECK(notification->secrets.front().id == kSecret);
}

TEST_CASE("a signature over anything else is refused") {
  const std::string token = jws(signing_key(), claims());
  const std::size_t first = token.find('.');
  const std::size_t last = token.rfind('.');
  SECTION("the payload was changed") {
    const std::string forged = base64url(claims("data", R"("x":1,)"));
    CHECK(fault(token.substr(0, first + 1) + forged + token.substr(last)) ==
          SignatureFault::mismatch);
  }
  SECTION("the header was changed") {
    const std::string header = base64url(R"({"alg":"RS256","typ":"JOSE"})");
    CHECK(fault(header + token.substr(first)) == SignatureFault::mismatch);
  }
  SECTION("another key signed it") {
    CHECK(fault(jws(Key::make(KeyKind::rsa_2048), claims())) == SignatureFault::mismatch);
  }
  SECTION("the signature is missing") {
    CHECK(fault(token.substr(0, last + 1)) == SignatureFault::mismatch);
  }
}

TEST_CASE("every algorithm but RS256 is refused before a key is asked") {
  const auto alg = GENERATE("none", "None", "", "HS256", "HS384", "ES256", "PS256", "RS384",
                            "RS512", "rs256", "RS256 ", "EdDSA");
  const std::string header = std::string(R"({"alg":")") + alg + "\"}";
  const std::string body = jws(signing_key(), claims(), header);
  bool asked = false;
  const auto notification = parse_signed_notification(
      body, [&](auto, auto) { return asked = true; }, kNow);
  REQUIRE_FALSE(notification);
  CHECK(notification.error() == SignatureFault::algorithm);
  CHECK_FALSE(asked);
}

TEST_CASE("the public key, known to everybody, does not serve as a shared secret") {
  const std::string pem = test::public_pem(signing_key());
  const auto alg = GENERATE("HS256", "RS256");
  const std::string message =
      base64url(std::string(R"({"alg":")") + alg + "\"}") + "." + base64url(claims());
  const std::string body = message + "." + base64url(test::hmac_sha256(pem, message));
  CHECK(fault(body) ==
        (std::string(alg) == "RS256" ? SignatureFault::mismatch : SignatureFault::algorithm));
}

TEST_CASE("a key that a token brings along is not looked at") {
  const Key own = Key::make(KeyKind::rsa_2048);
  const auto more = GENERATE(R"("kid":"1")", R"("jwk":{"kty":"RSA"})",
                             R"("jku":"https://a.example")", R"("x5c":["MII"])");
  const std::string header = std::string(R"({"alg":"RS256",)") + more + "}";
  CHECK(fault(jws(own, claims(), header)) == SignatureFault::mismatch);
  CHECK(opened(jws(signing_key(), claims(), header)));
}

TEST_CASE("a body tells whether it has the form of a signed delivery") {
  const std::string token = jws(signing_key(), claims());
  CHECK(looks_signed(token));
  CHECK(looks_signed(wrapped(token)));
  CHECK_FALSE(looks_signed(kEvent));
  CHECK_FALSE(looks_signed(""));
  CHECK_FALSE(looks_signed("{\"data\":\"x\"}"));
}

TEST_CASE("a header without an algorithm or with critical extensions is refused") {
  const auto header =
      GENERATE(R"({"typ":"JWT"})", R"({"alg":7})", R"({"alg":["RS256"]})",
               R"({"alg":"RS256","crit":["exp"]})", R"({"alg":"RS256","b64":false})");
  CHECK(fault(jws(signing_key(), claims(), header)) == SignatureFault::algorithm);
}

TEST_CASE("the times of a signed notification are held with five minutes' leeway") {
  using std::chrono::minutes;
  struct Row {
    const char* name;
    std::string claims;
    bool holds;
  };
  const auto row = GENERATE_REF(
      Row{"expires later", R"("exp":)" + seconds(minutes(1)) + ",", true},
      Row{"expired within the leeway", R"("exp":)" + seconds(minutes(-4)) + ",", true},
      Row{"expired", R"("exp":)" + seconds(minutes(-5)) + ",", false},
      Row{"long expired", R"("exp":0,)", false},
      Row{"expiry is no number", R"("exp":"tomorrow",)", false},
      Row{"issued within the hour", R"("iat":)" + seconds(minutes(-64)) + ",", true},
      Row{"issued long ago", R"("iat":)" + seconds(minutes(-65)) + ",", false},
      Row{"issued long ago, expires later",
          R"("iat":)" + seconds(minutes(-99)) + R"(,"exp":)" + seconds(minutes(1)) + ",", true},
      Row{"begins within the leeway", R"("nbf":)" + seconds(minutes(5)) + ",", true},
      Row{"begins later", R"("nbf":)" + seconds(minutes(6)) + ",", false},
      Row{"issued within the leeway", R"("iat":)" + seconds(minutes(5)) + ",", true},
      Row{"issued in the future", R"("iat":)" + seconds(minutes(6)) + ",", false},
      Row{"issued at no number", R"("iat":null,)", false});
  INFO(row.name);
  const auto notification = opened(jws(signing_key(), claims("data", row.claims)));
  CHECK(notification.has_value() == row.holds);
  if (!notification) CHECK(notification.error() == SignatureFault::not_in_time);
}

TEST_CASE("what is no signed notification is refused as such") {
  const std::string token = jws(signing_key(), claims());
  const auto body = GENERATE_REF(
      std::string(), std::string("."), std::string(".."), std::string("{}"), kEvent, token + ".x",
      "x" + token.substr(token.find('.')), token + "=", std::string("{\"data\":\"x\"}"),
      std::string(R"({"data":7})"), jws(signing_key(), "[1]"), jws(signing_key(), "no json"),
      wrapped(wrapped(token)), std::string(kMaxSignedBody + 1, 'A'),
      token + std::string(kMaxSignedBody, ' '), std::string(5000, 'A') + token);
  CHECK(fault(body) == SignatureFault::malformed);
}

TEST_CASE("a deeply nested signed claim costs no stack") {
  const std::string deep =
      R"({"data":{"x":)" + std::string(30'000, '[') + std::string(30'000, ']') + "}}";
  const auto notification = opened(jws(signing_key(), deep));
  REQUIRE(notification);
  CHECK(notification->kind == Notification::Kind::unrecognized);
}

}  // namespace certloop::ibm
