#include <algorithm>
#include <random>

#include "tests/unit/tls/support.h"

namespace certloop::tls {
namespace {

struct Case {
  const char* name;
  Texts certificate{};
  Texts issuers{};
  Texts chain{};
  const char* missing_issuer = "";
};

void expect(const Case& one, const Leaf& leaf) {
  INFO(one.name);
  const auto bundle = bundle_of(payload(joined(one.certificate), one.issuers, leaf.private_key()));
  CHECK(bundle.certificate == leaf.certificate());
  CHECK(bundle.chain == joined(one.chain));
  CHECK(bundle.facts.missing_issuer == one.missing_issuer);
  CHECK(bundle.facts.key_matches);
}

TEST_CASE("the chain goes from the leaf to the last intermediate, for every kind of key") {
  const auto kind = GENERATE(KeyKind::ec_p256, KeyKind::rsa_2048, KeyKind::ed25519);
  const World world(kind);
  const auto root = world.root.certificate();
  const auto outer = world.outer.certificate();
  const auto inner = world.inner.certificate();
  const auto leaf = world.leaf.certificate();
  const auto stranger = Authority::self_signed({.name = "Stranger"}).certificate();
  const auto comment = std::string("subject=CN = a.example\n\nissuer=CN = Inner\n");

  const Case cases[] = {
      {"in order", {leaf}, {inner, outer}, {inner, outer}},
      {"reversed in one text", {outer, inner, leaf}, {}, {inner, outer}},
      {"leaf in the middle", {inner, leaf, outer}, {}, {inner, outer}},
      {"leaf among the issuers", {inner}, {outer, leaf}, {inner, outer}},
      {"the root is left off", {leaf}, {inner, outer, root}, {inner, outer}},
      {"the root first", {root, leaf}, {outer, inner}, {inner, outer}},
      {"bundle_certs: the intermediate repeats the chain",
       {leaf, inner, outer},
       {inner + outer},
       {inner, outer}},
      {"private_cert: ca_chain repeats issuing_ca",
       {leaf},
       {inner, inner, outer, root},
       {inner, outer}},
      {"everything three times",
       {leaf, inner, leaf, outer, root},
       {root, outer, inner, leaf, root},
       {inner, outer}},
      {"an empty issuer is none", {leaf}, {"", inner, "\n"}, {inner}},
      {"comments between the blocks", {comment, leaf, comment, inner, comment}, {}, {inner}},
      {"the last newline is missing", {leaf.substr(0, leaf.size() - 1)}, {inner}, {inner}},
      {"a leaf alone is no gap", {leaf}, {}, {}},
      {"a chain without its root is no gap", {leaf}, {inner}, {inner}},
      {"the leaf's issuer is missing", {leaf}, {outer, root}, {}, "CN=Inner"},
      {"the inner link is missing", {leaf}, {inner, root}, {inner}, "CN=Outer,O=Example"},
      {"only the root came along", {leaf}, {root}, {}, "CN=Inner"},
      {"a stranger came along", {leaf}, {inner, outer, stranger}, {inner, outer}, "CN=Root"},
  };
  for (const auto& one : cases) expect(one, world.leaf);
}

TEST_CASE("a damaged signature is no link, whatever the names say") {
  const auto kind = GENERATE(KeyKind::ec_p256, KeyKind::rsa_2048, KeyKind::ed25519);
  const World world(kind);
  const auto leaf = world.leaf.certificate();
  const auto inner = world.inner.certificate();
  const auto outer = world.outer.certificate();

  const auto damaged_leaf = test_pki::with_damaged_signature(leaf);
  auto bundle = bundle_of(payload(damaged_leaf, {inner, outer}, world.leaf.private_key()));
  CHECK(bundle.certificate == damaged_leaf);
  CHECK(bundle.chain.empty());
  CHECK(bundle.facts.missing_issuer == "CN=Inner");

  expect({"damaged inner",
          {leaf},
          {test_pki::with_damaged_signature(inner), outer},
          {test_pki::with_damaged_signature(inner)},
          "CN=Outer,O=Example"},
         world.leaf);
}

TEST_CASE("a name without the key is no issuer") {
  const World world;
  const auto impostor = world.root.issue_authority({.name = "Inner"}).certificate();
  expect({"alone", {world.leaf.certificate()}, {impostor}, {}, "CN=Inner"}, world.leaf);
  expect({"beside the real one",
          {world.leaf.certificate()},
          {impostor, world.inner.certificate()},
          {world.inner.certificate()},
          "CN=Outer,O=Example"},
         world.leaf);
}

TEST_CASE("a leaf issued by the root has an empty chain") {
  const World world;
  const auto root = world.root.certificate();
  const auto leaf = world.root.issue({.dns_names = {"a.example"}});
  const Case cases[] = {
      {"issuing_ca is the root", {leaf.certificate()}, {root}},
      {"ca_chain repeats it", {leaf.certificate()}, {root, root}},
      {"the certificate holds it", {leaf.certificate(), root}, {root}},
  };
  for (const auto& one : cases) expect(one, leaf);
}

TEST_CASE("a self-signed leaf is a chain of its own") {
  const auto kind = GENERATE(KeyKind::ec_p256, KeyKind::rsa_2048, KeyKind::ed25519);
  const auto leaf = Leaf::self_signed({.dns_names = {"self.example"}, .key = World(kind).key(3)});
  const auto text = leaf.certificate();
  const World world;
  const Case cases[] = {
      {"alone", {text}},
      {"repeated", {text, text}, {text}},
      {"beside a stranger", {text}, {world.inner.certificate()}, {}, "CN=self.example"},
  };
  for (const auto& one : cases) expect(one, leaf);
}

TEST_CASE("a self-signed authority may be the leaf when the key says so") {
  const auto root = Authority::self_signed({.name = "Root"});
  const auto bundle = bundle_of(payload(root.certificate(), {}, root.private_key()));
  CHECK(bundle.certificate == root.certificate());
  CHECK(bundle.chain.empty());
  CHECK(bundle.facts.missing_issuer.empty());
}

TEST_CASE("of cross-signed ways the longest is taken") {
  const World world;
  const auto old_root = Authority::self_signed({.name = "Old Root"});
  const auto bridge = old_root.cross_sign(world.root);
  const auto inner = world.inner.certificate();
  const auto outer = world.outer.certificate();
  const Texts all{inner, outer, bridge.certificate()};
  const Case cases[] = {
      {"over the bridge", {world.leaf.certificate()}, {inner, outer, bridge.certificate()}, all},
      {"beside the new root",
       {world.leaf.certificate()},
       {world.root.certificate(), bridge.certificate(), outer, inner},
       all},
      {"with both roots",
       {world.leaf.certificate()},
       {old_root.certificate(), world.root.certificate(), inner, bridge.certificate(), outer},
       all},
      {"with both roots and no bridge",
       {world.leaf.certificate()},
       {old_root.certificate(), inner, outer},
       {inner, outer},
       "CN=Root"},
  };
  for (const auto& one : cases) expect(one, world.leaf);
}

TEST_CASE("a short cut beside a long way is no gap and does not shorten the chain") {
  const World world;
  const auto cut = world.root.cross_sign(world.inner).certificate();
  const auto inner = world.inner.certificate();
  const auto outer = world.outer.certificate();
  expect({"cut first", {world.leaf.certificate()}, {cut, inner, outer}, {inner, outer}},
         world.leaf);
  expect({"cut last", {world.leaf.certificate()}, {outer, inner, cut}, {inner, outer}}, world.leaf);
}

TEST_CASE("authorities that sign each other end") {
  const World world;
  const auto inner = world.inner.certificate();
  const auto outer = world.outer.certificate();
  const auto back = world.inner.cross_sign(world.outer).certificate();  // outer, signed by inner
  expect({"with a way out", {world.leaf.certificate()}, {inner, back, outer}, {inner, outer}},
         world.leaf);
  const auto cut = world.root.cross_sign(world.inner).certificate();
  const auto root = world.root.certificate();
  expect({"with a shorter way out", {world.leaf.certificate()}, {inner, back, cut, root}, {cut}},
         world.leaf);
  expect({"without one", {world.leaf.certificate()}, {inner, back}, {inner, back}}, world.leaf);
}

TEST_CASE("a leaf that signed its own issuer is led on over its other certificate") {
  const World world;
  const auto next = world.inner.issue_authority({.name = "Inner"});  // after a change of keys
  const auto leaf = next.cross_sign(world.inner);
  const auto bundle =
      bundle_of(payload(leaf.certificate(),
                        {next.certificate(), world.inner.certificate(), world.outer.certificate()},
                        leaf.private_key()));
  CHECK(bundle.certificate == leaf.certificate());
  CHECK(bundle.chain ==
        joined({next.certificate(), world.inner.certificate(), world.outer.certificate()}));
  CHECK(bundle.facts.missing_issuer.empty());
}

TEST_CASE("of a renewed intermediate the one that lasts longer is taken") {
  using namespace std::chrono_literals;
  const World world;
  const auto renewed = world.root.issue_authority(
      {.name = "Inner", .not_after = test_pki::kFarAhead + 24h, .key = world.inner.key()});
  const auto earlier = world.root.issue_authority(
      {.name = "Inner", .not_after = test_pki::kFarAhead - 24h, .key = world.inner.key()});
  const auto leaf = world.leaf.certificate();
  const auto longer = renewed.certificate();
  const auto shorter = earlier.certificate();
  expect({"given first", {leaf}, {longer, shorter}, {longer}}, world.leaf);
  expect({"given last", {leaf}, {shorter, longer}, {longer}}, world.leaf);
}

TEST_CASE("any order of the same certificates gives the same bundle") {
  const World world;
  const auto old_root = Authority::self_signed({.name = "Old Root"});
  Texts texts{world.leaf.certificate(),
              world.inner.certificate(),
              world.outer.certificate(),
              world.root.certificate(),
              old_root.certificate(),
              old_root.cross_sign(world.root).certificate(),
              world.inner.cross_sign(world.outer).certificate(),
              world.inner.certificate()};
  const auto key = world.leaf.private_key();
  const auto first = bundle_of(payload(joined(texts), {}, key));
  CHECK(first.facts.missing_issuer.empty());
  std::mt19937 random(20240501);
  for (int round = 0; round < 60; ++round) {
    std::shuffle(texts.begin(), texts.end(), random);
    const auto cut = texts.begin() + 1 + static_cast<long>(random() % texts.size());
    const auto bundle =
        bundle_of(payload(joined(Texts(texts.begin(), cut)), Texts(cut, texts.end()), key));
    INFO("round " << round);
    REQUIRE(bundle.certificate == first.certificate);
    REQUIRE(bundle.chain == first.chain);
    REQUIRE(bundle.facts.missing_issuer.empty());
  }
}

// Fourteen authorities in a row with four certificates each make millions of ways; that the last
// one has two issuers, of which a way takes only one, keeps the search from knowing it has the
// longest.
TEST_CASE("a thicket of certificates is searched in bounded time") {
  const auto root = Authority::self_signed({.name = "Root"});
  const auto one_end = root.issue_authority({.name = "One End"});
  const auto other_end = root.issue_authority({.name = "Other End"});
  auto last = one_end.issue_authority({.name = "Row 0"});
  Texts issuers{one_end.certificate(), other_end.certificate(), last.certificate(),
                other_end.cross_sign(last).certificate()};
  for (int i = 1; i < 14; ++i) {
    const test_pki::Request same{.name = "Row " + std::to_string(i), .key = Key::make()};
    for (int copy = 0; copy < 3; ++copy) {
      issuers.push_back(last.issue_authority(same).certificate());
    }
    last = last.issue_authority(same);
    issuers.push_back(last.certificate());
  }
  REQUIRE(issuers.size() < kMaxCertificates);

  const auto leaf = last.issue({.dns_names = {"thicket.example"}});
  const auto bundle = bundle_of(payload(leaf.certificate(), issuers, leaf.private_key()));
  CHECK(bundle.facts.missing_issuer.empty());
  const std::string begin = "-----BEGIN";
  std::size_t length = 0;
  for (std::size_t at = 0; (at = bundle.chain.find(begin, at)) != std::string::npos; ++at) ++length;
  CHECK(length == 14 + 1);
}

}  // namespace
}  // namespace certloop::tls
