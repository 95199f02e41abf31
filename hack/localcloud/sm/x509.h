#pragma once
#include <string>
#include <vector>

#include "hack/localcloud/frame/world.h"

// What Secrets Manager reads out of PEM texts.
namespace localcloud::sm {

struct CertificateFacts {
  std::string common_name{};             // "" when the subject has none
  std::vector<std::string> alt_names{};  // DNS names, addresses, URIs, mail addresses
  std::string issuer{};                  // RFC 2253: "CN=Test CA,O=Test"
  std::string serial_number{};           // "0a:1b:2c"
  std::string key_algorithm{};           // "RSA2048", "ECDSA256"
  std::string signing_algorithm{};       // "SHA256-RSA"
  Time not_before{};
  Time not_after{};
};

// Facts of the first certificate of the text; the others only have to parse. Throws
// std::invalid_argument (its text holds nothing of the input) when there is none.
CertificateFacts read_certificates(const std::string& pem);

// The text's certificates one by one, from BEGIN to END.
std::vector<std::string> pem_blocks(const std::string& pem);

// Whether the private key belongs to the first certificate. Throws std::invalid_argument when the
// key cannot be read or is encrypted.
bool key_fits(const std::string& certificate_pem, const std::string& key_pem);

}  // namespace localcloud::sm
