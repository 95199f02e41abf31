#include "controller/tls/webhook_signature.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/rsa.h>

#include "tests/support/catch.h"
#include "tests/support/jws.h"
#include "tests/unit/tls/support.h"

namespace certloop::tls {
namespace {

using namespace std::string_literals;

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

std::string number_of(const Key& key, const char* name) {
  BIGNUM* number = nullptr;
  REQUIRE(EVP_PKEY_get_bn_param(key.handle(), name, &number) == 1);
  const std::unique_ptr<BIGNUM, void (*)(BIGNUM*)> owner(number, BN_free);
  std::string bytes(static_cast<std::size_t>(BN_num_bytes(number)), '\0');
  BN_bn2bin(number, reinterpret_cast<unsigned char*>(bytes.data()));
  return bytes;
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

TEST_CASE("a webhook key is put together from its two numbers") {
  const Key key = rsa_keys().at(0);
  const std::string modulus = number_of(key, OSSL_PKEY_PARAM_RSA_N);
  const std::string exponent = number_of(key, OSSL_PKEY_PARAM_RSA_E);
  // A sender may or may not put the zero byte of a signed number before it.
  for (const std::string& leading : {std::string(), std::string(1, '\0')}) {
    const auto read = WebhookKey::from_numbers(leading + modulus, exponent);
    REQUIRE(read);
    CHECK(read->verifies("message", test::sha256_signature(key, "message")));
    CHECK_FALSE(read->verifies("massage", test::sha256_signature(key, "message")));
  }
}

TEST_CASE("numbers that make no sound webhook key are refused") {
  const std::string modulus = number_of(rsa_keys().at(0), OSSL_PKEY_PARAM_RSA_N);
  const std::string exponent = "\x01\x00\x01"s;
  REQUIRE(WebhookKey::from_numbers(modulus, exponent));
  CHECK_FALSE(WebhookKey::from_numbers("", ""));
  CHECK_FALSE(WebhookKey::from_numbers(modulus, ""));
  CHECK_FALSE(WebhookKey::from_numbers(modulus, "\x01"));  // every message would be its signature
  CHECK_FALSE(WebhookKey::from_numbers(modulus, "\x02"));
  CHECK_FALSE(WebhookKey::from_numbers(modulus.substr(0, 128), exponent));
  CHECK_FALSE(WebhookKey::from_numbers(modulus.substr(0, 255) + '\0', exponent));
  CHECK_FALSE(WebhookKey::from_numbers(std::string(1025, '\xff'), exponent));
  CHECK_FALSE(WebhookKey::from_numbers(std::string(5000, '\xff'), exponent));
  CHECK_FALSE(WebhookKey::from_numbers(modulus, std::string(9, '\xff')));
}

}  // namespace certloop::tls
