#include <openssl/evp.h>

#include <cstdint>
#include <stdexcept>
#include <string_view>

#include "controller/tls/bundle.h"
#include "controller/tls/certificate.h"
#include "controller/tls/openssl.h"
#include "controller/tls/pem.h"
#include "controller/tls/private_key.h"

namespace certloop::tls {
namespace {

// Throws when there is no SHA-256 or no memory, which nothing could go on without.
class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new()) {
    check(context_ && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
  }

  // A tag for what follows, its length, the bytes: no two lists of items hash the same text.
  void add(char tag, std::string_view bytes) {
    std::array<unsigned char, 9> head{static_cast<unsigned char>(tag)};
    std::uint64_t size = bytes.size();
    for (std::size_t i = head.size() - 1; i > 0; --i, size >>= 8) {
      head[i] = static_cast<unsigned char>(size & 0xff);
    }
    check(EVP_DigestUpdate(context_.get(), head.data(), head.size()) == 1);
    check(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
  }

  Fingerprint finish() {
    Fingerprint result{};
    check(EVP_DigestFinal_ex(context_.get(), result.data(), nullptr) == 1);
    return result;
  }

 private:
  static void check(bool done) {
    if (!done) throw std::runtime_error("SHA-256 is not available");
  }
  Owned<EVP_MD_CTX, EVP_MD_CTX_free> context_;
};

bool add_block(const PemBlock& block, Sha256& hash) {
  if (block.label == "CERTIFICATE") {
    const auto certificate = Certificate::from_der(block.der);
    if (certificate) hash.add('C', certificate->der());
    return certificate.has_value();
  }
  const auto key = PrivateKey::from(block);
  const auto der = key ? key->canonical_der() : std::nullopt;
  if (der) hash.add('K', der->reveal());
  return der.has_value();
}

}  // namespace

std::optional<Fingerprint> fingerprint(const SecretBytes& pem) {
  const CleanErrorQueue clean;
  const auto blocks = read_pem(pem.reveal(), Outside::nothing);
  if (!blocks) return std::nullopt;
  Sha256 hash;
  bool any = false;
  for (const auto& block : *blocks) {
    if (is_key_preamble(block)) continue;
    if (!add_block(block, hash)) return std::nullopt;
    any = true;
  }
  if (!any) return std::nullopt;
  return hash.finish();
}

struct FingerprintOf::State {
  Sha256 hash{};
};

FingerprintOf::FingerprintOf() : state_(new State) {}

FingerprintOf::~FingerprintOf() {
  delete state_;
}

void FingerprintOf::add(const std::string& name, const std::optional<Fingerprint>& part) {
  state_->hash.add('N', name);
  if (!part) return state_->hash.add('A', {});
  state_->hash.add('P', {reinterpret_cast<const char*>(part->data()), part->size()});
}

Fingerprint FingerprintOf::finish() {
  return state_->hash.finish();
}

}  // namespace certloop::tls
