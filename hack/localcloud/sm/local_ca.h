#pragma once
#include <memory>
#include <string>
#include <vector>

#include "hack/localcloud/frame/world.h"

namespace localcloud::sm {

enum class KeyAlgorithm { kRsa2048, kRsa4096, kEcdsa256, kEcdsa384 };
enum class KeyForm { kTraditional, kPkcs8 };  // "BEGIN RSA PRIVATE KEY" or "BEGIN PRIVATE KEY"

struct CertificateOrder {
  std::string common_name{};
  std::vector<std::string> dns_names{};
  std::vector<std::string> addresses{};  // IP, as text
  std::vector<std::string> uris{};
  Time not_before{};
  Time not_after{};
  KeyAlgorithm algorithm = KeyAlgorithm::kRsa2048;
  KeyForm form = KeyForm::kPkcs8;
  std::string key_pem{};  // not empty: use this key again
  std::string csr_pem{};  // not empty: sign the key of this request; no private key comes back
};

struct IssuedCertificate {
  std::string certificate{};
  std::string private_key{};  // "" when a request was signed
  std::string issuer{};       // the intermediate CA
  std::string root{};
};

// A root and an intermediate CA that live and die with the cloud. They stand for the engines behind
// public_cert and private_cert. Their keys are made at the first order.
class LocalCa {
 public:
  LocalCa();
  ~LocalCa();

  // Throws std::invalid_argument on a name, key or request that OpenSSL refuses.
  IssuedCertificate issue(const CertificateOrder& order);

 private:
  struct Chain;
  std::unique_ptr<Chain> chain_;
};

}  // namespace localcloud::sm
