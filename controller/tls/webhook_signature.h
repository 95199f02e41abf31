#pragma once
#include <memory>
#include <string_view>

#include "controller/tls/pem.h"

struct evp_pkey_st;

namespace certloop::tls {

// The public half of the key that Event Notifications signs deliveries with. Knows one algorithm,
// RS256 (RSASSA-PKCS1-v1_5 with SHA-256): there is no parameter that could name another, so neither
// `none` nor a signature that takes the public key for a shared one can ever be right.
// Threads: any number may verify at once.
class WebhookKey {
 public:
  // PEM ("PUBLIC KEY", "RSA PUBLIC KEY") or the bare Base64 of either, for its form is not
  // documented. Refused: more than 16 KiB, other kinds of keys, what OpenSSL finds unsound, fewer
  // than 2048 bits and, since they only cost time, more than 8192.
  static Read<WebhookKey> from(std::string_view text);
  // The same of the two numbers of an RSA key, big-endian.
  static Read<WebhookKey> from_numbers(std::string_view modulus, std::string_view exponent);

  // `message` is "<header>.<payload>" as received; `signature` is decoded.
  bool verifies(std::string_view message, std::string_view signature) const;

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const noexcept;
  };
  using Owner = std::unique_ptr<evp_pkey_st, Free>;
  explicit WebhookKey(Owner key) : key_(std::move(key)) {}
  static Read<WebhookKey> judge(Owner key);

  Owner key_;
};

}  // namespace certloop::tls
