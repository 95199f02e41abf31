#include "controller/net/tls_rules.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace certloop::net {
namespace {

bool trust_only(SSL_CTX* context, const std::string& ca_file) {
  X509_STORE* store = X509_STORE_new();
  if (store == nullptr) return false;
  if (X509_STORE_load_file(store, ca_file.c_str()) != 1) {
    X509_STORE_free(store);
    ERR_clear_error();  // else the next reader of this thread's queue takes it for its own
    return false;
  }
  SSL_CTX_set_cert_store(context, store);  // takes the store over, drops the system's
  return true;
}

}  // namespace

bool harden_client_context(SSL_CTX* context, const std::string& host, const std::string& ca_file) {
  if (SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1) return false;
  // The library's own buffers hold what was decrypted: keys and tokens among it.
  SSL_CTX_set_options(context, SSL_OP_CLEANSE_PLAINTEXT);
  X509_VERIFY_PARAM* verify = SSL_CTX_get0_param(context);
  X509_VERIFY_PARAM_set_hostflags(
      verify, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  // An address is looked for among the certificate's addresses, never among its names.
  if (X509_VERIFY_PARAM_set1_ip_asc(verify, host.c_str()) != 1) {
    ERR_clear_error();
    if (X509_VERIFY_PARAM_set1_host(verify, host.c_str(), host.size()) != 1) return false;
  }
  return ca_file.empty() || trust_only(context, ca_file);
}

}  // namespace certloop::net
