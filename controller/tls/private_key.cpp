#include "controller/tls/private_key.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/decoder.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "controller/tls/openssl.h"

namespace certloop::tls {
namespace {

// How OpenSSL's decoder calls what a label announces. No type: any.
struct Container {
  std::string_view label;
  const char* type;
  const char* structure;
};
constexpr std::array<Container, 3> kContainers{{
    {"PRIVATE KEY", nullptr, "PrivateKeyInfo"},
    {"RSA PRIVATE KEY", "RSA", "type-specific"},
    {"EC PRIVATE KEY", "EC", "type-specific"},
}};

const Container* container_of(std::string_view label) {
  const auto found = std::find_if(kContainers.begin(), kContainers.end(),
                                  [&](const Container& one) { return one.label == label; });
  return found == kContainers.end() ? nullptr : &*found;
}

// Anything: signed to see whether a key works.
constexpr std::string_view kTrial = "do these two belong together?";

// Without it OpenSSL would ask on the terminal when a label lies about what follows.
int no_password(char*, int, int, void*) {
  return 0;
}

bool verifies(EVP_PKEY* public_key, const unsigned char* signature, std::size_t size,
              std::string_view message) {
  const Owned<EVP_MD_CTX, EVP_MD_CTX_free> verifier(EVP_MD_CTX_new());
  return verifier &&
         EVP_DigestVerifyInit(verifier.get(), nullptr, nullptr, nullptr, public_key) == 1 &&
         EVP_DigestVerify(verifier.get(), signature, size,
                          reinterpret_cast<const unsigned char*>(message.data()),
                          message.size()) == 1;
}

}  // namespace

void PrivateKey::Free::operator()(evp_pkey_st* key) const noexcept {
  EVP_PKEY_free(key);
}

std::optional<PrivateKey> PrivateKey::from(const PemBlock& block) {
  const Container* container = container_of(block.label);
  if (container == nullptr || block.encrypted) return std::nullopt;
  EVP_PKEY* key = nullptr;
  const Owned<OSSL_DECODER_CTX, OSSL_DECODER_CTX_free> decoder(OSSL_DECODER_CTX_new_for_pkey(
      &key, "DER", container->structure, container->type, EVP_PKEY_KEYPAIR, nullptr, nullptr));
  if (!decoder) return std::nullopt;
  OSSL_DECODER_CTX_set_pem_password_cb(decoder.get(), no_password, nullptr);
  const auto* position = reinterpret_cast<const unsigned char*>(block.der.reveal().data());
  std::size_t left = block.der.size();
  const bool decoded = OSSL_DECODER_from_data(decoder.get(), &position, &left) == 1;
  PrivateKey result{std::unique_ptr<evp_pkey_st, Free>(key)};
  if (!decoded || key == nullptr || left != 0) return std::nullopt;
  return result;
}

bool PrivateKey::fits(const Certificate& certificate) const {
  if (X509_check_private_key(certificate.handle(), key_.get()) != 1) return false;
  const auto* message = reinterpret_cast<const unsigned char*>(kTrial.data());
  const Owned<EVP_MD_CTX, EVP_MD_CTX_free> signer(EVP_MD_CTX_new());
  std::size_t size = 0;
  if (!signer || EVP_DigestSignInit(signer.get(), nullptr, nullptr, nullptr, key_.get()) != 1 ||
      EVP_DigestSign(signer.get(), nullptr, &size, message, kTrial.size()) != 1) {
    return false;
  }
  std::string signature(size, '\0');
  auto* bytes = reinterpret_cast<unsigned char*>(signature.data());
  return EVP_DigestSign(signer.get(), bytes, &size, message, kTrial.size()) == 1 &&
         verifies(X509_get0_pubkey(certificate.handle()), bytes, size, kTrial);
}

std::optional<SecretBytes> PrivateKey::canonical_der() const {
  // SEC 1 may leave the public half out and may compress it; OpenSSL would remember that. Keys of
  // other kinds refuse these two, which is as good.
  EVP_PKEY_set_int_param(key_.get(), OSSL_PKEY_PARAM_EC_INCLUDE_PUBLIC, 1);
  EVP_PKEY_set_utf8_string_param(key_.get(), OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
                                 OSSL_PKEY_EC_POINT_CONVERSION_FORMAT_UNCOMPRESSED);
  const Owned<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free> info(EVP_PKEY2PKCS8(key_.get()));
  if (!info) return std::nullopt;
  unsigned char* encoded = nullptr;
  const int size = i2d_PKCS8_PRIV_KEY_INFO(info.get(), &encoded);
  if (size <= 0) return std::nullopt;
  SecretBytes der(
      std::string_view(reinterpret_cast<char*>(encoded), static_cast<std::size_t>(size)));
  OPENSSL_clear_free(encoded, static_cast<std::size_t>(size));
  return der;
}

bool is_key_preamble(const PemBlock& block) {
  return block.label == "EC PARAMETERS";
}

Read<PrivateKeyText> read_private_key(const SecretBytes& pem) {
  const auto blocks = read_pem(pem.reveal(), Outside::comments);
  if (!blocks) return unreadable(blocks.error());
  const auto first = std::find_if_not(blocks->begin(), blocks->end(), is_key_preamble);
  if (first == blocks->end()) return unreadable("holds no private key");
  if (first->encrypted) return unreadable("is encrypted; store it without a passphrase");
  if (container_of(first->label) == nullptr) return unreadable("holds a PEM block of another kind");
  if (std::next(first) != blocks->end()) return unreadable("holds more than one PEM block");
  auto key = PrivateKey::from(*first);
  if (!key) return unreadable("holds a block that is no private key");
  return PrivateKeyText{std::move(*key), clean_text(*first)};
}

}  // namespace certloop::tls
