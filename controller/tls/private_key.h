#pragma once
#include <memory>
#include <optional>

#include "controller/core/secret_bytes.h"
#include "controller/tls/certificate.h"
#include "controller/tls/pem.h"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace certloop::tls {

// One private key; moves, is never empty.
class PrivateKey {
 public:
  // Empty when the block is no unencrypted PKCS#8, PKCS#1 or SEC 1 key. Never asks for a password.
  static std::optional<PrivateKey> from(const PemBlock& block);

  // True when the two are a pair: what this key signs, the certificate's key verifies. Comparing
  // the public halves alone would pass a file whose private half is damaged.
  bool fits(const Certificate& certificate) const;

  // PKCS#8 DER, the same for every container of one key. Empty when it cannot be made.
  std::optional<SecretBytes> canonical_der() const;

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const noexcept;
  };
  explicit PrivateKey(std::unique_ptr<evp_pkey_st, Free> key) : key_(std::move(key)) {}

  std::unique_ptr<evp_pkey_st, Free> key_;
};

struct PrivateKeyText {
  PrivateKey key;
  SecretBytes pem{};  // the key's block alone, LF
};

// Exactly one key, unencrypted. The "EC PARAMETERS" that openssl puts before a key are left out.
Read<PrivateKeyText> read_private_key(const SecretBytes& pem);

// What openssl writes before a SEC 1 key; the key repeats what it says.
bool is_key_preamble(const PemBlock& block);

}  // namespace certloop::tls
