#include "controller/reconcile/reconciler.h"

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

}  // namespace

TEST_CASE("one read of the source serves all targets") {
  World world;
  world.rotate();
  const auto outcome =
      world.look(binding_of("b", {tls_target("a"), tls_target("b"), tls_target("c")}));
  CHECK(outcome.targets.size() == 3);
  CHECK(world.cloud.calls(Call::read_source) == 1);
  CHECK(world.cloud.writes().size() == 3);
  REQUIRE(outcome.leaf);
  CHECK(outcome.leaf->dns_names == std::vector<std::string>{"pay.example.com"});
}

TEST_CASE("a wide mapping has more time than a narrow one") {
  const std::vector<v1::Target> targets(100, tls_target());
  CHECK(time_for(binding_of("narrow", {tls_target()}), 60s) == 60s);
  CHECK(time_for(binding_of("wide", targets), 60s) == 360s);
}

TEST_CASE("a dry run plans what a run would write, writes nothing and does not say it wrote") {
  World world;
  world.rotate();
  world.cloud.put(tls_target("b"), "tls", {{"tls_cert", "old"}});
  DryRunTarget dry(world.cloud);
  Reconciler planner(world.cloud, dry, world.clock);
  const auto outcome = planner.reconcile(binding_of("b", {tls_target("a"), tls_target("b")}),
                                         world.clock.steady_now() + 60s);
  CHECK(reason_of(outcome.targets[0]) == Reason::target_missing);
  CHECK(reason_of(outcome.targets[1]) == Reason::content_differs);
  CHECK(world.cloud.calls(Call::create) == 0);
  CHECK(world.cloud.calls(Call::replace) == 0);
  for (const auto& target : outcome.targets) {
    CHECK_FALSE(target.wrote);
    const auto status = fold(unobserved(world.clock.wall_now()), target, world.clock.wall_now());
    CHECK(status.ready.status == v1::ConditionStatus::no);
    CHECK_FALSE(status.written_at);
  }
}

}  // namespace certloop
