#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/core/observed.h"
#include "controller/core/time.h"
#include "controller/tls/pem.h"

struct x509_st;  // OpenSSL's X509

namespace certloop::tls {

// One certificate; moves, is never empty. Not thread-safe (OpenSSL caches inside).
class Certificate {
 public:
  // Empty when the bytes are anything but one whole certificate.
  static std::optional<Certificate> from_der(const SecretBytes& der);

  const std::string& der() const { return der_; }
  // Canonical: LF, 64 columns, one final newline.
  std::string pem() const;
  // Everything that is said about a leaf; empty when its validity cannot be read.
  std::optional<LeafFacts> facts() const;
  std::optional<WallTime> not_after() const;
  // RSA means its plain kind: a key that is restricted to PSS has no name, because hardly a client
  // takes its certificate, and no public authority signs it. An ECDSA key with its curve written
  // out instead of named has none either (RFC 5480 forbids it, and CVE-2020-0601 lived on it).
  KeyFacts key() const;
  UsageFacts usage() const;
  SignatureFacts signature() const;
  // One line, printable ASCII, at most 256 characters, never empty: "CN=Inter,O=Example".
  std::string issuer() const;

  bool is_authority() const;
  bool self_signed() const { return issued_by(*this); }
  // The names fit and the candidate's key verifies our signature. Dates and extensions are not
  // asked.
  bool issued_by(const Certificate& candidate) const;

  // Same subject and same key, as cross-signed and renewed authorities have.
  bool same_authority(const Certificate& other) const;

  // For private_key.cpp. Stays ours.
  x509_st* handle() const { return x509_.get(); }

 private:
  struct Free {
    void operator()(x509_st* x509) const noexcept;
  };
  explicit Certificate(std::unique_ptr<x509_st, Free> x509);

  std::unique_ptr<x509_st, Free> x509_;
  std::string der_{};
};

// The certificates of one text, in its order; duplicates stay. Comments are tolerated, blocks of
// another kind are not.
Read<std::vector<Certificate>> read_certificates(std::string_view pem);

}  // namespace certloop::tls
