#pragma once
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "tests/support/pki.h"

// Signed webhook deliveries, made at run time by a hand of their own.
namespace certloop::test {

inline std::string base64url(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return text.substr(0, text.find('='));
}

inline std::string sha256_signature(const test_pki::Key& key, std::string_view message) {
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> signer(EVP_MD_CTX_new(),
                                                                  EVP_MD_CTX_free);
  const auto* data = reinterpret_cast<const unsigned char*>(message.data());
  std::size_t size = 0;
  if (EVP_DigestSignInit(signer.get(), nullptr, EVP_sha256(), nullptr, key.handle()) != 1 ||
      EVP_DigestSign(signer.get(), nullptr, &size, data, message.size()) != 1) {
    throw std::runtime_error("cannot sign");
  }
  std::string signature(size, '\0');
  auto* out = reinterpret_cast<unsigned char*>(signature.data());
  if (EVP_DigestSign(signer.get(), out, &size, data, message.size()) != 1) {
    throw std::runtime_error("cannot sign");
  }
  signature.resize(size);
  return signature;
}

inline std::string hmac_sha256(std::string_view key, std::string_view message) {
  std::string code(EVP_MAX_MD_SIZE, '\0');
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(message.data()), message.size(),
       reinterpret_cast<unsigned char*>(code.data()), &size);
  code.resize(size);
  return code;
}

// A compact JWS over these claims.
inline std::string jws(const test_pki::Key& key, std::string_view claims,
                       std::string_view header = R"({"alg":"RS256","typ":"JWT"})") {
  const std::string message = base64url(header) + "." + base64url(claims);
  return message + "." + base64url(sha256_signature(key, message));
}

inline std::string public_pem(const test_pki::Key& key) {
  const std::unique_ptr<BIO, int (*)(BIO*)> memory(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_PUBKEY(memory.get(), key.handle());
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

}  // namespace certloop::test
