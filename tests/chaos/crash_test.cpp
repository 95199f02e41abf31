#include <csignal>
#include <iostream>

#include "tests/chaos/observer.h"
#include "tests/support/catch.h"

using namespace e2e;
using namespace chaos;

// kill -9 at every outgoing call. The cloud holds back its answer to call n, once before and once
// after it has done what was asked; then the controller dies, and another one must make it right
// with exactly the writes that were needed in all.
namespace {

constexpr std::size_t kNeededWrites = 3;

// By id: one target to create, one to replace. By name: one to create.
struct Scene {
  World world{};
  Pki pki{};
  Certificate wanted = pki.issue("shop.example.com");
  std::uint64_t start = 0;

  Scene() {
    const std::string id = world.import_certificate("front", wanted);
    put_in_place(world, "admin", "b", pki.issue("shop.example.com"));
    world.map("by-id", id, {{"shop", "a"}, {"admin", "b"}});
    world.map_by_name("by-name", "front", {{"shop", "c"}});
    world.write_mapping();
    start = mark(world);
  }

  // One worker: the order of the calls is the same in every life.
  Controller run() { return Controller(world, {"--workers", "1"}); }

  bool settled(Controller& controller) const {
    return controller.logged_all("reconciled", {"shop/a", "admin/b", "shop/c"});
  }
  bool is_right() const {
    return holds(world, "shop", "a", wanted) && holds(world, "admin", "b", wanted) &&
           holds(world, "shop", "c", wanted);
  }
};

// The calls of an undisturbed life, as "ce PUT".
std::vector<std::string> calls_of_one_life() {
  Scene scene;
  Controller controller = scene.run();
  REQUIRE(scene.settled(controller));
  std::vector<std::string> calls;
  for (const Json& entry : requests_since(scene.world, scene.start)) {
    calls.push_back(entry.at("service").get<std::string>() + " " +
                    entry.at("method").get<std::string>());
  }
  REQUIRE(scene.is_right());
  return calls;
}

void kill_at(std::size_t call, bool applied) {
  Scene scene;
  Json hold{{"skip", call}, {"delay_ms", 600'000}};
  if (!applied) hold["status"] = 503;
  scene.world.fault(hold);
  {
    Controller victim = scene.run();
    REQUIRE(eventually([&] { return fault_was_met(scene.world, scene.start); }));
    victim.process().signal(SIGKILL);
    REQUIRE(victim.process().wait() == 128 + SIGKILL);
  }
  end_faults(scene.world);
  Controller next = scene.run();
  REQUIRE(scene.settled(next));
  CHECK(applied_writes(scene.world, scene.start) == kNeededWrites);
  CHECK(scene.is_right());
}

}  // namespace

TEST_CASE("crash: killed at any outgoing call, the next life needs no write twice") {
  const auto calls = calls_of_one_life();
  REQUIRE(calls.size() >= 8);
  std::size_t cases = 0;
  for (std::size_t call = 0; call < calls.size(); ++call) {
    for (const bool applied : {false, true}) {
      INFO("call " << call << ", " << calls[call] << ", applied: " << applied);
      kill_at(call, applied);
      ++cases;
    }
  }
  std::cout << "crash: " << calls.size() << " calls, " << cases << " kills, " << kNeededWrites
            << " writes needed and made in each\n";
}
