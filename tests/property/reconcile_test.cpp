// The loop at rest and under random disturbance, with real certificates.
#include <rapidcheck/catch.h>

#include "tests/support/catch.h"
#include "tests/unit/reconcile/world.h"

namespace certloop {
namespace {

using test::binding_of;
using test::Call;
using test::source_by_id;
using test::tls_target;
using test::World;

void disturb(World& world, const test_pki::Leaf& stranger) {
  switch (*rc::gen::inRange(0, 6)) {
    case 0:
      world.rotate();
      break;
    case 1:
      world.cloud.remove(tls_target());
      break;
    case 2:
      world.cloud.put(tls_target(), "tls", world.tls_data(stranger));
      break;
    case 3:
      world.cloud.put(tls_target(), "tls", {{"tls_cert", *rc::gen::arbitrary<std::string>()}});
      break;
    default: {
      const auto call =
          *rc::gen::element(Call::read_source, Call::read_target, Call::create, Call::replace);
      const int next = world.cloud.calls(call) + 1;
      if (*rc::gen::arbitrary<bool>()) {
        world.cloud.fail(call, next, ErrorCode::unavailable);
      } else {
        world.cloud.lose_answer(call, next);
      }
    }
  }
}

}  // namespace

TEST_CASE("a thousand looks at what is in sync write nothing") {
  World world;
  world.rotate();
  world.look_at(tls_target());
  for (int i = 0; i < 1000; ++i) {
    const auto outcome = world.look_at(tls_target());
    REQUIRE(outcome.plan);
    REQUIRE(outcome.plan->reason == Reason::in_sync);
  }
  CHECK(world.cloud.writes().size() == 1);
}

TEST_CASE("whatever happened, once the faults end the target holds the certificate") {
  const auto stranger = World().issue();
  rc::prop("after any disturbances, and the last look writes nothing", [&] {
    World world;
    world.rotate();
    const int steps = *rc::gen::inRange(0, 12);
    for (int i = 0; i < steps; ++i) {
      disturb(world, stranger);
      const std::size_t before = world.cloud.writes().size();
      world.look_at(tls_target());
      RC_ASSERT(world.cloud.writes().size() <= before + 1);
    }
    const auto leaf = world.rotate();
    for (int looks = 0; looks < 60; ++looks) {
      const auto outcome = world.look_at(tls_target());
      if (outcome.plan && !outcome.error && outcome.plan->reason == Reason::in_sync) break;
    }
    RC_ASSERT(world.cloud.stored(tls_target())->data == world.tls_data(leaf));
    const std::size_t writes = world.cloud.writes().size();
    const auto last = world.look_at(tls_target());
    RC_ASSERT(last.plan && last.plan->reason == Reason::in_sync);
    RC_ASSERT(world.cloud.writes().size() == writes);
  });
}

}  // namespace certloop
