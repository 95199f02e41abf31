#include "controller/reconcile/render.h"

#include "tests/support/catch.h"
#include "tests/unit/reconcile/world.h"

namespace certloop {
namespace {

SecretData data_of(const test::Texts& texts) {
  SecretData data;
  for (const auto& [key, value] : texts) data.emplace(key, SecretBytes(std::string_view(value)));
  return data;
}

}  // namespace

TEST_CASE("a fingerprint covers the mapping's keys, by name and by content") {
  const test::World world;
  const auto leaf = world.issue();
  const auto target =
      test::generic_target({{"a", v1::Part::certificate}, {"b", v1::Part::certificate}});
  const auto print = [&](const test::Texts& texts) {
    return fingerprint_of(target, data_of(texts));
  };
  const std::string one = leaf.certificate();
  const std::string two = world.inter.certificate();
  const auto base = print({{"a", one}, {"b", two}});

  CHECK(base == print({{"a", test::with_crlf(one)}, {"b", two}}));
  CHECK(base == print({{"a", one}, {"b", two}, {"theirs", "x"}}));
  CHECK(base != print({{"a", two}, {"b", one}}));
  CHECK(base != print({{"a", one + two}}));
  CHECK(base != print({{"a", one}}));
  CHECK(base != print({{"a", one}, {"b", "garbage"}}));
  CHECK(base != print({{"a", one}, {"b", ""}}));
}

TEST_CASE("an absent key, an empty one and garbage are not the same") {
  const auto target = test::generic_target({{"a", v1::Part::certificate}});
  const auto absent = fingerprint_of(target, {});
  CHECK(absent == fingerprint_of(target, data_of({{"theirs", "x"}})));
  CHECK(absent != fingerprint_of(target, data_of({{"a", ""}})));
  CHECK(absent != fingerprint_of(target, data_of({{"a", "garbage"}})));
}

TEST_CASE("what is in place is the leaf of a whole pair, and of nothing less") {
  const test::World world;
  const auto leaf = world.issue();
  const auto other = world.issue();
  const std::string full = leaf.certificate() + world.inter.certificate();
  const auto tls = test::tls_target();
  const auto files = test::generic_target(
      {{"crt", v1::Part::certificate}, {"chain", v1::Part::chain}, {"key", v1::Part::private_key}});
  const auto public_part = test::generic_target({{"crt", v1::Part::fullchain}});
  const auto chain_alone = test::generic_target({{"chain", v1::Part::chain}});
  struct Case {
    const char* fact;
    v1::Target target;
    test::Texts texts;
    bool whole;
  };
  const std::vector<Case> cases = {
      {"a pair", tls, {{"tls_cert", full}, {"tls_key", leaf.private_key()}}, true},
      {"a pair in pieces",
       files,
       {{"crt", leaf.certificate()},
        {"chain", world.inter.certificate()},
        {"key", leaf.private_key()}},
       true},
      {"a pair whose chain is left out",
       files,
       {{"crt", leaf.certificate()}, {"key", leaf.private_key()}},
       true},
      {"a certificate where no key is asked for", public_part, {{"crt", full}}, true},
      {"another one's key", tls, {{"tls_cert", full}, {"tls_key", other.private_key()}}, false},
      {"no key where one is asked for", tls, {{"tls_cert", full}}, false},
      {"no certificate", tls, {{"tls_key", leaf.private_key()}}, false},
      {"garbage for a chain",
       files,
       {{"crt", leaf.certificate()}, {"chain", "garbage"}, {"key", leaf.private_key()}},
       false},
      {"another house's chain",
       files,
       {{"crt", leaf.certificate()},
        {"chain", test_pki::Authority::self_signed({.name = "Other"}).certificate()},
        {"key", leaf.private_key()}},
       false},
      {"a chain alone", chain_alone, {{"chain", world.inter.certificate()}}, false},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.fact) {
      const auto found = leaf_in(c.target, data_of(c.texts));
      REQUIRE(found.has_value() == c.whole);
      if (found) CHECK(found->dns_names == std::vector<std::string>{"pay.example.com"});
    }
  }
}

TEST_CASE("what the mapping names is ours, everything else is carried over") {
  const auto target = test::generic_target({{"a", v1::Part::certificate}, {"b", v1::Part::chain}});
  const auto result = merged(target, data_of({{"a", "new"}}),
                             data_of({{"a", "old"}, {"b", "old chain"}, {"theirs", "x"}}));
  REQUIRE(result.size() == 2);
  CHECK(result.at("a").reveal() == "new");
  CHECK(result.at("theirs").reveal() == "x");
}

}  // namespace certloop
