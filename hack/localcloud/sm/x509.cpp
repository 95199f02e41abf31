#include "hack/localcloud/sm/x509.h"

#include <ctime>
#include <stdexcept>

#include "hack/localcloud/frame/openssl.h"

namespace localcloud::sm {
namespace {

std::vector<CertificateOwner> parse_certificates(const std::string& pem) {
  const BioOwner bio = reading(pem);
  std::vector<CertificateOwner> found;
  while (X509* next = PEM_read_bio_X509(bio.get(), nullptr, no_password, nullptr)) {
    found.emplace_back(next);
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (found.empty() || !at_end) throw std::invalid_argument("not a PEM encoded X.509 certificate");
  return found;
}

Time time_of(const ASN1_TIME* value) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(value, &parts) != 1) throw std::invalid_argument("a broken validity");
  return Time(std::chrono::seconds(timegm(&parts)));
}

std::string common_name_of(const X509* certificate) {
  const X509_NAME* subject = X509_get_subject_name(certificate);
  const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (at < 0) return "";
  return utf8_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
}

std::string text_of(const ASN1_STRING* value) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
          static_cast<std::size_t>(ASN1_STRING_length(value))};
}

std::string alt_name_of(const GENERAL_NAME* name) {
  int type = 0;
  const void* value = GENERAL_NAME_get0_value(name, &type);
  if (type == GEN_IPADD) return address_of(static_cast<const ASN1_STRING*>(value));
  if (type == GEN_DNS || type == GEN_URI || type == GEN_EMAIL) {
    return text_of(static_cast<const ASN1_STRING*>(value));
  }
  return "";
}

std::vector<std::string> alt_names_of(const X509* certificate) {
  const NamesOwner names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::vector<std::string> found;
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    std::string name = alt_name_of(sk_GENERAL_NAME_value(names.get(), i));
    if (!name.empty()) found.push_back(std::move(name));
  }
  return found;
}

std::string issuer_of(const X509* certificate) {
  const BioOwner bio(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(bio.get(), X509_get_issuer_name(certificate), 0,
                     XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB));
  return written(bio.get());
}

std::string serial_of(const X509* certificate) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const char byte : text_of(X509_get0_serialNumber(certificate))) {
    const auto value = static_cast<unsigned char>(byte);
    if (!text.empty()) text += ':';
    text += kDigits[value >> 4U];
    text += kDigits[value & 15U];
  }
  return text;
}

std::string key_algorithm_of(const X509* certificate) {
  const EVP_PKEY* key = X509_get0_pubkey(certificate);
  if (key == nullptr) throw std::invalid_argument("an unknown kind of key");
  const std::string bits = std::to_string(EVP_PKEY_get_bits(key));
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
    case EVP_PKEY_RSA_PSS:
      return "RSA" + bits;
    case EVP_PKEY_EC:
      return "ECDSA" + bits;
    case EVP_PKEY_ED25519:
      return "ED25519";
    default:
      return OBJ_nid2sn(EVP_PKEY_get_base_id(key));
  }
}

// The sheet knows "SHA256-RSA"; the others follow the same pattern (opaque text to a client).
std::string signing_algorithm_of(const X509* certificate) {
  const int id = X509_get_signature_nid(certificate);
  int digest = 0;
  int key = 0;
  if (OBJ_find_sigid_algs(id, &digest, &key) != 1 || digest == NID_undef) return OBJ_nid2sn(id);
  if (key == NID_rsaEncryption) return std::string(OBJ_nid2sn(digest)) + "-RSA";
  if (key == NID_X9_62_id_ecPublicKey) return std::string("ECDSA-") + OBJ_nid2sn(digest);
  return OBJ_nid2sn(id);
}

}  // namespace

CertificateFacts read_certificates(const std::string& pem) {
  const auto certificates = parse_certificates(pem);
  const X509* leaf = certificates.front().get();
  return {.common_name = common_name_of(leaf),
          .alt_names = alt_names_of(leaf),
          .issuer = issuer_of(leaf),
          .serial_number = serial_of(leaf),
          .key_algorithm = key_algorithm_of(leaf),
          .signing_algorithm = signing_algorithm_of(leaf),
          .not_before = time_of(X509_get0_notBefore(leaf)),
          .not_after = time_of(X509_get0_notAfter(leaf))};
}

std::vector<std::string> pem_blocks(const std::string& pem) {
  std::vector<std::string> blocks;
  for (const auto& certificate : parse_certificates(pem)) {
    const BioOwner bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(bio.get(), certificate.get());
    blocks.push_back(written(bio.get()));
  }
  return blocks;
}

bool key_fits(const std::string& certificate_pem, const std::string& key_pem) {
  const auto certificates = parse_certificates(certificate_pem);
  const KeyOwner key = read_key(key_pem);
  const bool fits = X509_check_private_key(certificates.front().get(), key.get()) == 1;
  ERR_clear_error();
  return fits;
}

}  // namespace localcloud::sm
