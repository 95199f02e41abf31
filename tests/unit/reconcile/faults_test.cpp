// Calls that fail, answers that are lost, and others who write at the same time.
#include "controller/core/text.h"
#include "tests/support/catch.h"
#include "tests/unit/reconcile/world.h"

namespace certloop {
namespace {

using namespace std::chrono_literals;
using test::binding_of;
using test::Call;
using test::reason_of;
using test::source_by_id;
using test::tls_target;
using test::World;

}  // namespace

TEST_CASE("a source that cannot be read fails every target and writes none") {
  World world;
  world.rotate();
  world.cloud.fail(Call::read_source, 1, ErrorCode::unavailable);
  const auto outcome = world.look(binding_of("b", {tls_target("a"), tls_target("b")}));
  REQUIRE(outcome.targets.size() == 2);
  for (const auto& target : outcome.targets) {
    REQUIRE(target.error);
    CHECK(target.error->code == ErrorCode::unavailable);
    CHECK_FALSE(target.plan);
  }
  CHECK(world.cloud.writes().empty());
  CHECK_FALSE(outcome.leaf);
  CHECK(std::holds_alternative<Backoff>(outcome.next));
}

TEST_CASE("a newer certificate that another controller wrote meanwhile is never written over") {
  World world;
  world.rotate();
  world.look_at(tls_target());
  world.rotate();  // what this look sets out to write
  const auto newest = world.issue();
  const auto other_controller = [&] {
    world.cloud.put(source_by_id(), world.material(newest));
    world.cloud.put(tls_target(), "tls", world.tls_data(newest));
  };
  const auto [call, number] =
      GENERATE(std::pair(Call::read_target, 2), std::pair(Call::read_source, 2),
               std::pair(Call::replace, 1));
  world.cloud.on(call, number, {other_controller, {}, false});
  world.look_at(tls_target());
  CHECK(world.cloud.stored(tls_target())->data == world.tls_data(newest));
}

TEST_CASE("a failing target does not stop the others") {
  World world;
  world.rotate();
  const v1::Binding binding = binding_of("b", {tls_target("a"), tls_target("b"), tls_target("c")});
  SECTION("when it cannot be read") {
    world.cloud.fail(Call::read_target, 2, ErrorCode::denied);
    const auto outcome = world.look(binding);
    CHECK(outcome.targets[1].error->code == ErrorCode::denied);
    CHECK_FALSE(outcome.targets[1].plan);
    CHECK(std::holds_alternative<AtResync>(outcome.next));
  }
  SECTION("when it cannot be written") {
    world.cloud.fail(Call::create, 2, ErrorCode::unavailable);
    const auto outcome = world.look(binding);
    CHECK(outcome.targets[1].error->code == ErrorCode::unavailable);
    CHECK(reason_of(outcome.targets[1]) == Reason::target_missing);
    CHECK(std::holds_alternative<Backoff>(outcome.next));
  }
  CHECK(world.cloud.stored(tls_target("a")));
  CHECK_FALSE(world.cloud.stored(tls_target("b")));
  CHECK(world.cloud.stored(tls_target("c")));
}

TEST_CASE("a certificate near its end says which error keeps it in place") {
  World world;
  const WallTime now = world.clock.wall_now();
  const auto publish = [&](std::chrono::hours ends) {
    world.cloud.put(source_by_id(), world.material(world.issue({.not_after = now + ends})));
  };
  publish(3 * 24h);
  REQUIRE(world.look_at(tls_target()).expiring.state == Expiry::not_renewed);
  publish(80 * 24h);
  const auto [call, number] =
      GENERATE(std::pair(Call::read_source, 2), std::pair(Call::replace, 1));
  world.cloud.fail(call, number, ErrorCode::unavailable);
  const auto expiring = world.look_at(tls_target()).expiring;
  CHECK(expiring.state == Expiry::not_replaced);
  CHECK(expiring.message ==
        "the certificate in place expires on " + rfc3339(now + 3 * 24h) + "; arranged by the test");
}

TEST_CASE("another writer between our read and our write wins, and the next look decides anew") {
  World world;
  world.rotate();
  world.look_at(tls_target());
  const auto leaf = world.rotate();
  SECTION("it replaced the secret") {
    world.cloud.on(Call::replace, 1,
                   {[&] {
                      world.cloud.put(tls_target(), "tls", {{"tls_cert", "theirs"}});
                    },
                    {},
                    false});
  }
  SECTION("it deleted the secret") {
    world.cloud.on(Call::replace, 1, {[&] { world.cloud.remove(tls_target()); }, {}, false});
  }
  const auto outcome = world.look(binding_of());
  CHECK(outcome.targets[0].error->code == ErrorCode::conflict);
  CHECK_FALSE(outcome.targets[0].wrote);
  CHECK(std::holds_alternative<Backoff>(outcome.next));
  CHECK(world.cloud.writes().size() == 1);
  CHECK(world.look_at(tls_target()).wrote);
  CHECK(world.cloud.stored(tls_target())->data == world.tls_data(leaf));
}

TEST_CASE("a secret created between our read and our create is not overwritten") {
  World world;
  world.rotate();
  world.cloud.on(Call::create, 1,
                 {[&] {
                    world.cloud.put(tls_target(), "tls", {{"x", "y"}});
                  },
                  {},
                  false});
  CHECK(world.look_at(tls_target()).error->code == ErrorCode::conflict);
  CHECK(world.cloud.stored(tls_target())->data == test::Texts{{"x", "y"}});
}

TEST_CASE("an answer lost after the write was applied is found in sync, and not written again") {
  World world;
  const auto leaf = world.rotate();
  SECTION("of a create") {
    world.cloud.lose_answer(Call::create, 1);
    CHECK(world.look_at(tls_target()).error->code == ErrorCode::unavailable);
  }
  SECTION("of a replace") {
    world.cloud.put(tls_target(), "tls", {});
    world.cloud.lose_answer(Call::replace, 1);
    CHECK(world.look_at(tls_target()).error->code == ErrorCode::unavailable);
  }
  CHECK(reason_of(world.look_at(tls_target())) == Reason::in_sync);
  CHECK(world.cloud.writes().size() == 1);
  CHECK(world.cloud.stored(tls_target())->data == world.tls_data(leaf));
}

TEST_CASE("a run makes at most one write for each target, even when it fails") {
  World world;
  world.rotate();
  for (int i = 1; i <= 3; ++i) world.cloud.fail(Call::create, i, ErrorCode::conflict);
  world.look(binding_of("b", {tls_target("a"), tls_target("b"), tls_target("c")}));
  CHECK(world.cloud.calls(Call::create) == 3);
  CHECK(world.cloud.calls(Call::replace) == 0);
}

TEST_CASE("a target's Retry-After is kept while its source is held or fails") {
  const Error busy{ErrorCode::unavailable, "busy", 90s};
  const auto floor_of = [](const Outcome& outcome) {
    const auto* backoff = std::get_if<Backoff>(&outcome.next);
    return backoff ? backoff->floor : std::nullopt;
  };
  World world;
  world.cloud.make_unreadable(source_by_id(), "destroyed");
  world.cloud.on(Call::read_target, 1, {{}, busy, false});
  CHECK(floor_of(world.look(binding_of("b", {tls_target()}))) == 90s);

  world.cloud.on(Call::read_target, 2, {{}, busy, false});
  world.cloud.fail(Call::read_source, 2, ErrorCode::unavailable);
  CHECK(floor_of(world.look(binding_of("b", {tls_target()}))) == 90s);

  const auto calm = world.look(binding_of("b", {tls_target()}));
  CHECK(std::holds_alternative<AtResync>(calm.next));
}

}  // namespace certloop
