#include "hack/localcloud/sm/revocation_list.h"

#include <openssl/bn.h>

#include <algorithm>
#include <stdexcept>

#include "hack/localcloud/frame/openssl.h"

namespace localcloud::sm {
namespace {

using ListOwner = std::unique_ptr<X509_CRL, OpensslFree<X509_CRL_free>>;
using IntegerOwner = std::unique_ptr<ASN1_INTEGER, OpensslFree<ASN1_INTEGER_free>>;
using TimeOwner = std::unique_ptr<ASN1_TIME, OpensslFree<ASN1_TIME_free>>;

void check(bool fine) {
  if (fine) return;
  ERR_clear_error();
  throw std::invalid_argument("a revocation list that cannot be made");
}

TimeOwner time_of(Time time) {
  return TimeOwner(ASN1_TIME_set(nullptr, unix_seconds(time)));
}

IntegerOwner serial_of(std::string text) {  // "0a:1b:2c"
  std::erase(text, ':');
  BIGNUM* number = nullptr;
  check(BN_hex2bn(&number, text.c_str()) == static_cast<int>(text.size()));
  IntegerOwner serial(BN_to_ASN1_INTEGER(number, nullptr));
  BN_free(number);
  return serial;
}

void add(X509_CRL* list, const Revocation& revocation) {
  const IntegerOwner serial = serial_of(revocation.serial_number);
  X509_REVOKED* entry = X509_REVOKED_new();
  X509_REVOKED_set_serialNumber(entry, serial.get());
  X509_REVOKED_set_revocationDate(entry, time_of(revocation.at).get());
  check(X509_CRL_add0_revoked(list, entry) == 1);
}

// The extensions that every list has to have (RFC 5280, 5.2). A number that grows: the time.
void extend(X509_CRL* list, X509* issuer, Time now) {
  const IntegerOwner number(ASN1_INTEGER_new());
  ASN1_INTEGER_set_int64(number.get(), unix_seconds(now));
  check(X509_CRL_add1_ext_i2d(list, NID_crl_number, number.get(), 0, 0) == 1);
  X509V3_CTX context{};
  X509V3_set_ctx(&context, issuer, nullptr, nullptr, list, 0);
  X509_EXTENSION* extension =
      X509V3_EXT_conf_nid(nullptr, &context, NID_authority_key_identifier, "keyid");
  const bool added = extension != nullptr && X509_CRL_add_ext(list, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  check(added);
}

std::string der_of(X509_CRL* list) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509_CRL(list, &bytes);
  check(size > 0);
  std::string der(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return der;
}

}  // namespace

std::string crl_url(const std::string& instance_url, const Configuration& authority) {
  if (authority.shown.at("crl_distribution_points_encoded") != true) return "";
  return instance_url + "/crl/" + authority.type + "/" + authority.name;
}

std::string revocation_list(const Configuration& authority, Time now) {
  const CertificateOwner issuer(PEM_read_bio_X509(reading(authority.authority.certificate).get(),
                                                  nullptr, no_password, nullptr));
  check(issuer != nullptr);
  const std::chrono::seconds life(authority.details.at("crl_expiry_seconds").get<std::int64_t>());
  const ListOwner list(X509_CRL_new());
  check(X509_CRL_set_version(list.get(), X509_CRL_VERSION_2) == 1);
  X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(issuer.get()));
  X509_CRL_set1_lastUpdate(list.get(), time_of(now).get());
  X509_CRL_set1_nextUpdate(list.get(), time_of(now + life).get());
  if (authority.details.at("crl_disable") != true) {
    for (const Revocation& one : authority.revocations) add(list.get(), one);
  }
  X509_CRL_sort(list.get());
  extend(list.get(), issuer.get(), now);
  check(X509_CRL_sign(list.get(), read_key(authority.authority.key).get(), EVP_sha256()) != 0);
  return der_of(list.get());
}

}  // namespace localcloud::sm
