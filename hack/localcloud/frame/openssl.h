#pragma once
#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <string>

// OpenSSL's objects with owners. For the .cpp files that speak to it, never for another header.
namespace localcloud {

template <auto kFree>
struct OpensslFree {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using BioOwner = std::unique_ptr<BIO, OpensslFree<BIO_free_all>>;
using KeyOwner = std::unique_ptr<EVP_PKEY, OpensslFree<EVP_PKEY_free>>;
using CertificateOwner = std::unique_ptr<X509, OpensslFree<X509_free>>;
using RequestOwner = std::unique_ptr<X509_REQ, OpensslFree<X509_REQ_free>>;
using NamesOwner = std::unique_ptr<GENERAL_NAMES, OpensslFree<GENERAL_NAMES_free>>;

inline BioOwner reading(const std::string& text) {
  return BioOwner(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

inline std::string written(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

// "" for what is no text.
inline std::string utf8_of(const ASN1_STRING* value) {
  unsigned char* text = nullptr;
  const int size = ASN1_STRING_to_UTF8(&text, value);
  if (size < 0) return "";
  std::string copy(reinterpret_cast<char*>(text), static_cast<std::size_t>(size));
  OPENSSL_free(text);
  return copy;
}

// Of an iPAddress name: "192.0.2.7"; "" for what is no address.
inline std::string address_of(const ASN1_STRING* value) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = ASN1_STRING_length(value) == 4 ? AF_INET : AF_INET6;
  if (family == AF_INET6 && ASN1_STRING_length(value) != 16) return "";
  inet_ntop(family, ASN1_STRING_get0_data(value), text.data(), text.size());
  return text.data();
}

// False when OpenSSL refuses the value, which is in the language of its configuration files.
inline bool add_extension(X509* certificate, X509* issuer, int id, const std::string& value) {
  X509V3_CTX context{};
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str());
  const bool added = extension != nullptr && X509_add_ext(certificate, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  return added;
}

// An encrypted key is refused, never asked for on the terminal.
inline int no_password(char*, int, int, void*) {
  return -1;
}

// Throws std::invalid_argument when the text is no unencrypted private key.
inline KeyOwner read_key(const std::string& pem) {
  KeyOwner key(PEM_read_bio_PrivateKey(reading(pem).get(), nullptr, no_password, nullptr));
  ERR_clear_error();
  if (!key) throw std::invalid_argument("not an unencrypted PEM private key");
  return key;
}

}  // namespace localcloud
