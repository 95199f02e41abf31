#include "hack/localcloud/ce/tls_check.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <climits>
#include <ctime>
#include <memory>

#include "hack/localcloud/ce/refusal.h"

namespace localcloud::ce {
namespace {

using Input = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

Input open(const std::string& text) {
  return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free};
}

int no_password(char*, int, int, void*) {
  return -1;
}

Certificate read_certificate(BIO* input) {
  return {PEM_read_bio_X509(input, nullptr, no_password, nullptr), X509_free};
}

// The leaf; all further blocks have to parse too.
Certificate read_chain(const std::string& text) {
  const Input input = open(text);
  Certificate leaf = read_certificate(input.get());
  if (leaf == nullptr) throw invalid("tls_cert is not a PEM certificate.");
  while (read_certificate(input.get()) != nullptr) {
  }
  if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) {
    throw invalid("tls_cert has a block that is not a certificate.");
  }
  return leaf;
}

}  // namespace

void check_tls(const std::string& certificates, const std::string& key, Time now) {
  ERR_clear_error();
  const Certificate leaf = read_chain(certificates);
  const Input input = open(key);
  const Key private_key(PEM_read_bio_PrivateKey(input.get(), nullptr, no_password, nullptr),
                        EVP_PKEY_free);
  const bool readable = private_key != nullptr;
  const bool matches = readable && X509_check_private_key(leaf.get(), private_key.get()) == 1;
  ERR_clear_error();
  if (!readable) throw invalid("tls_key is not an unencrypted PEM private key.");
  if (!matches) throw invalid("tls_key does not belong to the first certificate of tls_cert.");
  std::time_t at = unix_seconds(now);
  if (X509_cmp_time(X509_get0_notAfter(leaf.get()), &at) < 0) {
    throw invalid("The certificate has expired.");
  }
  if (X509_cmp_time(X509_get0_notBefore(leaf.get()), &at) > 0) {
    throw invalid("The certificate is not valid yet.");
  }
}

void check_covers(const std::string& certificates, const std::string& domain) {
  ERR_clear_error();
  const Certificate leaf = read_chain(certificates);
  ERR_clear_error();
  if (X509_check_host(leaf.get(), domain.data(), domain.size(), 0, nullptr) != 1) {
    throw invalid("The certificate does not cover the domain.");
  }
}

}  // namespace localcloud::ce
