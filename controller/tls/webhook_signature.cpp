#include "controller/tls/webhook_signature.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
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
constexpr std::size_t kMaxExponentBytes = 8;  // what OpenSSL takes with large moduli

constexpr std::string_view kSpki = "PUBLIC KEY";
constexpr std::string_view kPkcs1 = "RSA PUBLIC KEY";

using KeyOwner = Owned<EVP_PKEY, EVP_PKEY_free>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

KeyOwner decode(std::string_view der, std::string_view label) {
  const auto* begin = bytes_of(der);
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

KeyOwner put_together(std::string_view modulus, std::string_view exponent) {
  const auto number = [](std::string_view digits) {
    return Owned<BIGNUM, BN_free>(
        BN_bin2bn(bytes_of(digits), static_cast<int>(digits.size()), nullptr));
  };
  const auto n = number(modulus);
  const auto e = number(exponent);
  const Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder(OSSL_PARAM_BLD_new());
  if (!n || !e || !builder ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1) {
    return nullptr;
  }
  const Owned<OSSL_PARAM, OSSL_PARAM_free> numbers(OSSL_PARAM_BLD_to_param(builder.get()));
  const Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context(
      EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  EVP_PKEY* key = nullptr;
  if (!numbers || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, numbers.get()) != 1) {
    return nullptr;
  }
  return KeyOwner(key);
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
  return judge(Owner((bare ? decode_either(der) : decode(der, block.label)).release()));
}

Read<WebhookKey> WebhookKey::from_numbers(std::string_view modulus, std::string_view exponent) {
  if (modulus.size() > kMaxBits / 8 + 1 || exponent.size() > kMaxExponentBytes) {
    return unreadable("is too large");
  }
  const CleanErrorQueue clean;
  return judge(Owner(put_together(modulus, exponent).release()));
}

Read<WebhookKey> WebhookKey::judge(Owner key) {
  if (!key) return unreadable("holds no public key");
  if (EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA) return unreadable("is no RSA key");
  const int bits = EVP_PKEY_get_bits(key.get());
  if (bits < kMinBits || bits > kMaxBits) return unreadable("has too few or too many bits");
  const Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context(
      EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  if (!context || EVP_PKEY_public_check(context.get()) != 1) return unreadable("is not sound");
  return WebhookKey(std::move(key));
}

bool WebhookKey::verifies(std::string_view message, std::string_view signature) const {
  const CleanErrorQueue clean;
  const Owned<EVP_MD_CTX, EVP_MD_CTX_free> verifier(EVP_MD_CTX_new());
  EVP_PKEY_CTX* context = nullptr;
  return verifier &&
         EVP_DigestVerifyInit(verifier.get(), &context, EVP_sha256(), nullptr, key_.get()) == 1 &&
         EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
         EVP_DigestVerify(verifier.get(), bytes_of(signature), signature.size(), bytes_of(message),
                          message.size()) == 1;
}

}  // namespace certloop::tls
