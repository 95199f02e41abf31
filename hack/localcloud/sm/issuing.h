#pragma once
#include <string>
#include <utility>
#include <vector>

#include "hack/localcloud/frame/world.h"
#include "hack/localcloud/sm/keys.h"

// Certificates and requests out of wishes, by OpenSSL. All functions throw std::invalid_argument on
// a name, key or request that OpenSSL refuses; the message holds nothing of the input.
namespace localcloud::sm {

struct CertificateWish {
  std::vector<std::pair<std::string, std::string>> subject{};  // {"CN", "shop.example"}, in order
  std::vector<std::string> dns_names{};
  std::vector<std::string> addresses{};  // IP, as text
  std::vector<std::string> uris{};
  std::vector<std::string> other_names{};  // "1.2.3.4;UTF8:text"
  Time not_before{};
  Time not_after{};
  // As OpenSSL calls them: "digitalSignature", "serverAuth" or an OID.
  std::vector<std::string> key_usage{"digitalSignature", "keyEncipherment"};
  std::vector<std::string> ext_key_usage{"serverAuth", "clientAuth"};
  std::vector<std::string> policies{};           // OIDs
  bool authority = false;                        // a CA, with the key usage of one
  int path_length = -1;                          // of a CA; -1: no limit
  std::vector<std::string> permitted_domains{};  // of a CA
  bool basic_constraints = true;                 // said of certificates that are no CA
  std::string crl_url{};                         // where the issuer's revocations are told
};

// A CA that can sign: its certificate and key, and the certificates above it, up to the root.
struct Authority {
  std::string certificate{};
  std::string key{};
  std::vector<std::string> above{};
};

// The key's certificate, signed by itself or by the issuer. `key_or_csr`: a private key, or a
// signing request whose key is taken and whose signature is checked.
std::string self_signed(const CertificateWish& wish, const std::string& key);
std::string signed_by(const Authority& issuer, const CertificateWish& wish,
                      const std::string& key_or_csr);

std::string make_csr(const CertificateWish& wish, const std::string& key);

// What a signing request asks for: the subject, the alternative names (no other names) and the key.
struct RequestFacts {
  CertificateWish wish{};
  std::string common_name{};
  KeyWish key{};
};
RequestFacts read_csr(const std::string& csr);

}  // namespace localcloud::sm
