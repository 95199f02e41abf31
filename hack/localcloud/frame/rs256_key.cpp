#include "hack/localcloud/frame/rs256_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/rsa.h>

#include <stdexcept>

#include "hack/localcloud/frame/openssl.h"

namespace localcloud {
namespace {

using KeyContext = std::unique_ptr<EVP_PKEY_CTX, OpensslFree<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, OpensslFree<EVP_MD_CTX_free>>;
using Number = std::unique_ptr<BIGNUM, OpensslFree<BN_free>>;

constexpr int kKeyBits = 2048;
// Three primes are found in a third of the time of two, and verifiers cannot tell.
constexpr int kKeyPrimes = 3;

void require(bool done) {
  if (!done) throw std::runtime_error("OpenSSL cannot make or use a signing key");
}

KeyOwner make_key() {
  const KeyContext context(EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, nullptr));
  require(context != nullptr && EVP_PKEY_keygen_init(context.get()) > 0);
  require(EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), kKeyBits) > 0);
  require(EVP_PKEY_CTX_set_rsa_keygen_primes(context.get(), kKeyPrimes) > 0);
  EVP_PKEY* key = nullptr;
  require(EVP_PKEY_keygen(context.get(), &key) > 0);
  return KeyOwner(key);
}

std::string signature(EVP_PKEY* key, const std::string& text) {
  const DigestContext context(EVP_MD_CTX_new());
  require(context != nullptr);
  require(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) > 0);
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t length = 0;
  require(EVP_DigestSign(context.get(), nullptr, &length, bytes, text.size()) > 0);
  std::string result(length, '\0');
  require(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(result.data()), &length,
                         bytes, text.size()) > 0);
  result.resize(length);
  return result;
}

// A number of the key, big-endian.
std::string number_of(EVP_PKEY* key, const char* name) {
  BIGNUM* found = nullptr;
  require(EVP_PKEY_get_bn_param(key, name, &found) > 0);
  const Number number(found);
  std::string bytes(static_cast<std::size_t>(BN_num_bytes(found)), '\0');
  BN_bn2bin(found, reinterpret_cast<unsigned char*>(bytes.data()));
  return bytes;
}

std::string dump(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

struct Rs256Key::Key {
  KeyOwner pointer = make_key();
};

Rs256Key::Rs256Key() = default;

Rs256Key::~Rs256Key() = default;

Rs256Key::Key& Rs256Key::key() {
  if (key_ == nullptr) key_ = std::make_unique<Key>();
  return *key_;
}

std::string Rs256Key::sign(const Json& header, const Json& claims) {
  const std::string text = base64url(dump(header)) + "." + base64url(dump(claims));
  return text + "." + base64url(signature(key().pointer.get(), text));
}

std::string Rs256Key::public_spki_pem() {
  const BioOwner bio(BIO_new(BIO_s_mem()));
  require(bio != nullptr && PEM_write_bio_PUBKEY(bio.get(), key().pointer.get()) > 0);
  return written(bio.get());
}

std::string Rs256Key::public_pkcs1_pem() {
  unsigned char* bytes = nullptr;
  const int size = i2d_PublicKey(key().pointer.get(), &bytes);
  const std::unique_ptr<unsigned char, void (*)(unsigned char*)> der(
      bytes, [](unsigned char* memory) { OPENSSL_free(memory); });
  const BioOwner bio(BIO_new(BIO_s_mem()));
  require(size > 0 && bio != nullptr);
  require(PEM_write_bio(bio.get(), "RSA PUBLIC KEY", "", der.get(), size) > 0);
  return written(bio.get());
}

Json Rs256Key::public_jwk(const std::string& key_id) {
  EVP_PKEY* pair = key().pointer.get();
  return {{"kty", "RSA"},
          {"alg", "RS256"},
          {"use", "sig"},
          {"kid", key_id},
          {"n", base64url(number_of(pair, OSSL_PKEY_PARAM_RSA_N))},
          {"e", base64url(number_of(pair, OSSL_PKEY_PARAM_RSA_E))}};
}

std::string base64url(const std::string& bytes) {
  constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  unsigned bits = 0;
  int held = 0;
  for (const char c : bytes) {
    bits = (bits << 8 | static_cast<unsigned char>(c)) & 0xFFFFU;
    for (held += 8; held >= 6; held -= 6) text += kAlphabet[bits >> (held - 6) & 63U];
  }
  if (held > 0) text += kAlphabet[bits << (6 - held) & 63U];
  return text;
}

}  // namespace localcloud
