#include "controller/tls/authorities.h"

#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <algorithm>

#include "controller/tls/bundle.h"
#include "controller/tls/openssl.h"

namespace certloop::tls {
namespace {

// The stack alone; what lies on it belongs to somebody else.
void free_stack(STACK_OF(X509) * stack) {
  sk_X509_free(stack);
}

using Stack = Owned<STACK_OF(X509), free_stack>;
using Store = Owned<X509_STORE, X509_STORE_free>;
using Verifier = Owned<X509_STORE_CTX, X509_STORE_CTX_free>;

}  // namespace

bool leads_to(std::string_view authorities, const std::vector<Certificate>& certificates,
              std::size_t leaf, const Chain& chain) {
  const auto trusted = read_certificates(authorities);
  const Store store(X509_STORE_new());
  const Stack untrusted(sk_X509_new_null());
  const Verifier verifier(X509_STORE_CTX_new());
  if (!trusted || !store || !untrusted || !verifier) return false;
  for (const auto& one : *trusted) {
    if (X509_STORE_add_cert(store.get(), one.handle()) != 1) return false;
  }
  for (const auto one : chain.intermediates) {
    if (sk_X509_push(untrusted.get(), certificates[one].handle()) == 0) return false;
  }
  if (X509_STORE_CTX_init(verifier.get(), store.get(), certificates[leaf].handle(),
                          untrusted.get()) != 1) {
    return false;
  }
  X509_STORE_CTX_set_flags(verifier.get(), X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME |
                                               X509_V_FLAG_IGNORE_CRITICAL);
  return X509_verify_cert(verifier.get()) == 1;
}

std::string fault_of_authorities(std::string_view pem) {
  const CleanErrorQueue clean;
  const auto certificates = read_certificates(pem);
  if (!certificates) return certificates.error();
  const bool all = std::all_of(certificates->begin(), certificates->end(),
                               [](const Certificate& one) { return one.is_authority(); });
  return all ? "" : "holds a certificate that is no CA's";
}

}  // namespace certloop::tls
