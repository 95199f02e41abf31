#include "hack/localcloud/sm/local_ca.h"

#include <openssl/err.h>
#include <openssl/rand.h>

#include <array>
#include <stdexcept>

#include "hack/localcloud/sm/openssl.h"

namespace localcloud::sm {
namespace {

constexpr auto kDay = std::chrono::hours(24);

void check(bool fine, const char* what) {
  if (fine) return;
  ERR_clear_error();
  throw std::invalid_argument(what);
}

KeyOwner make_key(KeyAlgorithm algorithm) {
  switch (algorithm) {
    case KeyAlgorithm::kRsa2048:
      return KeyOwner(EVP_RSA_gen(2048));
    case KeyAlgorithm::kRsa4096:
      return KeyOwner(EVP_RSA_gen(4096));
    case KeyAlgorithm::kEcdsa256:
      return KeyOwner(EVP_EC_gen("P-256"));
    case KeyAlgorithm::kEcdsa384:
      return KeyOwner(EVP_EC_gen("P-384"));
  }
  return nullptr;
}

std::string pem_of(X509* certificate) {
  const BioOwner bio(BIO_new(BIO_s_mem()));
  check(PEM_write_bio_X509(bio.get(), certificate) == 1, "a certificate that cannot be written");
  return written(bio.get());
}

std::string pem_of(EVP_PKEY* key, KeyForm form) {
  const BioOwner bio(BIO_new(BIO_s_mem()));
  const int done =
      form == KeyForm::kTraditional
          ? PEM_write_bio_PrivateKey_traditional(bio.get(), key, nullptr, nullptr, 0, nullptr,
                                                 nullptr)
          : PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  check(done == 1, "a key that cannot be written");
  return written(bio.get());
}

// Version, random serial number, validity and subject: what every certificate has.
CertificateOwner start_certificate(const std::string& common_name, Time from, Time until) {
  CertificateOwner certificate(X509_new());
  check(X509_set_version(certificate.get(), X509_VERSION_3) == 1, "no memory");
  std::array<unsigned char, 16> serial{};
  check(RAND_bytes(serial.data(), static_cast<int>(serial.size())) == 1, "no randomness");
  serial[0] = static_cast<unsigned char>((serial[0] & 0x7fU) | 0x40U);  // positive, 16 bytes always
  ASN1_STRING_set(X509_get_serialNumber(certificate.get()), serial.data(),
                  static_cast<int>(serial.size()));
  ASN1_TIME_set(X509_getm_notBefore(certificate.get()), unix_seconds(from));
  ASN1_TIME_set(X509_getm_notAfter(certificate.get()), unix_seconds(until));
  const auto* text = reinterpret_cast<const unsigned char*>(common_name.data());
  check(common_name.empty() ||
            X509_NAME_add_entry_by_NID(X509_get_subject_name(certificate.get()), NID_commonName,
                                       MBSTRING_UTF8, text, static_cast<int>(common_name.size()),
                                       -1, 0) == 1,
        "a common name that does not fit into a certificate");
  return certificate;
}

void extend(X509* certificate, X509* issuer, int id, const char* value) {
  X509V3_CTX context{};
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, id, value);
  check(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1,
        "an extension that cannot be made");
  X509_EXTENSION_free(extension);
}

void add_alt_name(GENERAL_NAMES* names, int type, const std::string& value) {
  // By parts, not by OpenSSL's configuration language: a name with a comma must stay one name.
  GENERAL_NAME* name = a2i_GENERAL_NAME(nullptr, nullptr, nullptr, type, value.c_str(), 0);
  check(name != nullptr, "an alternative name that does not fit into a certificate");
  sk_GENERAL_NAME_push(names, name);
}

void add_alt_names(X509* certificate, const CertificateOrder& order) {
  const NamesOwner names(sk_GENERAL_NAME_new_null());
  for (const auto& name : order.dns_names) add_alt_name(names.get(), GEN_DNS, name);
  for (const auto& name : order.addresses) add_alt_name(names.get(), GEN_IPADD, name);
  for (const auto& name : order.uris) add_alt_name(names.get(), GEN_URI, name);
  if (sk_GENERAL_NAME_num(names.get()) == 0) return;
  check(X509_add1_ext_i2d(certificate, NID_subject_alt_name, names.get(), 0, 0) == 1,
        "alternative names that do not fit into a certificate");
}

KeyOwner requested_key(const std::string& csr_pem) {
  const RequestOwner request(
      PEM_read_bio_X509_REQ(reading(csr_pem).get(), nullptr, no_password, nullptr));
  check(request != nullptr, "not a PEM encoded certificate signing request");
  KeyOwner key(X509_REQ_get_pubkey(request.get()));
  check(key && X509_REQ_verify(request.get(), key.get()) == 1, "a request with a wrong signature");
  return key;
}

KeyOwner key_for(const CertificateOrder& order) {
  if (!order.csr_pem.empty()) return requested_key(order.csr_pem);
  KeyOwner key(order.key_pem.empty() ? make_key(order.algorithm).release()
                                     : PEM_read_bio_PrivateKey(reading(order.key_pem).get(),
                                                               nullptr, no_password, nullptr));
  check(key != nullptr, "no usable key");
  return key;
}

struct Authority {
  KeyOwner key{};
  CertificateOwner certificate{};
};

// Self-signed without an issuer.
Authority make_authority(const std::string& name, Time around, const Authority* issuer) {
  Authority made{.key = make_key(KeyAlgorithm::kEcdsa256),
                 .certificate = start_certificate(name, around - kDay, around + 3650 * kDay)};
  X509* certificate = made.certificate.get();
  X509* signer = issuer != nullptr ? issuer->certificate.get() : certificate;
  X509_set_issuer_name(certificate, X509_get_subject_name(signer));
  X509_set_pubkey(certificate, made.key.get());
  extend(certificate, signer, NID_basic_constraints, "critical,CA:TRUE");
  extend(certificate, signer, NID_key_usage, "critical,keyCertSign,cRLSign");
  extend(certificate, signer, NID_subject_key_identifier, "hash");
  extend(certificate, signer, NID_authority_key_identifier, "keyid");
  EVP_PKEY* key = issuer != nullptr ? issuer->key.get() : made.key.get();
  check(X509_sign(certificate, key, EVP_sha256()) != 0, "a CA that cannot be signed");
  return made;
}

}  // namespace

struct LocalCa::Chain {
  Authority root{};
  Authority intermediate{};
};

LocalCa::LocalCa() = default;
LocalCa::~LocalCa() = default;

IssuedCertificate LocalCa::issue(const CertificateOrder& order) {
  if (!chain_) {
    auto chain = std::make_unique<Chain>();
    chain->root = make_authority("Local Cloud Root CA", order.not_before, nullptr);
    chain->intermediate =
        make_authority("Local Cloud Intermediate CA", order.not_before, &chain->root);
    chain_ = std::move(chain);
  }
  X509* issuer = chain_->intermediate.certificate.get();
  const KeyOwner key = key_for(order);
  const CertificateOwner leaf =
      start_certificate(order.common_name, order.not_before, order.not_after);
  X509_set_issuer_name(leaf.get(), X509_get_subject_name(issuer));
  X509_set_pubkey(leaf.get(), key.get());
  add_alt_names(leaf.get(), order);
  extend(leaf.get(), issuer, NID_basic_constraints, "critical,CA:FALSE");
  extend(leaf.get(), issuer, NID_key_usage, "critical,digitalSignature,keyEncipherment");
  extend(leaf.get(), issuer, NID_ext_key_usage, "serverAuth,clientAuth");
  extend(leaf.get(), issuer, NID_authority_key_identifier, "keyid");
  check(X509_sign(leaf.get(), chain_->intermediate.key.get(), EVP_sha256()) != 0,
        "a certificate that cannot be signed");
  return {.certificate = pem_of(leaf.get()),
          .private_key = order.csr_pem.empty() ? pem_of(key.get(), order.form) : "",
          .issuer = pem_of(issuer),
          .root = pem_of(chain_->root.certificate.get())};
}

}  // namespace localcloud::sm
