// What is held, and when it is looked at again.
#include "tests/support/catch.h"
#include "tests/unit/reconcile/world.h"

namespace certloop {
namespace {

using namespace std::chrono_literals;
using test::binding_of;
using test::generic_target;
using test::reason_of;
using test::source_by_id;
using test::tls_target;
using test::World;

}  // namespace

TEST_CASE("a certificate that is not fit is held: nothing is written") {
  World world;
  const auto good = world.issue();
  const auto stranger = world.issue();
  const WallTime now = world.clock.wall_now();
  const auto expired = world.issue({.not_after = now - 1s});
  const auto early = world.issue({.not_before = now + 1h});
  const auto with = [&](const test_pki::Leaf& leaf) { return world.material(leaf); };
  auto keyless = with(good);
  keyless.private_key.clear();
  auto mismatched = with(good);
  mismatched.private_key = stranger.private_key();
  auto gap = with(good);
  gap.issuers = {test_pki::Authority::self_signed({.name = "Elsewhere"}).certificate()};
  auto garbage = with(good);
  garbage.certificate = "garbage";
  auto locked = with(good);
  locked.private_key = good.key().encrypted_pem();
  struct Case {
    const char* fact;
    test::Material material;
    Reason reason;
  };
  const std::vector<Case> cases = {
      {"no key", keyless, Reason::key_missing},
      {"another's key", mismatched, Reason::key_mismatch},
      {"a chain gap", gap, Reason::chain_gap},
      {"no longer valid", with(expired), Reason::expired},
      {"not yet valid", with(early), Reason::not_yet_valid},
      {"no PEM at all", garbage, Reason::source_unreadable},
      {"an encrypted key", locked, Reason::source_unreadable},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.fact) {
      world.cloud.put(source_by_id(), c.material);
      const auto outcome = world.look_at(tls_target());
      CHECK(reason_of(outcome) == c.reason);
      CHECK_FALSE(outcome.error);
      CHECK(world.cloud.writes().empty());
    }
  }
}

TEST_CASE("a source that went back is held until the mapping allows it") {
  test::World world;
  const auto target = test::tls_target();
  const auto now = world.clock.wall_now();
  const auto publish = [&](std::chrono::hours ends) {
    const auto leaf = world.issue({.not_after = now + ends});
    world.cloud.put(test::source_by_id(), world.material(leaf));
    return leaf;
  };
  const auto newer = publish(90 * 24h);
  REQUIRE(world.look_at(target).wrote);
  const auto older = publish(30 * 24h);
  const auto held = world.look_at(target);
  CHECK_FALSE(held.wrote);
  CHECK(held.plan->reason == Reason::older_than_in_place);
  CHECK(world.cloud.stored(target)->data == world.tls_data(newer));

  auto binding = test::binding_of("b", {target});
  binding.require = v1::Require{.allow_older = true};
  CHECK(world.look(binding).targets[0].wrote);
  CHECK(world.cloud.stored(target)->data == world.tls_data(older));
}

TEST_CASE("a source that is gone or unreadable is held, its old secret stays") {
  World world;
  const auto leaf = world.rotate();
  world.look_at(tls_target());
  SECTION("deleted") {
    world.cloud.remove(source_by_id());
    CHECK(reason_of(world.look_at(tls_target())) == Reason::source_missing);
  }
  SECTION("without a readable version") {
    world.cloud.make_unreadable(source_by_id(), "the secret is destroyed");
    const auto outcome = world.look_at(tls_target());
    CHECK(reason_of(outcome) == Reason::source_unreadable);
    CHECK(outcome.plan->message == "the secret is destroyed");
  }
  CHECK(world.cloud.stored(tls_target())->data == world.tls_data(leaf));
}

TEST_CASE("a target of another format or without visible content is held") {
  World world;
  world.rotate();
  SECTION("another format") {
    world.cloud.put(tls_target(), "generic", {{"theirs", "x"}});
    CHECK(reason_of(world.look_at(tls_target())) == Reason::target_other_format);
  }
  SECTION("hidden content") {
    world.cloud.put(tls_target(), "tls", {});
    world.cloud.hide_content();
    CHECK(reason_of(world.look_at(tls_target())) == Reason::target_hidden);
  }
  CHECK(world.cloud.writes().empty());
}

TEST_CASE("a gate that holds one target does not hold one that needs no key") {
  World world;
  const auto leaf = world.issue();
  auto keyless = world.material(leaf);
  keyless.private_key.clear();
  world.cloud.put(source_by_id(), keyless);
  const auto trust = generic_target({{"ca.pem", v1::Part::chain}});
  const auto outcome = world.look(binding_of("b", {tls_target(), trust}));
  CHECK(reason_of(outcome.targets[0]) == Reason::key_missing);
  CHECK(outcome.targets[1].wrote);
}

TEST_CASE("a certificate that becomes valid later is looked at then") {
  World world;
  const auto leaf = world.issue({.not_before = world.clock.wall_now() + 90s});
  world.cloud.put(source_by_id(), world.material(leaf));
  const auto outcome = world.look(binding_of());
  REQUIRE(std::holds_alternative<After>(outcome.next));
  CHECK(std::get<After>(outcome.next).wait == Duration(90s));
  world.clock.advance(90s);
  CHECK(world.look_at(tls_target()).wrote);
}

TEST_CASE("a held source is looked at again at the resync, not in a loop") {
  World world;
  CHECK(std::holds_alternative<AtResync>(world.look(binding_of()).next));
}

}  // namespace certloop
