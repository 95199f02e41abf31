#include "controller/tls/webhook_signature.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <string>
#include <utility>

#include "controller/tls/openssl.h"

namespace certloop::tls {
namespace {

constexpr std::size_t kMaxKeyText = 16 * 1024;
constexpr int kMinBits = 2048;
constexpr int kMaxBits = 8192;

constexpr std::string_view kSpki = "PUBLIC KEY";
constexpr std::string_view kPkcs1 = "RSA PUBLIC KEY";

using KeyOwner = Owned<EVP_PKEY, EVP_PKEY_free>;

KeyOwner decode(std::string_view der, std::string_view label) {
  const auto* begin = reinterpret_cast<const unsigned char*>(der.data());
  const auto* position = begin;
  const auto size = static_cast<long>(der.size());
  KeyOwner key;
  if (label == kSpki) key.reset(d2i_PUBKEY(nullptr, &position, size));
  if (label == kPkcs1) key.reset(d2i_PublicKey(EVP_PKEY_RSA, nullptr, &position, size));
  return position == begin + size ? std::move(key) : nullptr;
}

// Bare Base64 does not say which of the two it is.
KeyOwner decode_either(std::string_view der) {
  KeyOwner key = decode(der, kSpki);
  return key ? std::move(key) : decode(der, kPkcs1);
}

std::string with_armour(std::string_view base64) {
  return "-----BEGIN PUBLIC KEY-----\n" + std::string(base64) + "\n-----END PUBLIC KEY-----\n";
}

}  // namespace

void WebhookKey::Free::operator()(evp_pkey_st* key) const noexcept {
  EVP_PKEY_free(key);
}

Read<WebhookKey> WebhookKey::from(std::string_view text) {
  if (text.size() > kMaxKeyText) return unreadable("is too large");
  const CleanErrorQueue clean;
  const bool bare = text.find("-----BEGIN") == std::string_view::npos;
  const std::string pem = bare ? with_armour(text) : std::string(text);
  const auto blocks = read_pem(pem, Outside::nothing);
  if (!blocks) return unreadable(blocks.error());
  if (blocks->size() != 1) return unreadable("holds not one PEM block");
  const PemBlock& block = blocks->front();
  const std::string_view der = block.der.reveal();
  WebhookKey key(std::unique_ptr<evp_pkey_st, Free>(
      (bare ? decode_either(der) : decode(der, block.label)).release()));
  if (!key.key_) return unreadable("holds no public key");
  if (EVP_PKEY_get_base_id(key.key_.get()) != EVP_PKEY_RSA) return unreadable("is no RSA key");
  const int bits = EVP_PKEY_get_bits(key.key_.get());
  if (bits < kMinBits || bits > kMaxBits) return unreadable("has too few or too many bits");
  return key;
}

bool WebhookKey::verifies(std::string_view message, std::string_view signature) const {
  const CleanErrorQueue clean;
  const Owned<EVP_MD_CTX, EVP_MD_CTX_free> verifier(EVP_MD_CTX_new());
  EVP_PKEY_CTX* context = nullptr;
  return verifier &&
         EVP_DigestVerifyInit(verifier.get(), &context, EVP_sha256(), nullptr, key_.get()) == 1 &&
         EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
         EVP_DigestVerify(verifier.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                          signature.size(), reinterpret_cast<const unsigned char*>(message.data()),
                          message.size()) == 1;
}

}  // namespace certloop::tls
