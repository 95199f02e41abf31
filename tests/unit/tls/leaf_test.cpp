#include <openssl/err.h>

#include <chrono>

#include "tests/unit/tls/support.h"

namespace certloop::tls {
namespace {

using namespace std::chrono_literals;
using Names = std::vector<std::string>;

LeafFacts facts_of(const test_pki::Request& request) {
  const auto leaf = Leaf::self_signed(request);
  return bundle_of(payload(leaf.certificate(), {}, leaf.private_key())).facts.leaf;
}

TEST_CASE("a certificate's names are those that a host can be called") {
  const std::string nul(1, '\0');
  struct Case {
    const char* name;
    test_pki::Request request;
    Names expected;
  };
  const Case cases[] = {
      {"in their order", {.dns_names = {"b.example", "a.example"}}, {"b.example", "a.example"}},
      {"lowercased", {.dns_names = {"WWW.Example"}}, {"www.example"}},
      {"with a wildcard", {.dns_names = {"*.example"}}, {"*.example"}},
      {"the common name counts without a SAN", {.name = "Pay.Example"}, {"pay.example"}},
      {"the common name does not count beside addresses alone",
       {.name = "pay.example", .ip_addresses = {"127.0.0.1"}},
       {}},
      {"the common name does not count beside DNS names",
       {.name = "pay.example", .dns_names = {"a.example"}},
       {"a.example"}},
      {"addresses are no names",
       {.dns_names = {"a.example"}, .ip_addresses = {"127.0.0.1", "::1"}},
       {"a.example"}},
      {"a NUL makes a DNS name absent",
       {.dns_names = {"good.example" + nul + ".evil.example", "a.example"}},
       {"a.example"}},
      {"and does not bring the common name back",
       {.name = "pay.example", .dns_names = {"good.example" + nul}},
       {}},
      {"a NUL makes the common name absent", {.name = "good.example" + nul + ".evil.example"}, {}},
      {"a person is no host", {.name = "Jane Doe"}, {}},
      {"control characters make a name absent", {.dns_names = {"a.example\n"}}, {}},
      {"beyond ASCII makes a common name absent",
       {.name = "b\xc3\xbc"
                "cher.example"},
       {}},
  };
  for (const auto& one : cases) {
    INFO(one.name);
    CHECK(facts_of(one.request).dns_names == one.expected);
  }
}

TEST_CASE("a serial is written as Secrets Manager writes it") {
  struct Case {
    const char* hex;
    const char* expected;
  };
  const Case cases[] = {{"0a1b2c", "0a:1b:2c"},
                        {"A", "0a"},
                        {"00", "00"},
                        {"FF00", "ff:00"},
                        {"80", "80"},
                        {"-05", "-05"},
                        {"0102030405060708090a0b0c0d0e0f1011121314",
                         "01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f:10:11:12:13:14"}};
  for (const auto& one : cases) {
    CHECK(facts_of({.name = "a.example", .serial = one.hex}).serial == one.expected);
  }
}

TEST_CASE("a subject is one printable line of bounded length") {
  struct Case {
    test_pki::Request request;
    std::string expected;
  };
  const Case cases[] = {
      {{.name = "pay.example", .organization = "Example"}, "CN=pay.example,O=Example"},
      {{.dns_names = {"a.example"}}, "CN=a.example"},
      {{.name = "two\nlines"}, "CN=two\\0Alines"},
      {{.name = "a,b+c"}, "CN=a\\,b\\+c"},
      {{.name = "b\xc3\xbc"}, "CN=b\\C3\\BC"},
      {{.ip_addresses = {"127.0.0.1"}}, "(no name)"},
  };
  for (const auto& one : cases) CHECK(facts_of(one.request).subject == one.expected);
}

TEST_CASE("a long issuer is cut to 256 characters") {
  // Each of these characters is escaped to six, and a common name may have 64 of them.
  std::string name;
  for (int i = 0; i < 64; ++i) name += "\xc3\xbc";
  const auto issuer = Authority::self_signed({.name = name});
  const World world;
  const auto leaf = issuer.issue({.dns_names = {"a.example"}});
  const auto bundle =
      bundle_of(payload(leaf.certificate(), {world.inner.certificate()}, leaf.private_key()));
  CHECK(bundle.facts.missing_issuer.size() == 256);
  CHECK(bundle.facts.missing_issuer.substr(0, 9) == "CN=\\C3\\BC");
  CHECK(bundle.facts.missing_issuer.substr(253) == "...");
}

TEST_CASE("an issuer without a name still makes a gap") {
  const auto nameless = Authority::self_signed({});
  const World world;
  const auto leaf = nameless.issue({.dns_names = {"a.example"}});
  const auto bundle =
      bundle_of(payload(leaf.certificate(), {world.inner.certificate()}, leaf.private_key()));
  CHECK(bundle.facts.missing_issuer == "(no name)");
}

TEST_CASE("validity is read to the second, in whichever form the year demands") {
  const auto at = [](int year, unsigned month, unsigned day, std::chrono::seconds time) {
    return WallTime(std::chrono::sys_days{std::chrono::year{year} / static_cast<int>(month) /
                                          static_cast<int>(day)} +
                    time);
  };
  struct Case {
    const char* name;
    WallTime from;
    WallTime to;
  };
  const Case cases[] = {
      {"two-digit years", at(1999, 12, 31, 23h + 59min + 59s), at(2049, 12, 31, 23h + 59min + 59s)},
      {"four-digit years", at(2050, 1, 1, 0s), at(9999, 12, 31, 23h + 59min + 59s)},
      {"a leap day", at(2024, 2, 29, 12h), at(2028, 2, 29, 1s)},
      {"before the epoch", at(1960, 7, 4, 1h), at(1969, 12, 31, 23h)},
  };
  for (const auto& one : cases) {
    INFO(one.name);
    const auto facts = facts_of({.name = "a.example", .not_before = one.from, .not_after = one.to});
    CHECK(facts.not_before == one.from);
    CHECK(facts.not_after == one.to);
  }
}

TEST_CASE("the leaf is the certificate of the key, else no CA, else the first") {
  const World world;
  const auto other = world.inner.issue({.dns_names = {"other.example"}});
  const auto root = world.root.certificate();
  const auto inner = world.inner.certificate();
  const auto leaf = world.leaf.certificate();
  struct Case {
    const char* name;
    std::string certificate;
    Texts issuers;
    std::string key;
    std::string expected;
    bool has_key;
    bool matches;
  };
  const auto unrelated = Key::make().pem();
  const Case cases[] = {
      {"the key fits the first", leaf + inner, {}, world.leaf.private_key(), leaf, true, true},
      {"the key fits the second",
       other.certificate() + leaf,
       {},
       world.leaf.private_key(),
       leaf,
       true,
       true},
      {"the key fits an issuer",
       other.certificate(),
       {inner},
       world.inner.private_key(),
       inner,
       true,
       true},
      {"the key fits none", inner + leaf, {}, unrelated, leaf, true, false},
      {"no key", inner + leaf, {root}, "", leaf, false, false},
      {"a blank key is none", leaf, {}, " \r\n", leaf, false, false},
      {"no key, two that are no CA", leaf + other.certificate(), {}, "", leaf, false, false},
      {"no key, CAs only", inner + root, {}, "", inner, false, false},
      {"no key, the leaf among the issuers", inner, {root, leaf}, "", leaf, false, false},
  };
  for (const auto& one : cases) {
    INFO(one.name);
    const auto bundle = bundle_of(payload(one.certificate, one.issuers, one.key));
    CHECK(bundle.certificate == one.expected);
    CHECK(bundle.facts.has_key == one.has_key);
    CHECK(bundle.facts.key_matches == one.matches);
    CHECK(bundle.private_key.empty() != one.has_key);
  }
}

TEST_CASE("the parts are the texts of a target") {
  const World world;
  const auto leaf = world.leaf.certificate();
  const auto chain = world.inner.certificate() + world.outer.certificate();
  const auto key = world.leaf.private_key();
  const auto bundle = bundle_of(payload(leaf, {chain}, key));
  CHECK(bundle.part(v1::Part::certificate).reveal() == leaf);
  CHECK(bundle.part(v1::Part::chain).reveal() == chain);
  CHECK(bundle.part(v1::Part::fullchain).reveal() == leaf + chain);
  CHECK(bundle.part(v1::Part::private_key).reveal() == key);

  const auto bare = bundle_of(payload(leaf));
  CHECK(bare.part(v1::Part::chain).empty());
  CHECK(bare.part(v1::Part::fullchain).reveal() == leaf);
  CHECK(bare.part(v1::Part::private_key).empty());
}

TEST_CASE("nothing is left in OpenSSL's error queue") {
  const World world;
  inspect(payload("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")).has_value();
  CHECK(ERR_peek_error() == 0);
  bundle_of(payload(test_pki::with_damaged_signature(world.leaf.certificate()),
                    {world.inner.certificate()}, Key::make().pem()));
  CHECK(ERR_peek_error() == 0);
  fingerprint(SecretBytes("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"));
  CHECK(ERR_peek_error() == 0);
}

}  // namespace
}  // namespace certloop::tls
