#include "tests/unit/tls/gate_cases.h"

namespace certloop::tls {
namespace {

using test_pki::Digest;

// An authority that can sign with any digest.
Authority rsa_root(Digest digest = Digest::sha256) {
  return Authority::self_signed({.name = "Root", .key = rsa_keys().at(0), .digest = digest});
}

SourcePayload chain_of(Digest inter_digest, Digest leaf_digest) {
  const auto root = rsa_root();
  const auto inter =
      root.issue_authority({.name = "Inter", .key = rsa_keys().at(1), .digest = inter_digest});
  const auto leaf = inter.issue({.dns_names = {"a.example"}, .digest = leaf_digest});
  return payload(leaf.certificate(), {inter.certificate(), root.certificate()}, leaf.private_key());
}

SourcePayload ec_leaf(Digest digest) {
  const auto root = Authority::self_signed({.name = "Root"});
  const auto leaf = root.issue({.dns_names = {"a.example"}, .digest = digest});
  return payload(leaf.certificate(), {root.certificate()}, leaf.private_key());
}

SourcePayload ed25519_signed() {
  const auto root = Authority::self_signed({.name = "Root", .key_kind = KeyKind::ed25519});
  const auto leaf = root.issue({.dns_names = {"a.example"}});
  return payload(leaf.certificate(), {}, leaf.private_key());
}

SourcePayload pss_signed() {
  const auto root = Authority::self_signed({.name = "Root", .key_kind = KeyKind::rsa_pss});
  const auto leaf = root.issue({.dns_names = {"a.example"}});
  return payload(leaf.certificate(), {root.certificate()}, leaf.private_key());
}

SourcePayload under_an_old_root() {
  const auto root = rsa_root(Digest::sha1);
  const auto leaf = root.issue({.dns_names = {"a.example"}});
  return payload(leaf.certificate(), {root.certificate()}, leaf.private_key());
}

SourcePayload self_signed_with_sha1() {
  const auto leaf = Leaf::self_signed({.dns_names = {"a.example"}, .digest = Digest::sha1});
  return payload(leaf.certificate(), {}, leaf.private_key());
}

constexpr Reason kWeak = Reason::weak_signature;

TEST_CASE("a signature passes by its strength, in the leaf and in its chain") {
  const v1::Require any{.usage = v1::Usage::any};
  const GateCase cases[] = {
      {"RSA with SHA-256", chain_of(Digest::sha256, Digest::sha256)},
      {"RSA with SHA-384", chain_of(Digest::sha384, Digest::sha384)},
      {"RSA with SHA-224", chain_of(Digest::sha224, Digest::sha224)},
      {"ECDSA with SHA-384", ec_leaf(Digest::sha384)},
      {"Ed25519", ed25519_signed()},
      {"RSA-PSS", pss_signed()},
      {"a root's own SHA-1 is nobody's concern", under_an_old_root()},
      {"and so is a self-signed leaf's", self_signed_with_sha1()},
      {"a leaf with SHA-1",
       chain_of(Digest::sha256, Digest::sha1),
       kWeak,
       {},
       "CN=a.example is signed with sha1WithRSAEncryption, which can be forged"},
      {"a leaf with MD5",
       chain_of(Digest::sha256, Digest::md5),
       kWeak,
       {},
       "CN=a.example is signed with md5WithRSAEncryption"},
      {"an intermediate with SHA-1",
       chain_of(Digest::sha1, Digest::sha256),
       kWeak,
       {},
       "CN=Inter is signed with sha1WithRSAEncryption"},
      {"an intermediate with MD5", chain_of(Digest::md5, Digest::sha256), kWeak},
      {"ECDSA with SHA-1",
       ec_leaf(Digest::sha1),
       kWeak,
       {},
       "CN=a.example is signed with ecdsa-with-SHA1"},
      {"whatever it is for", chain_of(Digest::sha256, Digest::sha1), kWeak, any},
  };
  for (const auto& one : cases) expect(one);
}

TEST_CASE("a signature that does not verify is no link of the chain") {
  const World world;
  const auto leaf = world.leaf.certificate();
  const auto inner = world.inner.certificate();
  const auto outer = world.outer.certificate();
  const auto key = world.leaf.private_key();
  const auto impostor = Authority::self_signed({.name = "Inner"}).certificate();
  const auto damaged = test_pki::with_damaged_signature;
  const GateCase cases[] = {
      {"all verify", payload(leaf, {inner, outer}, key)},
      {"the leaf's is damaged",
       payload(damaged(leaf), {inner, outer}, key),
       Reason::chain_gap,
       {},
       "the chain ends where CN=Inner is wanted"},
      {"an intermediate's is damaged",
       payload(leaf, {damaged(inner), outer}, key),
       Reason::chain_gap,
       {},
       "the chain ends where CN=Outer,O=Example is wanted"},
      {"the issuer's name is another key's", payload(leaf, {impostor}, key), Reason::chain_gap},
  };
  for (const auto& one : cases) expect(one);
}

}  // namespace
}  // namespace certloop::tls
