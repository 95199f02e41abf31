#include "tests/unit/tls/gate_cases.h"

namespace certloop::tls {
namespace {

using v1::KeyType;

SourcePayload leaf_with(KeyKind kind) {
  static const auto* root = new Authority(Authority::self_signed({.name = "Root"}));
  const auto key = kind == KeyKind::rsa_2048 ? rsa_keys().at(0) : Key::make(kind);
  const auto leaf = root->issue({.dns_names = {"a.example"}, .key = key});
  return payload(leaf.certificate(), {root->certificate()}, leaf.private_key());
}

TEST_CASE("a key passes by its type and its size") {
  const GateCase cases[] = {
      {"RSA 2048 by default", leaf_with(KeyKind::rsa_2048)},
      {"ECDSA P-256 by default", leaf_with(KeyKind::ec_p256)},
      {"ECDSA P-384 by default", leaf_with(KeyKind::ec_p384)},
      {"ECDSA on another curve of 256 bits", leaf_with(KeyKind::ec_secp256k1)},
      {"Ed25519 by default", leaf_with(KeyKind::ed25519)},
      {"RSA 1024 is too small",
       leaf_with(KeyKind::rsa_1024),
       Reason::key_too_small,
       {},
       "RSA with 1024 bits, and at least 2048 are required"},
      {"RSA 1024 where the mapping says so",
       leaf_with(KeyKind::rsa_1024),
       Reason::in_sync,
       {.min_rsa_bits = 1024}},
      {"RSA 2048 where the mapping wants more",
       leaf_with(KeyKind::rsa_2048),
       Reason::key_too_small,
       {.min_rsa_bits = 3072},
       "RSA with 2048 bits, and at least 3072 are required"},
      {"ECDSA P-224 is too small",
       leaf_with(KeyKind::ec_p224),
       Reason::key_too_small,
       {},
       "ECDSA on P-224 with 224 bits, and at least 256 are required"},
      {"ECDSA P-224 stays too small, whatever is wanted of RSA",
       leaf_with(KeyKind::ec_p224),
       Reason::key_too_small,
       {.min_rsa_bits = 1024}},
      {"ECDSA on a curve that is written out",
       leaf_with(KeyKind::ec_written_out),
       Reason::key_not_allowed,
       {},
       "ECDSA on a curve without a name"},
      {"RSA restricted to PSS",
       leaf_with(KeyKind::rsa_pss),
       Reason::key_not_allowed,
       {},
       "RSA-PSS with 2048 bits, and the mapping allows rsa, ecdsa, ed25519"},
      {"Ed448", leaf_with(KeyKind::ed448), Reason::key_not_allowed, {}, "ED448"},
      {"DSA", leaf_with(KeyKind::dsa), Reason::key_not_allowed, {}, "DSA with 1024 bits"},
      {"RSA where only ECDSA is allowed",
       leaf_with(KeyKind::rsa_2048),
       Reason::key_not_allowed,
       {.key_types = {KeyType::ecdsa}},
       "and the mapping allows ecdsa"},
      {"ECDSA where only RSA is allowed",
       leaf_with(KeyKind::ec_p256),
       Reason::key_not_allowed,
       {.key_types = {KeyType::rsa}}},
      {"Ed25519 where only the other two are",
       leaf_with(KeyKind::ed25519),
       Reason::key_not_allowed,
       {.key_types = {KeyType::rsa, KeyType::ecdsa}},
       "and the mapping allows rsa, ecdsa"},
  };
  for (const auto& one : cases) expect(one);
}

}  // namespace
}  // namespace certloop::tls
