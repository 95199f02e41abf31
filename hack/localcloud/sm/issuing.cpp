#include "hack/localcloud/sm/issuing.h"

#include <openssl/rand.h>

#include <array>
#include <stdexcept>

#include "hack/localcloud/frame/openssl.h"

namespace localcloud::sm {
namespace {

void check(bool fine, const char* what) {
  if (fine) return;
  ERR_clear_error();
  throw std::invalid_argument(what);
}

std::string pem_of(X509* certificate) {
  const BioOwner bio(BIO_new(BIO_s_mem()));
  check(PEM_write_bio_X509(bio.get(), certificate) == 1, "a certificate that cannot be written");
  return written(bio.get());
}

void fill_subject(X509_NAME* name, const CertificateWish& wish) {
  for (const auto& [member, value] : wish.subject) {
    const auto* text = reinterpret_cast<const unsigned char*>(value.data());
    check(X509_NAME_add_entry_by_txt(name, member.c_str(), MBSTRING_UTF8, text,
                                     static_cast<int>(value.size()), -1, 0) == 1,
          "a subject that does not fit into a certificate");
  }
}

// Version, random serial number, validity and subject: what every certificate has.
CertificateOwner start_certificate(const CertificateWish& wish) {
  CertificateOwner certificate(X509_new());
  check(X509_set_version(certificate.get(), X509_VERSION_3) == 1, "no memory");
  std::array<unsigned char, 16> serial{};
  check(RAND_bytes(serial.data(), static_cast<int>(serial.size())) == 1, "no randomness");
  serial[0] = static_cast<unsigned char>((serial[0] & 0x7fU) | 0x40U);  // positive, 16 bytes always
  ASN1_STRING_set(X509_get_serialNumber(certificate.get()), serial.data(),
                  static_cast<int>(serial.size()));
  ASN1_TIME_set(X509_getm_notBefore(certificate.get()), unix_seconds(wish.not_before));
  ASN1_TIME_set(X509_getm_notAfter(certificate.get()), unix_seconds(wish.not_after));
  fill_subject(X509_get_subject_name(certificate.get()), wish);
  return certificate;
}

void extend(X509* certificate, X509* issuer, int id, const std::string& value) {
  check(add_extension(certificate, issuer, id, value), "an extension that cannot be made");
}

std::string joined(const std::vector<std::string>& values, const std::string& before = "") {
  std::string text;
  for (const auto& value : values) text += (text.empty() ? "" : ",") + before + value;
  return text;
}

void add_alt_name(GENERAL_NAMES* names, int type, const std::string& value) {
  // By parts, not by OpenSSL's configuration language: a name with a comma must stay one name.
  GENERAL_NAME* name = a2i_GENERAL_NAME(nullptr, nullptr, nullptr, type, value.c_str(), 0);
  check(name != nullptr, "an alternative name that does not fit into a certificate");
  sk_GENERAL_NAME_push(names, name);
}

NamesOwner alt_names_of(const CertificateWish& wish) {
  NamesOwner names(sk_GENERAL_NAME_new_null());
  for (const auto& name : wish.dns_names) add_alt_name(names.get(), GEN_DNS, name);
  for (const auto& name : wish.addresses) add_alt_name(names.get(), GEN_IPADD, name);
  for (const auto& name : wish.uris) add_alt_name(names.get(), GEN_URI, name);
  for (const auto& name : wish.other_names) add_alt_name(names.get(), GEN_OTHERNAME, name);
  return names;
}

void add_usages(X509* certificate, X509* issuer, const CertificateWish& wish) {
  if (wish.authority) {
    const std::string length =
        wish.path_length < 0 ? "" : ",pathlen:" + std::to_string(wish.path_length);
    extend(certificate, issuer, NID_basic_constraints, "critical,CA:TRUE" + length);
    extend(certificate, issuer, NID_key_usage, "critical,keyCertSign,cRLSign");
    extend(certificate, issuer, NID_subject_key_identifier, "hash");
    if (!wish.permitted_domains.empty()) {
      extend(certificate, issuer, NID_name_constraints,
             "critical," + joined(wish.permitted_domains, "permitted;DNS:"));
    }
    return;
  }
  if (wish.basic_constraints)
    extend(certificate, issuer, NID_basic_constraints, "critical,CA:FALSE");
  if (!wish.key_usage.empty()) {
    extend(certificate, issuer, NID_key_usage, "critical," + joined(wish.key_usage));
  }
  if (!wish.ext_key_usage.empty()) {
    extend(certificate, issuer, NID_ext_key_usage, joined(wish.ext_key_usage));
  }
  if (!wish.policies.empty()) {
    extend(certificate, issuer, NID_certificate_policies, joined(wish.policies));
  }
}

// An issuer of nullptr: the certificate itself.
std::string finish(const CertificateWish& wish, EVP_PKEY* key, X509* issuer, EVP_PKEY* signer) {
  const CertificateOwner certificate = start_certificate(wish);
  X509* above = issuer != nullptr ? issuer : certificate.get();
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(above));
  X509_set_pubkey(certificate.get(), key);
  const NamesOwner names = alt_names_of(wish);
  if (sk_GENERAL_NAME_num(names.get()) > 0) {
    check(X509_add1_ext_i2d(certificate.get(), NID_subject_alt_name, names.get(), 0, 0) == 1,
          "alternative names that do not fit into a certificate");
  }
  add_usages(certificate.get(), above, wish);
  extend(certificate.get(), above, NID_authority_key_identifier, "keyid");
  if (!wish.crl_url.empty()) {
    extend(certificate.get(), above, NID_crl_distribution_points, "URI:" + wish.crl_url);
  }
  check(X509_sign(certificate.get(), signer, EVP_sha256()) != 0,
        "a certificate that cannot be signed");
  return pem_of(certificate.get());
}

RequestOwner read_request(const std::string& csr) {
  RequestOwner request(PEM_read_bio_X509_REQ(reading(csr).get(), nullptr, no_password, nullptr));
  check(request != nullptr, "not a PEM encoded certificate signing request");
  EVP_PKEY* key = X509_REQ_get0_pubkey(request.get());
  check(key != nullptr && X509_REQ_verify(request.get(), key) == 1,
        "a request with a wrong signature");
  return request;
}

KeyOwner key_of(const std::string& key_or_csr) {
  if (key_or_csr.find("PRIVATE KEY-----") != std::string::npos) return read_key(key_or_csr);
  return KeyOwner(X509_REQ_get_pubkey(read_request(key_or_csr).get()));
}

}  // namespace

std::string self_signed(const CertificateWish& wish, const std::string& key) {
  const KeyOwner own = read_key(key);
  return finish(wish, own.get(), nullptr, own.get());
}

std::string signed_by(const Authority& issuer, const CertificateWish& wish,
                      const std::string& key_or_csr) {
  const CertificateOwner above(
      PEM_read_bio_X509(reading(issuer.certificate).get(), nullptr, no_password, nullptr));
  check(above != nullptr, "no usable CA");
  return finish(wish, key_of(key_or_csr).get(), above.get(), read_key(issuer.key).get());
}

std::string make_csr(const CertificateWish& wish, const std::string& key) {
  const KeyOwner own = read_key(key);
  const RequestOwner request(X509_REQ_new());
  fill_subject(X509_REQ_get_subject_name(request.get()), wish);
  X509_REQ_set_pubkey(request.get(), own.get());
  const NamesOwner names = alt_names_of(wish);
  if (sk_GENERAL_NAME_num(names.get()) > 0) {
    STACK_OF(X509_EXTENSION)* extensions = nullptr;
    X509V3_add1_i2d(&extensions, NID_subject_alt_name, names.get(), 0, 0);
    X509_REQ_add_extensions(request.get(), extensions);
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
  }
  const bool plain = EVP_PKEY_get_base_id(own.get()) == EVP_PKEY_ED25519;  // brings its own digest
  check(X509_REQ_sign(request.get(), own.get(), plain ? nullptr : EVP_sha256()) != 0,
        "a request that cannot be signed");
  const BioOwner bio(BIO_new(BIO_s_mem()));
  check(PEM_write_bio_X509_REQ(bio.get(), request.get()) == 1, "a request that cannot be written");
  return written(bio.get());
}

}  // namespace localcloud::sm
