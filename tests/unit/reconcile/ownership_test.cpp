// Whose the target is: what onExisting, drift and suspend do, and other writers.
#include "tests/support/catch.h"
#include "tests/unit/reconcile/world.h"

namespace certloop {
namespace {

using namespace std::chrono_literals;
using test::binding_of;
using test::Call;
using test::reason_of;
using test::tls_target;
using test::World;

v1::Binding owned(v1::Ownership ownership) {
  auto binding = binding_of("b", {tls_target()});
  binding.ownership = ownership;
  return binding;
}

// Looks that remember, as the dispatcher makes them.
struct Remembering {
  World world{};
  std::vector<TargetMemory> memories{TargetMemory{}};

  TargetOutcome look(const v1::Binding& binding) {
    auto outcome =
        world.reconciler.reconcile(binding, world.clock.steady_now() + 60s, memories).targets[0];
    if (outcome.memory) memories[0] = *outcome.memory;
    return outcome;
  }
  void scribble() {
    world.cloud.put(tls_target(), "tls", {{"tls_cert", "scribbled"}, {"tls_key", "over"}});
  }
};

}  // namespace

TEST_CASE("onExisting: what was there before is replaced or held, and a hold writes nothing") {
  for (const auto on_existing :
       {v1::OnExisting::adopt, v1::OnExisting::adopt_if_equal, v1::OnExisting::refuse}) {
    DYNAMIC_SECTION(v1::to_string(on_existing)) {
      Remembering bench;
      bench.world.rotate();
      bench.scribble();
      const bool adopts = on_existing == v1::OnExisting::adopt;
      CHECK(reason_of(bench.look(owned({on_existing, {}, false}))) ==
            (adopts ? Reason::content_differs : Reason::not_ours));
      CHECK(bench.world.cloud.writes().size() == (adopts ? 1U : 0U));
    }
  }
}

TEST_CASE("onExisting: refuse replaces what an earlier look of the same process created") {
  Remembering bench;
  const auto binding = owned({v1::OnExisting::refuse, {}, false});
  bench.world.rotate();
  CHECK(reason_of(bench.look(binding)) == Reason::target_missing);
  bench.world.rotate();
  CHECK(reason_of(bench.look(binding)) == Reason::content_differs);
  bench.world.rotate();
  bench.memories = {TargetMemory{}};  // another process
  CHECK(reason_of(bench.look(binding)) == Reason::not_ours);
}

TEST_CASE("onExisting: refuse knows its own creation even when the answer to it was lost") {
  Remembering bench;
  const auto binding = owned({v1::OnExisting::refuse, {}, false});
  bench.world.rotate();
  bench.world.cloud.lose_answer(Call::create, 1);
  CHECK(bench.look(binding).error);
  SECTION("found again as it was made") {
    CHECK(reason_of(bench.look(binding)) == Reason::in_sync);
  }
  SECTION("found again after a further rotation") {}
  bench.world.rotate();
  CHECK(reason_of(bench.look(binding)) == Reason::content_differs);
}

TEST_CASE("drift: report leaves what somebody changed and writes the next certificate") {
  Remembering bench;
  const auto binding = owned({{}, v1::Drift::report, false});
  bench.world.rotate();
  bench.look(binding);
  bench.scribble();
  CHECK(reason_of(bench.look(binding)) == Reason::drift_reported);
  CHECK(bench.world.cloud.stored(tls_target())->data.at("tls_key") == "over");
  const auto leaf = bench.world.rotate();
  CHECK(reason_of(bench.look(binding)) == Reason::content_differs);
  CHECK(bench.world.cloud.stored(tls_target())->data == bench.world.tls_data(leaf));
}

TEST_CASE("a target that another writer keeps changing is held at the third change") {
  Remembering bench;
  const auto binding = owned({});
  bench.world.rotate();
  bench.look(binding);
  for (const Reason reason :
       {Reason::content_differs, Reason::content_differs, Reason::contended, Reason::contended}) {
    bench.scribble();
    CHECK(reason_of(bench.look(binding)) == reason);
  }
  CHECK(bench.world.cloud.writes().size() == 3);
}

TEST_CASE("a write whose answer was lost does not count as another writer's change") {
  Remembering bench;
  bench.world.rotate();
  bench.look(owned({}));
  bench.world.rotate();
  bench.world.cloud.lose_answer(Call::replace, 1);
  CHECK(bench.look(owned({})).error);
  bench.world.rotate();
  CHECK(reason_of(bench.look(owned({}))) == Reason::content_differs);
  CHECK(bench.memories[0].foreign.count == 0);
}

TEST_CASE("suspend: nothing is written, and the plan says what would be") {
  World world;
  v1::Ownership ownership;
  ownership.suspend = true;
  const auto binding = owned(ownership);
  const auto look = [&] { return world.look(binding).targets[0]; };
  CHECK(look().plan->message.find("would hold, SourceMissing") != std::string::npos);
  const auto leaf = world.rotate();
  CHECK(reason_of(look()) == Reason::suspended);
  CHECK(look().plan->message.find("would create") != std::string::npos);
  world.cloud.put(tls_target(), "tls", {{"tls_cert", "old"}, {"tls_key", "old"}});
  CHECK(look().plan->message.find("would replace") != std::string::npos);
  world.cloud.put(tls_target(), "tls", world.tls_data(leaf));
  CHECK(reason_of(look()) == Reason::in_sync);
  CHECK(look().plan->message.find("suspended") != std::string::npos);
  CHECK(world.cloud.writes().empty());
}

}  // namespace certloop
