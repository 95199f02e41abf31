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

TEST_CASE("what the mapping names is ours, everything else is carried over") {
  const auto target = test::generic_target({{"a", v1::Part::certificate}, {"b", v1::Part::chain}});
  const auto result = merged(target, data_of({{"a", "new"}}),
                             data_of({{"a", "old"}, {"b", "old chain"}, {"theirs", "x"}}));
  REQUIRE(result.size() == 2);
  CHECK(result.at("a").reveal() == "new");
  CHECK(result.at("theirs").reveal() == "x");
}

}  // namespace certloop
