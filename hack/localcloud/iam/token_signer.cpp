#include "hack/localcloud/iam/token_signer.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <stdexcept>

namespace localcloud {
namespace {

using KeyPointer = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

constexpr int kKeyBits = 2048;
// Three primes are found in a third of the time of two, and verifiers cannot tell.
constexpr int kKeyPrimes = 3;

void require(bool done) {
  if (!done) throw std::runtime_error("OpenSSL cannot sign a token");
}

KeyPointer make_key() {
  const KeyContext context(EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, nullptr), EVP_PKEY_CTX_free);
  require(context != nullptr && EVP_PKEY_keygen_init(context.get()) > 0);
  require(EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), kKeyBits) > 0);
  require(EVP_PKEY_CTX_set_rsa_keygen_primes(context.get(), kKeyPrimes) > 0);
  EVP_PKEY* key = nullptr;
  require(EVP_PKEY_keygen(context.get(), &key) > 0);
  return {key, EVP_PKEY_free};
}

std::string signature(EVP_PKEY* key, const std::string& text) {
  const DigestContext context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
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

}  // namespace

struct TokenSigner::Key {
  KeyPointer pointer = make_key();
};

TokenSigner::TokenSigner(std::string key_id) : key_id_(std::move(key_id)) {}

TokenSigner::~TokenSigner() = default;

std::string TokenSigner::sign(const Json& claims) {
  if (key_ == nullptr) key_ = std::make_unique<Key>();
  const Json header = {{"alg", "RS256"}, {"kid", key_id_}, {"typ", "JWT"}};
  const std::string text = base64url(header.dump()) + "." + base64url(claims.dump());
  return text + "." + base64url(signature(key_->pointer.get(), text));
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
