#include "tests/support/test_tls.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace certloop::test {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Buffer = std::unique_ptr<BIO, decltype(&BIO_free)>;

void require(bool held, const char* what) {
  if (!held) throw std::runtime_error(std::string("test certificate: ") + what);
}

std::string drain(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return std::string(data, static_cast<std::size_t>(size));
}

std::string to_pem(X509* certificate) {
  const Buffer bio(BIO_new(BIO_s_mem()), &BIO_free);
  require(PEM_write_bio_X509(bio.get(), certificate) == 1, "print");
  return drain(bio.get());
}

std::string to_pem(EVP_PKEY* key) {
  const Buffer bio(BIO_new(BIO_s_mem()), &BIO_free);
  require(PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1,
          "print key");
  return drain(bio.get());
}

Key make_key() {
  Key key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  require(key != nullptr, "key");
  return key;
}

void add_extension(X509* certificate, int kind, const std::string& value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
  require(extension != nullptr, "extension");
  const int added = X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
  require(added == 1, "extension");
}

Certificate blank(const LeafSpec& spec, EVP_PKEY* key) {
  Certificate certificate(X509_new(), &X509_free);
  require(certificate != nullptr, "new");
  X509* raw = certificate.get();
  X509_set_version(raw, X509_VERSION_3);
  BIGNUM* number = BN_new();
  require(number != nullptr && BN_rand(number, 63, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
              BN_to_ASN1_INTEGER(number, X509_get_serialNumber(raw)) != nullptr,
          "serial");
  BN_free(number);
  X509_gmtime_adj(X509_getm_notBefore(raw), spec.valid_from);
  X509_gmtime_adj(X509_getm_notAfter(raw), spec.valid_until);
  X509_set_pubkey(raw, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(raw), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(spec.common_name.c_str()), -1,
                             -1, 0);
  return certificate;
}

std::string alternative_names(const LeafSpec& spec) {
  std::string names;
  for (const auto& name : spec.dns_names) names += (names.empty() ? "DNS:" : ",DNS:") + name;
  for (const auto& address : spec.addresses) names += (names.empty() ? "IP:" : ",IP:") + address;
  return names;
}

}  // namespace

struct TestAuthority::Parts {
  Key key;
  Certificate certificate;
};

TestAuthority::TestAuthority(const std::string& common_name) {
  Key key = make_key();
  Certificate certificate = blank({.common_name = common_name}, key.get());
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
  add_extension(certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
  add_extension(certificate.get(), NID_key_usage, "critical,keyCertSign");
  require(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0, "sign");
  parts_.reset(new Parts{std::move(key), std::move(certificate)});
}

TestAuthority::~TestAuthority() = default;

std::string TestAuthority::pem() const {
  return to_pem(parts_->certificate.get());
}

PemPair TestAuthority::issue(const LeafSpec& spec) const {
  const Key key = make_key();
  const Certificate certificate = blank(spec, key.get());
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(parts_->certificate.get()));
  if (const std::string names = alternative_names(spec); !names.empty()) {
    add_extension(certificate.get(), NID_subject_alt_name, names);
  }
  require(X509_sign(certificate.get(), parts_->key.get(), EVP_sha256()) > 0, "sign");
  return {.certificate = to_pem(certificate.get()), .key = to_pem(key.get())};
}

TempFile::TempFile(const std::string& content) {
  path_ = (std::filesystem::temp_directory_path() / "certloop-test-XXXXXX").string();
  const int descriptor = mkstemp(path_.data());
  require(descriptor >= 0, "temporary file");
  close(descriptor);
  std::ofstream(path_) << content;
}

TempFile::~TempFile() {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

}  // namespace certloop::test
