#include "hack/localcloud/frame/certificates.h"

#include <openssl/ec.h>
#include <openssl/rand.h>

#include <ctime>
#include <stdexcept>

#include "hack/localcloud/frame/openssl.h"

namespace localcloud {
namespace {

namespace ssl = boost::asio::ssl;

constexpr std::time_t kDay = 24 * 3600;
// Apple's limit for a server's certificate, the strictest one.
constexpr std::time_t kLife = 397 * kDay;

void require(bool done) {
  if (!done) throw std::runtime_error("OpenSSL cannot make the local cloud's certificates");
}

KeyOwner make_key() {
  KeyOwner key(EVP_EC_gen("P-256"));
  require(key != nullptr);
  return key;
}

struct Order {
  std::string name{};
  std::string subject_alternatives{};  // as OpenSSL's configuration has them; empty: a CA
  std::time_t from = 0;
  std::time_t to = 0;
};

void extend(X509* certificate, X509* issuer, int id, const std::string& value) {
  require(add_extension(certificate, issuer, id, value));
}

// Signed by the issuer; by itself when there is none.
CertificateOwner make_certificate(const Order& order, EVP_PKEY* key, X509* issuer,
                                  EVP_PKEY* signer) {
  CertificateOwner made(X509_new());
  require(made != nullptr && X509_set_version(made.get(), 2) == 1);
  std::uint64_t serial = 0;
  require(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1);
  require(ASN1_INTEGER_set_uint64(X509_get_serialNumber(made.get()), serial >> 1) == 1);
  X509_NAME* name = X509_get_subject_name(made.get());
  const auto* text = reinterpret_cast<const unsigned char*>(order.name.c_str());
  require(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, text, -1, -1, 0) == 1);
  require(X509_set_issuer_name(made.get(),
                               issuer == nullptr ? name : X509_get_subject_name(issuer)) == 1);
  require(ASN1_TIME_set(X509_getm_notBefore(made.get()), order.from) != nullptr);
  require(ASN1_TIME_set(X509_getm_notAfter(made.get()), order.to) != nullptr);
  require(X509_set_pubkey(made.get(), key) == 1);
  X509* const above = issuer == nullptr ? made.get() : issuer;
  const bool is_ca = order.subject_alternatives.empty();
  extend(made.get(), above, NID_basic_constraints,
         is_ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
  extend(made.get(), above, NID_key_usage,
         is_ca ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature");
  extend(made.get(), above, NID_subject_key_identifier, "hash");
  extend(made.get(), above, NID_authority_key_identifier, "keyid:always");
  if (!is_ca) {
    extend(made.get(), above, NID_ext_key_usage, "serverAuth");
    extend(made.get(), above, NID_subject_alt_name, order.subject_alternatives);
  }
  require(X509_sign(made.get(), signer, EVP_sha256()) > 0);
  return made;
}

std::string pem(X509* certificate) {
  const BioOwner bio(BIO_new(BIO_s_mem()));
  require(bio != nullptr && PEM_write_bio_X509(bio.get(), certificate) == 1);
  return written(bio.get());
}

std::unique_ptr<ssl::context> server_context(X509* certificate, EVP_PKEY* key) {
  auto context = std::make_unique<ssl::context>(ssl::context::tls_server);
  SSL_CTX* handle = context->native_handle();
  require(SSL_CTX_set_min_proto_version(handle, TLS1_2_VERSION) == 1);
  require(SSL_CTX_use_certificate(handle, certificate) == 1);
  require(SSL_CTX_use_PrivateKey(handle, key) == 1);
  return context;
}

}  // namespace

Certificates::Certificates(const std::string& address) {
  const std::time_t now = std::time(nullptr);
  const Order authority{.name = "local cloud CA", .from = now - kDay, .to = now + kLife};
  const std::string names = "DNS:localhost,IP:127.0.0.1,IP:::1" +
                            (address == "127.0.0.1" || address == "::1" ? "" : ",IP:" + address);
  const KeyOwner ca_key = make_key();
  const CertificateOwner ca = make_certificate(authority, ca_key.get(), nullptr, ca_key.get());
  const KeyOwner foreign_key = make_key();
  const CertificateOwner foreign =
      make_certificate(authority, foreign_key.get(), nullptr, foreign_key.get());
  const KeyOwner key = make_key();
  const auto serve = [&](const std::string& kind, const Order& order, X509* issuer,
                         EVP_PKEY* signer) {
    const CertificateOwner made = make_certificate(order, key.get(), issuer, signer);
    servers_[kind] = server_context(made.get(), key.get());
  };
  const Order good{"local cloud", names, now - kDay, now + kLife};
  serve("good", good, ca.get(), ca_key.get());
  serve("wrong_host", {"elsewhere", "DNS:elsewhere.example", now - kDay, now + kLife}, ca.get(),
        ca_key.get());
  serve("expired", {"local cloud", names, now - 2 * kDay, now - kDay}, ca.get(), ca_key.get());
  serve("untrusted", good, foreign.get(), foreign_key.get());
  ca_ = pem(ca.get());
  client_.set_verify_mode(ssl::verify_peer);
  client_.add_certificate_authority(boost::asio::buffer(ca_));
}

}  // namespace localcloud
