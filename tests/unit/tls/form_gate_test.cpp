#include "tests/unit/tls/gate_cases.h"

// However a good certificate is given, it passes; what is not one is held.
namespace certloop::tls {
namespace {

std::string with_crlf(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '\n' ? std::string("\r\n") : std::string(1, c);
  return out;
}

constexpr Reason kUnreadable = Reason::source_unreadable;

TEST_CASE("a chain passes in whatever order and form it is given") {
  const World world;
  const auto leaf = world.leaf.certificate();
  const auto inner = world.inner.certificate();
  const auto outer = world.outer.certificate();
  const auto root = world.root.certificate();
  const auto key = world.leaf.private_key();
  const auto old_root = Authority::self_signed({.name = "Old Root"});
  const auto bridge = old_root.cross_sign(world.root).certificate();
  const auto stranger = Authority::self_signed({.name = "Stranger"}).certificate();
  const auto self = Leaf::self_signed({.dns_names = {"self.example"}});
  const v1::Require by_root{.issued_by = {.pem = root}};
  const v1::Require by_old_root{.issued_by = {.pem = old_root.certificate()}};
  const GateCase cases[] = {
      {"leaf and chain", payload(leaf, {inner, outer}, key)},
      {"all in one text", payload(leaf + inner + outer + root, {}, key)},
      {"shuffled", payload(outer + root + leaf + inner, {}, key), {}, by_root},
      {"the leaf among the issuers", payload(inner, {root, leaf, outer}, key)},
      {"doubled", payload(leaf + inner, {inner + outer, outer, root, root}, key)},
      {"cross-signed, by its new root", payload(leaf, {inner, outer, bridge}, key), {}, by_root},
      {"cross-signed, by its old root",
       payload(leaf, {bridge, outer, inner}, key),
       {},
       by_old_root},
      {"with CRLF", payload(with_crlf(leaf), {with_crlf(inner + outer)}, with_crlf(key))},
      {"without the last line end", payload(leaf.substr(0, leaf.size() - 1), {inner, outer}, key)},
      {"with comments", payload("subject=CN = a.example\n" + leaf, {"# Inner\n" + inner}, key)},
      {"a leaf alone", payload(leaf, {}, key)},
      {"a self-signed leaf", payload(self.certificate(), {}, self.private_key())},
      {"a link is missing",
       payload(leaf, {outer, root}, key),
       Reason::chain_gap,
       {},
       "the chain ends where CN=Inner is wanted"},
      {"a stranger among them", payload(leaf, {inner, outer, stranger}, key), Reason::chain_gap},
      {"the key of an intermediate", payload(leaf, {inner, outer}, world.inner.private_key()),
       Reason::chain_gap},
      {"nothing", payload("", {}, key), kUnreadable, {}, "the certificate is empty"},
      {"words", payload("none yet", {}, key), kUnreadable, {}, "holds no PEM block"},
      {"a damaged block",
       payload(leaf.substr(0, 60) + "*" + leaf.substr(61), {}, key),
       kUnreadable,
       {},
       "damaged"},
      {"a key for a certificate", payload(key, {}, key), kUnreadable, {}, "of another kind"},
  };
  for (const auto& one : cases) expect(one);
}

TEST_CASE("a key passes in every container but a locked one") {
  const World ec;
  const World rsa(KeyKind::rsa_2048);
  const World ed(KeyKind::ed25519);
  const auto of = [](const World& world, const std::string& key) {
    return payload(world.leaf.certificate(), {world.inner.certificate()}, key);
  };
  const GateCase cases[] = {
      {"RSA in PKCS#8", of(rsa, rsa.leaf.private_key())},
      {"RSA in PKCS#1", of(rsa, rsa.leaf.private_key(KeyForm::traditional))},
      {"ECDSA in PKCS#8", of(ec, ec.leaf.private_key())},
      {"ECDSA in SEC 1", of(ec, ec.leaf.private_key(KeyForm::traditional))},
      {"Ed25519 in PKCS#8", of(ed, ed.leaf.private_key())},
      {"encrypted PKCS#8",
       of(ec, ec.leaf.key().encrypted_pem()),
       kUnreadable,
       {},
       "the private key is encrypted; store it without a passphrase"},
      {"encrypted PKCS#1",
       of(rsa, rsa.leaf.key().encrypted_pem(KeyForm::traditional)),
       kUnreadable,
       {},
       "is encrypted"},
      {"none", of(ec, ""), Reason::key_missing, {}, "imported without a private key"},
      {"another one of its type",
       of(ec, Key::make().pem()),
       Reason::key_mismatch,
       {},
       "the private key does not belong to CN=a.example"},
      {"one of another type", of(rsa, Key::make().pem()), Reason::key_mismatch},
      {"two of them",
       of(ec, ec.leaf.private_key() + ec.leaf.private_key()),
       kUnreadable,
       {},
       "more than one PEM block"},
  };
  for (const auto& one : cases) expect(one);
}

}  // namespace
}  // namespace certloop::tls
