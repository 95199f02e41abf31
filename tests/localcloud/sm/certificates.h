#pragma once
#include <string>
#include <vector>

// Certificates for tests, made with OpenSSL alone and never kept.
namespace sm_tests {

struct Pair {
  std::string certificate{};
  std::string key{};
};

struct Wish {
  std::string common_name = "shop.example";
  std::string alt_names = "DNS:shop.example,DNS:www.shop.example,IP:192.0.2.7";  // "": none
  std::string issuer_name = "Test CA";
  unsigned long serial = 0x0a1b2c;
  long from_seconds = -3600;  // from now
  long until_seconds = 86400L * 30;
  bool rsa = false;
};

// Signed by a throw-away key under issuer_name; nothing verifies the chain here.
Pair make_pair(const Wish& wish = {});
// A certificate for the key of a request.
std::string certify(const std::string& csr_pem, const Wish& wish = {});
std::string encrypted(const std::string& key_pem);
std::string make_csr(const std::string& common_name);

// For looking at answers: every one is "" or false on what cannot be parsed.
std::string subject_of(const std::string& certificate_pem);  // "CN=..."
std::string public_key_of_key(const std::string& key_pem);
std::string public_key_of_certificate(const std::string& certificate_pem);
std::string public_key_of_csr(const std::string& csr_pem);
bool issued_by(const std::string& certificate_pem, const std::string& issuer_pem);
std::string crl_url_of(const std::string& certificate_pem);

struct RevocationList {
  std::vector<std::string> serials{};  // "0A1B2C"
  long life_seconds = 0;
  bool is_signed = false;  // by the issuer
};
RevocationList read_list(const std::string& der, const std::string& issuer_pem);  // throws

std::size_t blocks_of(const std::string& pem);

}  // namespace sm_tests
