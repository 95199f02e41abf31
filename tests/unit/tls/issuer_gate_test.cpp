#include "tests/unit/tls/gate_cases.h"

namespace certloop::tls {
namespace {

SourcePayload with_key(const Leaf& leaf, Texts issuers) {
  return payload(leaf.certificate(), std::move(issuers), leaf.private_key());
}

v1::Require by(const Texts& authorities) {
  return {.issued_by = {.pem = joined(authorities)}};
}

constexpr Reason kForeign = Reason::issuer_not_allowed;

TEST_CASE("a certificate passes when it leads to a CA that the mapping names") {
  using namespace std::chrono_literals;
  const World world;
  const auto root = world.root.certificate();
  const auto outer = world.outer.certificate();
  const auto inner = world.inner.certificate();
  const auto other = Authority::self_signed({.name = "Other Root"});
  const auto impostor = Authority::self_signed({.name = "Root"});
  const auto expired = world.root.issue_authority(
      {.name = "Inner", .not_after = kNow - 24h, .key = world.inner.key()});
  const auto self = Leaf::self_signed({.dns_names = {"self.example"}});
  const auto critical =
      world.inner.issue({.dns_names = {"a.example"}, .has_unknown_critical = true});
  const auto comment = std::string("subject=CN = Root\n");
  const GateCase cases[] = {
      {"the chain holds the root, too", with_key(world.leaf, {inner, outer, root}), {}, by({root})},
      {"the root issued the chain's last", with_key(world.leaf, {inner, outer}), {}, by({root})},
      {"an intermediate in the chain", with_key(world.leaf, {inner, outer}), {}, by({outer})},
      {"the leaf's issuer in the chain", with_key(world.leaf, {inner, outer}), {}, by({inner})},
      {"the leaf's issuer beside a leaf alone", with_key(world.leaf, {}), {}, by({inner})},
      {"one of several",
       with_key(world.leaf, {inner, outer}),
       {},
       by({other.certificate(), comment, root})},
      {"the same CA with another, expired certificate",
       with_key(world.leaf, {}),
       {},
       by({expired.certificate()})},
      {"no CA is named", with_key(self, {}), {}, {}},
      {"a critical extension is the usage's affair", with_key(critical, {inner, outer}),
       Reason::not_for_servers, by({root})},
      {"another root", with_key(world.leaf, {inner, outer, root}), kForeign,
       by({other.certificate()}),
       "was issued by CN=Inner under CN=Root, which leads to no CA of `require.issuedBy`"},
      {"a root of the same name", with_key(world.leaf, {inner, outer}), kForeign,
       by({impostor.certificate()})},
      {"a self-signed leaf", with_key(self, {}), kForeign, by({root}),
       "was issued by CN=self.example, which leads to"},
      {"the root is too far from a leaf alone", with_key(world.leaf, {}), kForeign, by({root}),
       "was issued by CN=Inner, which leads to"},
      {"a text that cannot be read allows nobody", with_key(world.leaf, {inner, outer}), kForeign,
       by({"-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n"})},
  };
  for (const auto& one : cases) expect(one);
}

TEST_CASE("the key of somebody's certificate makes no CA") {
  const auto root = Authority::self_signed({.name = "Root"});
  const auto customer = root.issue_authority(
      {.name = "Customer", .basic_constraints = "critical,CA:FALSE", .key_usage = ""});
  const auto forged = customer.issue({.dns_names = {"pay.example"}});
  expect({"signed by a customer of the CA", with_key(forged, {customer.certificate()}), kForeign,
          by({root.certificate()})});

  const auto narrow =
      root.issue_authority({.name = "Narrow", .basic_constraints = "critical,CA:TRUE,pathlen:0"});
  const auto below = narrow.issue_authority({.name = "Below"});
  const auto leaf = below.issue({.dns_names = {"pay.example"}});
  expect({"signed by a CA that was not to be",
          with_key(leaf, {below.certificate(), narrow.certificate()}), kForeign,
          by({root.certificate()})});
}

TEST_CASE("a self-signed CA may be named as its own issuer") {
  const auto self =
      Leaf::self_signed({.dns_names = {"self.example"}, .basic_constraints = "critical,CA:TRUE"});
  auto require = by({self.certificate()});
  expect({"as a server it is held", with_key(self, {}), Reason::not_for_servers, require});
  require.usage = v1::Usage::any;
  expect({"as what it is it passes", with_key(self, {}), {}, require});
}

TEST_CASE("a text of CA certificates holds CA certificates and nothing else") {
  const World world;
  const auto root = world.root.certificate();
  struct Case {
    const char* name;
    std::string text;
    std::string fault;
  };
  std::string many;
  for (int i = 0; i < 65; ++i) many += root;
  const Case cases[] = {
      {"one", root, ""},
      {"several, with comments", "Root\n" + root + "Inner\r\n" + world.inner.certificate(), ""},
      {"a leaf", world.leaf.certificate(), "holds a certificate that is no CA's"},
      {"a leaf behind a CA", root + world.leaf.certificate(),
       "holds a certificate that is no CA's"},
      {"nothing", "", "holds no PEM block"},
      {"no certificate", "-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n",
       "holds a block that is no certificate"},
      {"half of one", root.substr(0, root.size() / 2), "ends in the middle of a PEM block"},
      {"a key", world.root.private_key(), "holds a PEM block of another kind"},
      {"65 of them", many, "holds more than 64 PEM blocks"},
  };
  for (const auto& one : cases) {
    INFO(one.name);
    CHECK(fault_of_authorities(one.text) == one.fault);
  }
}

}  // namespace
}  // namespace certloop::tls
