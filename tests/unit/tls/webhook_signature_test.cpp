#include "controller/tls/webhook_signature.h"

#include <openssl/rsa.h>

#include "tests/support/catch.h"
#include "tests/support/jws.h"
#include "tests/unit/tls/support.h"

namespace certloop::tls {
namespace {

std::string bare(std::string pem) {
  pem.erase(0, pem.find('\n') + 1);
  pem.erase(pem.find("-----END"));
  return pem;
}

std::string pkcs1_pem(const Key& key) {
  unsigned char* bytes = nullptr;
  const int size = i2d_PublicKey(key.handle(), &bytes);
  const std::unique_ptr<BIO, int (*)(BIO*)> memory(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio(memory.get(), "RSA PUBLIC KEY", "", bytes, size);
  OPENSSL_free(bytes);
  char* text = nullptr;
  const long length = BIO_get_mem_data(memory.get(), &text);
  return {text, static_cast<std::size_t>(length)};
}

std::string short_key_pem() {
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(EVP_RSA_gen(1024), EVP_PKEY_free);
  const std::unique_ptr<BIO, int (*)(BIO*)> memory(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_PUBKEY(memory.get(), key.get());
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

}  // namespace

TEST_CASE("a webhook key is read as PEM and as bare Base64 and verifies what it signed") {
  const Key key = rsa_keys().at(0);
  const std::string pem = test::public_pem(key);
  const auto text = GENERATE_REF(std::string(pem), bare(pem), pkcs1_pem(key), bare(pkcs1_pem(key)));
  const auto read = WebhookKey::from(text);
  REQUIRE(read);
  const std::string signature = test::sha256_signature(key, "message");
  CHECK(read->verifies("message", signature));
  CHECK_FALSE(read->verifies("massage", signature));
  CHECK_FALSE(read->verifies("message", ""));
  CHECK_FALSE(read->verifies("message", signature + "x"));
  CHECK_FALSE(read->verifies("message", test::sha256_signature(rsa_keys().at(1), "message")));
}

TEST_CASE("a webhook key of another kind or size is refused") {
  const std::string pem = test::public_pem(rsa_keys().at(0));
  CHECK_FALSE(WebhookKey::from(""));
  CHECK_FALSE(WebhookKey::from("no key"));
  CHECK_FALSE(WebhookKey::from(pem + pem));
  CHECK_FALSE(WebhookKey::from(test::public_pem(Key::make(KeyKind::ec_p256))));
  CHECK_FALSE(WebhookKey::from(test::public_pem(Key::make(KeyKind::ed25519))));
  CHECK_FALSE(WebhookKey::from(rsa_keys().at(0).pem()));
  CHECK_FALSE(WebhookKey::from(short_key_pem()));
  CHECK_FALSE(WebhookKey::from(pem + std::string(16 * 1024, '\n')));
}

}  // namespace certloop::tls
