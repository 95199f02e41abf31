#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "api/v1/mapping.h"
#include "controller/core/fingerprint.h"
#include "controller/core/observed.h"
#include "controller/core/result.h"

// X.509: PEM texts -> facts and clean parts. Home of OpenSSL on the deciding side; no OpenSSL type
// leaves it. Threads: any; no state.
namespace certloop::tls {

// Caps, checked before parsing; hack/adr/0009-gates.md says why these. A source's are tighter than
// those of other texts, so that a target can hold whatever a source has.
inline constexpr std::size_t kMaxPartBytes = 100'000;    // of one of a source's certificate texts
inline constexpr std::size_t kMaxSourceBytes = 500'000;  // of all of them together
inline constexpr std::size_t kMaxCertificates = 64;      // of one source, duplicates included
inline constexpr std::size_t kMaxKeyBytes = 16'384;      // of a source's private key
inline constexpr std::size_t kMaxPemBytes = 1u << 20;    // of any other PEM text

// A source's certificate, understood and put in order.
struct Bundle {
  SourceReadable facts{};
  std::string certificate{};  // the leaf, canonical PEM (LF, 64 columns, one final newline)
  std::string chain{};        // intermediates: leaf's issuer first, no root, no duplicates
  SecretBytes private_key{};  // its own container kept, line ends made LF; empty: none

  // The text of one part. Empty for a part the source does not have.
  SecretBytes part(v1::Part) const;
};

// Understands what Secrets Manager gave, whatever its order.
// - The leaf is the certificate that the private key fits; without such one, the first that is not
//   a CA, else the first of `certificate`.
// - The chain is built by subject, issuer and signature over all that was given: the longest path
//   from the leaf, though one that reaches a given root before any other; the self-signed root is
//   left off; duplicates vanish (bundle_certs and ca_chain repeat certificates). A self-signed leaf
//   is a chain of its own.
// - A gap: something was given that no path from the leaf reaches. missing_issuer then names the
//   issuer at which the path ended. (A leaf that came alone is no gap: its issuer may be a root.)
// - Names: subjectAltName's DNS entries, lowercased; the common name only if there is no SAN.
// - Issuers: `authorities` is the PEM text of the CAs that may have issued it; empty: any may.
// Errors: corrupt, with a sentence of what could not be read (no certificate, an encrypted key, a
// block that is no certificate, too large). Never with bytes of it.
Result<Bundle> inspect(const SourcePayload& payload, std::string_view authorities = {});

// What keeps a text from being CA certificates, completing "<the text> …"; empty: nothing.
std::string fault_of_authorities(std::string_view pem);

// Fingerprint of a PEM text by its decoded blocks in order: DER of certificates, canonical PKCS#8
// DER of private keys (so that "RSA PRIVATE KEY" and "PRIVATE KEY" of one key are equal). Empty
// when it is not PEM through and through: then it equals nothing.
std::optional<Fingerprint> fingerprint(const SecretBytes& pem);

// One fingerprint over several, in the order of the calls, with their names.
class FingerprintOf {
 public:
  FingerprintOf();
  ~FingerprintOf();
  FingerprintOf(const FingerprintOf&) = delete;
  FingerprintOf& operator=(const FingerprintOf&) = delete;
  // An absent part counts as absent, not as empty.
  void add(const std::string& name, const std::optional<Fingerprint>& part);
  Fingerprint finish();

 private:
  struct State;
  State* state_;
};

}  // namespace certloop::tls
