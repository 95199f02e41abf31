#pragma once
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>
#include <string>

// OpenSSL's objects with owners. For the .cpp files that speak to it, never for another header.
namespace localcloud::sm {

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

}  // namespace localcloud::sm
