#include "tests/localcloud/sm/certificates.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>

namespace sm_tests {
namespace {

template <auto kFree>
struct Free {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using Bio = std::unique_ptr<BIO, Free<BIO_free_all>>;
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Csr = std::unique_ptr<X509_REQ, Free<X509_REQ_free>>;

void must(bool fine) {
  if (!fine) throw std::runtime_error("OpenSSL refused to make a test certificate");
}

template <typename Write>
std::string text_of(Write write) {
  const Bio bio(BIO_new(BIO_s_mem()));
  must(write(bio.get()) == 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

Bio open(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Key read_key(const std::string& pem) {
  return Key(PEM_read_bio_PrivateKey(open(pem).get(), nullptr, nullptr, nullptr));
}

Certificate read_certificate(const std::string& pem) {
  return Certificate(PEM_read_bio_X509(open(pem).get(), nullptr, nullptr, nullptr));
}

std::string public_key_text(EVP_PKEY* key) {
  if (key == nullptr) return "";
  return text_of([&](BIO* bio) { return PEM_write_bio_PUBKEY(bio, key); });
}

void set_name(X509_NAME* name, const std::string& common_name) {
  if (common_name.empty()) return;
  must(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                  reinterpret_cast<const unsigned char*>(common_name.c_str()), -1,
                                  -1, 0) == 1);
}

void add_alt_names(X509* certificate, const std::string& names) {
  X509_EXTENSION* extension =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
  must(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

std::string certificate_of(const Wish& wish, EVP_PKEY* key, EVP_PKEY* signer) {
  const Certificate certificate(X509_new());
  must(key != nullptr && certificate && X509_set_version(certificate.get(), X509_VERSION_3) == 1);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), wish.serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), wish.from_seconds);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), wish.until_seconds);
  set_name(X509_get_subject_name(certificate.get()), wish.common_name);
  set_name(X509_get_issuer_name(certificate.get()), wish.issuer_name);
  must(X509_set_pubkey(certificate.get(), key) == 1);
  if (!wish.alt_names.empty()) add_alt_names(certificate.get(), wish.alt_names);
  must(X509_sign(certificate.get(), signer, EVP_sha256()) != 0);
  return text_of([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate.get()); });
}

}  // namespace

Pair make_pair(const Wish& wish) {
  const Key key(wish.rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256"));
  return {certificate_of(wish, key.get(), key.get()), text_of([&](BIO* bio) {
            return PEM_write_bio_PKCS8PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr,
                                                 nullptr);
          })};
}

std::string certify(const std::string& csr_pem, const Wish& wish) {
  const Csr csr(PEM_read_bio_X509_REQ(open(csr_pem).get(), nullptr, nullptr, nullptr));
  must(csr != nullptr);
  const Key signer(EVP_EC_gen("P-256"));
  return certificate_of(wish, X509_REQ_get0_pubkey(csr.get()), signer.get());
}

std::string encrypted(const std::string& key_pem) {
  const Key key = read_key(key_pem);
  const std::string password = "swordfish";
  return text_of([&](BIO* bio) {
    return PEM_write_bio_PKCS8PrivateKey(bio, key.get(), EVP_aes_128_cbc(), password.c_str(),
                                         static_cast<int>(password.size()), nullptr, nullptr);
  });
}

std::string make_csr(const std::string& common_name) {
  const Key key(EVP_EC_gen("P-256"));
  const Csr csr(X509_REQ_new());
  set_name(X509_REQ_get_subject_name(csr.get()), common_name);
  must(X509_REQ_set_pubkey(csr.get(), key.get()) == 1);
  must(X509_REQ_sign(csr.get(), key.get(), EVP_sha256()) != 0);
  return text_of([&](BIO* bio) { return PEM_write_bio_X509_REQ(bio, csr.get()); });
}

std::string subject_of(const std::string& certificate_pem) {
  const Certificate certificate = read_certificate(certificate_pem);
  if (!certificate) return "";
  return text_of([&](BIO* bio) {
    return X509_NAME_print_ex(bio, X509_get_subject_name(certificate.get()), 0, XN_FLAG_RFC2253) >=
                   0
               ? 1
               : 0;
  });
}

std::string public_key_of_key(const std::string& key_pem) {
  return public_key_text(read_key(key_pem).get());
}

std::string public_key_of_certificate(const std::string& certificate_pem) {
  const Certificate certificate = read_certificate(certificate_pem);
  return certificate ? public_key_text(X509_get0_pubkey(certificate.get())) : "";
}

std::string public_key_of_csr(const std::string& csr_pem) {
  const Csr csr(PEM_read_bio_X509_REQ(open(csr_pem).get(), nullptr, nullptr, nullptr));
  return csr ? public_key_text(X509_REQ_get0_pubkey(csr.get())) : "";
}

bool issued_by(const std::string& certificate_pem, const std::string& issuer_pem) {
  const Certificate certificate = read_certificate(certificate_pem);
  const Certificate issuer = read_certificate(issuer_pem);
  return certificate && issuer && X509_check_issued(issuer.get(), certificate.get()) == X509_V_OK &&
         X509_verify(certificate.get(), X509_get0_pubkey(issuer.get())) == 1;
}

std::size_t blocks_of(const std::string& pem) {
  std::size_t count = 0;
  for (auto at = pem.find("-----BEGIN "); at != std::string::npos;
       at = pem.find("-----BEGIN ", at + 1)) {
    ++count;
  }
  return count;
}

std::string crl_url_of(const std::string& certificate_pem) {
  const Certificate certificate = read_certificate(certificate_pem);
  const std::unique_ptr<CRL_DIST_POINTS, Free<CRL_DIST_POINTS_free>> points(
      static_cast<CRL_DIST_POINTS*>(
          X509_get_ext_d2i(certificate.get(), NID_crl_distribution_points, nullptr, nullptr)));
  if (!points || sk_DIST_POINT_num(points.get()) != 1) return "";
  const DIST_POINT* point = sk_DIST_POINT_value(points.get(), 0);
  int type = 0;
  const void* value =
      GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(point->distpoint->name.fullname, 0), &type);
  if (type != GEN_URI) return "";
  const auto* uri = static_cast<const ASN1_STRING*>(value);
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(uri)),
          static_cast<std::size_t>(ASN1_STRING_length(uri))};
}

RevocationList read_list(const std::string& der, const std::string& issuer_pem) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  const std::unique_ptr<X509_CRL, Free<X509_CRL_free>> list(
      d2i_X509_CRL(nullptr, &bytes, static_cast<long>(der.size())));
  must(list != nullptr);
  const Certificate issuer = read_certificate(issuer_pem);
  RevocationList read;
  read.is_signed =
      X509_NAME_cmp(X509_CRL_get_issuer(list.get()), X509_get_subject_name(issuer.get())) == 0 &&
      X509_CRL_verify(list.get(), X509_get0_pubkey(issuer.get())) == 1;
  int days = 0;
  int seconds = 0;
  must(ASN1_TIME_diff(&days, &seconds, X509_CRL_get0_lastUpdate(list.get()),
                      X509_CRL_get0_nextUpdate(list.get())) == 1);
  read.life_seconds = days * 86400L + seconds;
  STACK_OF(X509_REVOKED)* revoked = X509_CRL_get_REVOKED(list.get());
  for (int i = 0; i < sk_X509_REVOKED_num(revoked); ++i) {
    const std::unique_ptr<BIGNUM, Free<BN_free>> number(ASN1_INTEGER_to_BN(
        X509_REVOKED_get0_serialNumber(sk_X509_REVOKED_value(revoked, i)), nullptr));
    char* text = BN_bn2hex(number.get());
    read.serials.emplace_back(text);
    OPENSSL_free(text);
  }
  return read;
}

}  // namespace sm_tests
