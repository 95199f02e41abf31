#pragma once
#include <string>

struct ssl_ctx_st;  // OpenSSL's SSL_CTX

namespace certloop::net {

// Makes a client's context as strict as we need it: TLS 1.2 or newer; the peer's certificate must
// be for `host` by a subject alternative name (the common name never counts, "f*o.example" never
// matches); with a `ca_file` (PEM) only its certificates are trusted, in place of the system's.
// False when the CA file cannot be used; the context must then not be used either. Read anew for
// each connection, so that a replaced file counts from the next one on.
[[nodiscard]] bool harden_client_context(ssl_ctx_st* context, const std::string& host,
                                         const std::string& ca_file);

}  // namespace certloop::net
