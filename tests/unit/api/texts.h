#pragma once
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

#include "api/v1/mapping_yaml.h"

// Texts that the mapping's tests start from, and ways to change them.
namespace certloop::v1::testing {

// Valid, with every key of the format.
inline const char* const kFull = R"(apiVersion: certloop.dev/v1
kind: CertificateMapping
metadata:
  name: shop
spec:
  resync: 1h30m
  secretsManagers:
    main:
      url: https://7c2e1f0a-5b3d-4c69-8a17-d9e04b6f2c58.eu-de.secrets-manager.appdomain.cloud/
      apiKeyFile: /run/key
  projects:
    shop: { id: 15314cc3-85b4-4338-903f-c28cdee6d005, region: eu-de }
    admin:
      id: 4e49b3e0-27a8-48d2-a784-c7ee48bb863b
      url: http://127.0.0.1:8080/ce/eu-gb/v2
      trustedProfile: certloop admin
  mappings:
    - name: storefront
      from: { secretsManager: main, id: 0cf4addb-7a90-410b-a3a7-a15bbe2b7909 }
      to:
        - { project: shop, secret: storefront-tls }
        - { project: admin, secret: storefront-tls, format: tls }
    - name: payments
      from:
        secretsManager: main
        group: payments
        type: public_cert
        name: payments-cert
      to:
        - project: shop
          secret: payments-files
          format: generic
          data:
            fullchain.pem: fullchain
            privkey.pem: privateKey
      require:
        dnsNames: [Pay.example.com, "*.example.com"]
        validFor: 7d
        keyTypes: [ecdsa, rsa]
        minRsaBits: 3072
        usage: any
        issuedBy: |
          -----BEGIN CERTIFICATE-----
          MAMCAQE=
          -----END CERTIFICATE-----
      onExisting: adoptIfEqual
      drift: report
      suspend: true
)";

// `text` with `part` exchanged; `part` must stand in it exactly once, or the case tests nothing.
inline std::string with(std::string text, const std::string& part, const std::string& instead) {
  const std::size_t at = text.find(part);
  if (at == std::string::npos || text.find(part, at + 1) != std::string::npos) {
    throw std::logic_error("'" + part + "' must stand in the text once");
  }
  return text.replace(at, part.size(), instead);
}

inline auto parse(const std::string& text, const MappingLimits& limits = {}) {
  return parse_mappings({{"shop.yaml", text}}, limits);
}

inline std::string print(const std::vector<Fault>& faults) {
  std::string all;
  for (const Fault& fault : faults) all += to_string(fault) + "\n";
  return all;
}

inline std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace certloop::v1::testing
