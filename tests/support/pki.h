#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

struct evp_pkey_st;  // OpenSSL's EVP_PKEY
struct x509_st;      // OpenSSL's X509

// Test certificates, made at run time. Stands alone: nothing of ours, no clock, no files; a test
// states only what matters to it. Anything that fails throws std::runtime_error.
//
//   const auto root = Authority::self_signed({.name = "Root"});
//   const auto inter = root.issue_authority({.name = "Inter"});
//   const auto leaf = inter.issue({.dns_names = {"a.example"}, .not_after = now + 24h});
//   use(leaf.certificate(), leaf.private_key(), inter.certificate());
namespace test_pki {

using Time = std::chrono::sys_seconds;
// The default validity holds for the clock of this machine and for any that a test makes up.
inline constexpr Time kLongAgo = std::chrono::sys_days{std::chrono::year{2020} / 1 / 1};
inline constexpr Time kFarAhead = std::chrono::sys_days{std::chrono::year{2100} / 1 / 1};

enum class KeyKind {
  ec_p256,
  ec_p384,
  ec_p224,
  ec_secp256k1,
  ec_written_out,  // P-256 with its parameters written out instead of its name
  rsa_2048,
  rsa_1024,
  rsa_pss,  // of 2048 bits, restricted to PSS
  ed25519,
  ed448,
  dsa,  // of 1024 bits
};
// What a signature signs. Ed25519 and Ed448 have their own; ECDSA has no MD5 and throws.
enum class Digest { sha256, sha384, sha224, sha1, md5 };
enum class KeyForm {
  pkcs8,        // "PRIVATE KEY"
  traditional,  // "RSA PRIVATE KEY", "EC PRIVATE KEY"; Ed25519 has none and throws
};

// A key pair. Copies share it; threads may, too.
class Key {
 public:
  // EC and Ed25519 take microseconds, RSA and DSA some 50 ms.
  static Key make(KeyKind kind = KeyKind::ec_p256);

  std::string pem(KeyForm form = KeyForm::pkcs8) const;
  // AES-256, with the passphrase "secret": "ENCRYPTED PRIVATE KEY", or "Proc-Type: 4,ENCRYPTED".
  std::string encrypted_pem(KeyForm form = KeyForm::pkcs8) const;

  evp_pkey_st* handle() const { return key_.get(); }

 private:
  explicit Key(std::shared_ptr<evp_pkey_st> key) : key_(std::move(key)) {}
  std::shared_ptr<evp_pkey_st> key_;
};

// RSA keys made once and used again: `at(i)` is another key for another i. Not thread-safe.
class RsaKeys {
 public:
  const Key& at(std::size_t index);

 private:
  std::vector<Key> keys_{};
};

// What to put into a certificate.
struct Request {
  std::string name{};  // common name; empty: the first DNS name, if any. May hold any bytes
  std::string organization{};
  std::vector<std::string> dns_names{};     // none, and no addresses: no subjectAltName. Any bytes
  std::vector<std::string> ip_addresses{};  // "127.0.0.1"
  Time not_before = kLongAgo;
  Time not_after = kFarAhead;
  KeyKind key_kind = KeyKind::ec_p256;
  std::optional<Key> key{};  // instead of a fresh one of key_kind
  std::string serial{};      // hex, "0a1b2c"; empty: random
  // Extensions in OpenSSL's words: "critical,CA:TRUE", "digitalSignature", "clientAuth". An empty
  // text leaves the extension out; without one, a leaf or an authority gets what suits it.
  std::optional<std::string> basic_constraints{};
  std::optional<std::string> key_usage{};
  std::optional<std::string> extended_key_usage{};
  Digest digest = Digest::sha256;     // of the signature under it
  bool has_unknown_critical = false;  // a critical extension that nobody knows
};

// A certificate with its key. Copies share them.
class Identity {
 public:
  std::string certificate() const;  // PEM
  std::string private_key(KeyForm form = KeyForm::pkcs8) const { return key_.pem(form); }
  const Key& key() const { return key_; }
  std::string serial() const;   // "0a:1b:2c"
  std::string subject() const;  // "CN=Inter,O=Example"
  x509_st* handle() const { return x509_.get(); }

 protected:
  Identity(std::shared_ptr<x509_st> x509, Key key) : x509_(std::move(x509)), key_(std::move(key)) {}
  std::shared_ptr<x509_st> x509_;
  Key key_;
};

// What a server presents.
class Leaf : public Identity {
 public:
  static Leaf self_signed(const Request& request);

 private:
  friend class Authority;
  using Identity::Identity;
};

// A certificate that may sign others: a root or an intermediate.
class Authority : public Identity {
 public:
  static Authority self_signed(const Request& request);
  Authority issue_authority(const Request& request) const;
  Leaf issue(const Request& request) const;
  // Another certificate for the same subject and the same key, signed by us.
  Authority cross_sign(const Authority& other) const;

 private:
  using Identity::Identity;
};

// The same certificate with one bit of its signature turned.
std::string with_damaged_signature(const std::string& certificate_pem);

}  // namespace test_pki
