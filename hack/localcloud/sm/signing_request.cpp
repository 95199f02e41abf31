#include <stdexcept>

#include "hack/localcloud/frame/openssl.h"
#include "hack/localcloud/sm/issuing.h"

// What a signing request asks for, taken apart.
namespace localcloud::sm {
namespace {

void read_subject(const X509_REQ* request, RequestFacts& facts) {
  const X509_NAME* subject = X509_REQ_get_subject_name(request);
  for (int i = 0; i < X509_NAME_entry_count(subject); ++i) {
    const X509_NAME_ENTRY* entry = X509_NAME_get_entry(subject, i);
    const int id = OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry));
    if (id == NID_undef) continue;
    std::string value = utf8_of(X509_NAME_ENTRY_get_data(entry));
    if (id == NID_commonName && facts.common_name.empty()) facts.common_name = value;
    facts.wish.subject.emplace_back(OBJ_nid2sn(id), std::move(value));
  }
}

void read_name(const GENERAL_NAME* name, CertificateWish& wish) {
  int type = 0;
  const void* value = GENERAL_NAME_get0_value(name, &type);
  const auto* text = static_cast<const ASN1_STRING*>(value);
  if (type == GEN_DNS) wish.dns_names.push_back(utf8_of(text));
  if (type == GEN_URI) wish.uris.push_back(utf8_of(text));
  if (type != GEN_IPADD) return;
  std::string address = address_of(text);
  if (!address.empty()) wish.addresses.push_back(std::move(address));
}

void read_names(X509_REQ* request, CertificateWish& wish) {
  STACK_OF(X509_EXTENSION)* extensions = X509_REQ_get_extensions(request);
  const NamesOwner names(static_cast<GENERAL_NAMES*>(
      X509V3_get_d2i(extensions, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    read_name(sk_GENERAL_NAME_value(names.get(), i), wish);
  }
  sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
}

KeyWish key_of(const EVP_PKEY* key) {
  const int bits = EVP_PKEY_get_bits(key);
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
    case EVP_PKEY_RSA_PSS:
      return {.type = "rsa", .bits = bits};
    case EVP_PKEY_EC:
      return {.type = "ec", .bits = bits};
    case EVP_PKEY_ED25519:
      return {.type = "ed25519", .bits = bits};
    default:
      return {.type = "other", .bits = bits};
  }
}

}  // namespace

RequestFacts read_csr(const std::string& csr) {
  const RequestOwner request(
      PEM_read_bio_X509_REQ(reading(csr).get(), nullptr, no_password, nullptr));
  EVP_PKEY* key = request ? X509_REQ_get0_pubkey(request.get()) : nullptr;
  if (key == nullptr || X509_REQ_verify(request.get(), key) != 1) {
    ERR_clear_error();
    throw std::invalid_argument("not a PEM encoded certificate signing request");
  }
  RequestFacts facts;
  facts.key = key_of(key);
  read_subject(request.get(), facts);
  read_names(request.get(), facts.wish);
  ERR_clear_error();
  return facts;
}

}  // namespace localcloud::sm
