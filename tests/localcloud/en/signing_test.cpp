#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <memory>

#include "tests/localcloud/en/stage.h"
#include "tests/localcloud/signed_in.h"
#include "tests/support/catch.h"

using stage::Json;
using stage::Stage;

namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

const unsigned char* bytes(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string decoded(std::string text) {
  for (char& c : text) c = c == '-' ? '+' : c == '_' ? '/' : c;
  const std::size_t padding = (4 - text.size() % 4) % 4;
  text.append(padding, '=');
  std::string plain(text.size(), '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(plain.data()), bytes(text),
                                   static_cast<int>(text.size()));
  REQUIRE(size >= static_cast<int>(padding));
  plain.resize(static_cast<std::size_t>(size) - padding);
  return plain;
}

std::string number_of(EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  REQUIRE(EVP_PKEY_get_bn_param(key, name, &number) == 1);
  std::string big_endian(static_cast<std::size_t>(BN_num_bytes(number)), '\0');
  BN_bn2bin(number, reinterpret_cast<unsigned char*>(big_endian.data()));
  BN_free(number);
  return big_endian;
}

// Of any form but JWK, the way that a receiver without hints has to do it.
Key read_key(const std::string& text) {
  if (text.rfind("-----BEGIN", 0) != 0) {
    const std::string der = decoded(text);
    const unsigned char* position = bytes(der);
    return {d2i_PUBKEY(nullptr, &position, static_cast<long>(der.size())), EVP_PKEY_free};
  }
  const std::unique_ptr<BIO, decltype(&BIO_free)> memory(
      BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free);
  char* label = nullptr;
  char* header = nullptr;
  unsigned char* der = nullptr;
  long size = 0;
  REQUIRE(PEM_read_bio(memory.get(), &label, &header, &der, &size) == 1);
  const unsigned char* position = der;
  EVP_PKEY* key = std::string(label) == "RSA PUBLIC KEY"
                      ? d2i_PublicKey(EVP_PKEY_RSA, nullptr, &position, size)
                      : d2i_PUBKEY(nullptr, &position, size);
  for (void* part :
       {static_cast<void*>(label), static_cast<void*>(header), static_cast<void*>(der)})
    OPENSSL_free(part);
  return {key, EVP_PKEY_free};
}

struct Token {
  explicit Token(const std::string& text) {
    const std::size_t first = text.find('.');
    const std::size_t last = text.rfind('.');
    REQUIRE(first < last);
    message = text.substr(0, last);
    header = Json::parse(decoded(text.substr(0, first)));
    claims = Json::parse(decoded(text.substr(first + 1, last - first - 1)));
    signature = decoded(text.substr(last + 1));
  }
  bool is_signed_by(const std::string& key_text) const {
    const Key key = read_key(key_text);
    REQUIRE(key != nullptr);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                          EVP_MD_CTX_free);
    REQUIRE(EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1);
    return EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(message),
                            message.size()) == 1;
  }

  std::string message{};
  std::string signature{};
  Json header{};
  Json claims{};
};

// A stage with webhook destinations whose subscriptions sign.
struct SigningStage : Stage {
  std::string add(const std::string& name) {
    const std::string id =
        subscribe(name, {{"url", "https://a.example/" + name}, {"verb", "post"}}, "", "webhook");
    const Json all = call("GET", "/subscriptions").body.at("subscriptions");
    for (const Json& one : all) {
      if (one.at("destination_id") != id) continue;
      const std::string path = "/subscriptions/" + one.at("id").get<std::string>();
      const auto changed = call("PATCH", path, {{"attributes", {{"signing_enabled", true}}}});
      REQUIRE(changed.status == 200);
      CHECK(changed.body.at("attributes").at("signing_enabled") == true);
    }
    return id;
  }
  std::string key_of(const std::string& id) {
    const auto reply = call("GET", "/destinations/" + id + "/public_key");
    REQUIRE(reply.status == 200);
    return reply.body.at("public_key");
  }
  // The next delivery's body.
  std::string deliver() {
    publish("a");
    notifications.flush();
    return outbound.sent.back().body;
  }
};

}  // namespace

TEST_CASE("a signed delivery's whole body is a token by RS256 over the notification") {
  SigningStage stage;
  const std::string id = stage.add("w");
  const Token token(stage.deliver());
  CHECK(token.header == Json{{"alg", "RS256"}, {"typ", "JWT"}});
  CHECK(token.is_signed_by(stage.key_of(id)));
  const Json& notification = token.claims.at("data");
  CHECK(notification.at("type") == "com.ibm.cloud.secrets-manager.secret_rotated");
  CHECK(notification.at("data").at("secrets").at(0).at("secret_name") == "a");
  CHECK(token.claims.contains("iat"));
  CHECK_FALSE(token.claims.contains("exp"));
}

TEST_CASE("a subscription that does not sign delivers as ever, and so does a destination's test") {
  SigningStage stage;
  stage.subscribe("plain", {{"url", "https://a.example"}, {"verb", "post"}}, "", "webhook");
  CHECK(Json::parse(stage.deliver()).contains("notification_id"));
  const std::string id = stage.add("w");
  CHECK(stage.call("POST", "/destinations/" + id + "/test").status == 201);
  CHECK(Json::parse(stage.outbound.sent.back().body).contains("notification_id"));
}

TEST_CASE("the token of a signed delivery stands where the switches say") {
  SigningStage stage;
  const std::string id = stage.add("w");
  SECTION("in the member data of a JSON object") {
    stage.set("signed_delivery_layout", "data");
    const Json body = Json::parse(stage.deliver());
    const Token token(body.at("data").get<std::string>());
    CHECK(token.is_signed_by(stage.key_of(id)));
    CHECK(token.claims.at("data").contains("notification_id"));
  }
  SECTION("with the claim dat") {
    stage.set("signed_delivery_claim", "dat");
    const Token token(stage.deliver());
    CHECK(token.claims.at("dat").contains("notification_id"));
    CHECK_FALSE(token.claims.contains("data"));
  }
  SECTION("with the notification as the claims") {
    stage.set("signed_delivery_claim", "none");
    CHECK(Token(stage.deliver()).claims.contains("notification_id"));
  }
  SECTION("without times") {
    stage.set("signed_delivery_times", "none");
    CHECK_FALSE(Token(stage.deliver()).claims.contains("iat"));
  }
  SECTION("with both times") {
    stage.set("signed_delivery_times", "iat_exp");
    const Token token(stage.deliver());
    CHECK(token.claims.at("exp").get<int>() == token.claims.at("iat").get<int>() + 300);
  }
}

TEST_CASE("a destination's key is told in the form that the switch says") {
  SigningStage stage;
  const std::string id = stage.add("w");
  const Token token(stage.deliver());
  struct Row {
    const char* form;
    const char* begin;
  };
  for (const auto& [form, begin] :
       {Row{"pem", "-----BEGIN PUBLIC KEY-----\n"},
        Row{"pkcs1", "-----BEGIN RSA PUBLIC KEY-----\n"}, Row{"base64", "MII"}}) {
    INFO(form);
    stage.set("public_key_form", form);
    const std::string text = stage.key_of(id);
    CHECK(text.rfind(begin, 0) == 0);
    CHECK(token.is_signed_by(text));
  }
  CHECK(stage.key_of(id).find('\n') == std::string::npos);
}

TEST_CASE("a destination's key as a JWK holds the numbers of the others") {
  SigningStage stage;
  const std::string id = stage.add("w");
  const Key key = read_key(stage.key_of(id));
  stage.set("public_key_form", "jwk");
  const Json jwk = Json::parse(stage.key_of(id));
  CHECK(jwk.at("kty") == "RSA");
  CHECK(jwk.at("alg") == "RS256");
  CHECK(jwk.at("kid") == id);
  CHECK(decoded(jwk.at("n")) == number_of(key.get(), "n"));
  CHECK(decoded(jwk.at("e")) == number_of(key.get(), "e"));
}

TEST_CASE("each destination has a key of its own, until the keys are renewed") {
  SigningStage stage;
  const std::string first = stage.add("one");
  const std::string second = stage.add("two");
  const std::string key = stage.key_of(first);
  CHECK(key != stage.key_of(second));
  CHECK(key == stage.key_of(first));
  stage.notifications.renew_signing_keys();
  CHECK(key != stage.key_of(first));
  stage.deliver();  // to both, in the order of their topics
  const Token token(stage.outbound.sent.at(0).body);
  CHECK(token.is_signed_by(stage.key_of(first)));
  CHECK_FALSE(token.is_signed_by(key));
}

TEST_CASE("a retry of a signed delivery is signed by the key of its time") {
  SigningStage stage;
  const std::string id = stage.add("w");
  stage.outbound.script.push_back({.status = 503});
  stage.deliver();
  stage.notifications.renew_signing_keys();
  stage.scheduler.advance(std::chrono::seconds(2));
  REQUIRE(stage.outbound.sent.size() == 2);
  CHECK(Token(stage.outbound.sent.at(1).body).is_signed_by(stage.key_of(id)));
}

TEST_CASE("only webhook destinations that exist have a key") {
  SigningStage stage;
  const std::string application = stage.subscribe("app", stage::application());
  CHECK(stage.call("GET", "/destinations/" + application + "/public_key").status == 400);
  CHECK(stage.call("GET", "/destinations/none/public_key").status == 404);
  const std::string id = stage.add("w");
  stage.set("en_refuse_delete_in_use", false);
  CHECK(stage.call("DELETE", "/destinations/" + id).status == 204);
  CHECK(stage.call("GET", "/destinations/" + id + "/public_key").status == 404);
}

TEST_CASE("the control renews the signing keys, and a stranger is told none") {
  const SignedIn user;
  const std::string address = user.names.at("LOCALCLOUD_EN_URL") + "/v1/instances/" +
                              user.names.at("LOCALCLOUD_EN_INSTANCE") + "/destinations/none";
  CHECK(user.control.post("/en/renew-signing-keys").status == 204);
  CHECK(cloud_client::Client(address).bearer(user.token).get("/public_key").status == 404);
  CHECK(cloud_client::Client(address).get("/public_key").status == 401);
}
