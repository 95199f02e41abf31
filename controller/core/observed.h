#pragma once
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "api/v1/mapping.h"
#include "controller/core/fingerprint.h"
#include "controller/core/secret_bytes.h"
#include "controller/core/time.h"

// What the loop saw. Values only: everything a decision may know, nothing it could fetch.
namespace certloop {

// --- the source, as the service gave it ---------------------------------------------------------

struct SourceMissing {};
// There, but with nothing to write: not active yet, destroyed, payload gone, not understandable.
struct SourceUnreadable {
  std::string why{};
};
// The PEM texts of one version, unchecked. `certificate` may hold more than the leaf.
struct SourcePayload {
  std::string version{};  // version id; empty when the call does not tell it
  std::string certificate{};
  std::vector<std::string> issuers{};  // intermediate, issuing_ca, each of ca_chain
  SecretBytes private_key{};           // empty when the source has none
};
using FetchedSource = std::variant<SourceMissing, SourceUnreadable, SourcePayload>;

// --- the source, inspected ----------------------------------------------------------------------

struct LeafFacts {
  std::string subject{};  // "CN=pay.example.com,O=Example"
  std::string serial{};   // lowercase hex pairs joined by ':', as Secrets Manager writes it
  WallTime not_before{};
  WallTime not_after{};
  std::vector<std::string> dns_names{};
};

// The key that the leaf speaks for.
struct KeyFacts {
  std::optional<v1::KeyType> type{};  // empty: one that the mapping has no word for
  std::string name{};                 // for messages: "RSA", "ECDSA on P-256", "DSA"
  int bits = 0;
};

// What the leaf may be used for. An extension that is absent forbids nothing.
struct UsageFacts {
  bool is_authority = false;          // basicConstraints has CA:TRUE
  bool may_sign = true;               // keyUsage has digitalSignature
  bool may_encipher = true;           // keyUsage has keyEncipherment
  bool may_serve = true;              // extendedKeyUsage has serverAuth or anyExtendedKeyUsage
  bool extensions_understood = true;  // none is damaged, none that is critical is unknown
};

// How a certificate was signed.
struct SignatureFacts {
  std::string subject{};    // whose signature it is under: "CN=Inter"
  std::string algorithm{};  // "sha256WithRSAEncryption"
  int strength = 0;         // bits of security; 0: nobody here knows
};

// A certificate that can be judged.
struct SourceReadable {
  LeafFacts leaf{};
  KeyFacts key{};
  UsageFacts usage{};
  std::vector<SignatureFacts> signatures{};  // of leaf and chain, but for a self-signed leaf's own
  std::string issuer{};                      // who issued the leaf: "CN=Inter"
  std::string top_issuer{};        // who issued the last certificate of the chain: "CN=Root"
  bool issued_as_required = true;  // by one of `issuedBy`, directly or over the chain
  bool has_key = false;
  bool key_matches = false;
  std::string missing_issuer{};  // subject of the certificate that the chain lacks; empty: no gap
};
using SourceState = std::variant<SourceMissing, SourceUnreadable, SourceReadable>;

// --- the target ---------------------------------------------------------------------------------

struct TargetAbsent {};
struct TargetPresent {
  std::string format{};  // the service's word: "tls", "generic", …
  std::string entity_tag{};
  // Of the keys this mapping writes. Empty: the service did not show the content.
  std::optional<Fingerprint> content{};
};
using TargetState = std::variant<TargetAbsent, TargetPresent>;

}  // namespace certloop
