#include "controller/engine/runner.h"

#include <atomic>
#include <future>
#include <latch>
#include <set>

#include "tests/support/catch.h"
#include "tests/support/fakes_binding.h"
#include "tests/support/fakes_clock.h"
#include "tests/support/fakes_cloud.h"
#include "tests/support/fakes_telemetry.h"

// Real threads, no sleeps: tests wait for what must happen, with a deadline that only a broken
// runner meets.
namespace certloop {
namespace {

using namespace std::chrono_literals;
using test::binding_of;
using test::Call;
using test::Fault;
using test::source_by_id;

constexpr auto kNever = 30s;

// The source answers "missing": a run is one read and a hold.
struct Bench {
  explicit Bench(unsigned workers = 4)
      : runner(
            reconciler, telemetry, clock, [] { return 0.0; }, options(workers)) {}

  static RunnerOptions options(unsigned workers) {
    RunnerOptions options;
    options.workers = workers;
    return options;
  }

  test::RealClock clock;
  test::FakeCloud cloud;
  test::RecordingTelemetry telemetry;
  Reconciler reconciler{cloud, cloud, clock};
  Runner runner;

  // Asserts nothing, since assertions are for one thread: one who may not wait gets a broken
  // promise.
  std::future<WakeResult> wake(const std::string& secret_id = source_by_id().id) {
    auto promise = std::make_shared<std::promise<WakeResult>>();
    auto future = promise->get_future();
    runner.wake({{"", secret_id, "", ""}}, Trigger::notified,
                [promise](WakeResult r) { promise->set_value(std::move(r)); });
    return future;
  }
  static WakeResult heard(std::future<WakeResult>& future) {
    REQUIRE(future.wait_for(kNever) == std::future_status::ready);
    return future.get();
  }
};

// A gate that holds calls until the test opens it.
struct Gate {
  std::promise<void> opened;
  std::shared_future<void> open = opened.get_future().share();
  std::latch reached{1};
};

}  // namespace

TEST_CASE("a wake-up is run and its waiter hears what became of it") {
  Bench bench;
  bench.runner.set_bindings({binding_of("a")});
  bench.runner.start();
  auto future = bench.wake();
  const auto result = Bench::heard(future);
  REQUIRE(result.runs.size() == 1);
  CHECK(result.runs[0].outcome->targets[0].plan->reason == Reason::source_missing);
  CHECK(bench.runner.stop(kNever));
  CHECK(bench.runner.statuses().at(0).targets[0].ready.reason == "SourceMissing");
  CHECK(bench.telemetry.reconciled().at(0).target == "shop/storefront-tls");
}

TEST_CASE("a thousand wake-ups at once for one binding make at most two runs") {
  Bench bench;
  Gate gate;
  bench.cloud.on(Call::read_source, 1,
                 {[&] {
                    gate.reached.count_down();
                    gate.open.wait();
                  },
                  {},
                  false});
  bench.runner.set_bindings({binding_of("a")});
  bench.runner.start();
  gate.reached.wait();  // the first run is under way
  std::vector<std::future<WakeResult>> futures;
  for (int i = 0; i < 1000; ++i) futures.push_back(bench.wake());
  gate.opened.set_value();
  for (auto& future : futures) CHECK(Bench::heard(future).runs.size() == 1);
  CHECK(bench.cloud.calls(Call::read_source) == 2);
  CHECK(bench.runner.stop(kNever));
}

TEST_CASE("four workers never run one binding at once") {
  Bench bench;
  std::atomic<int> at_once{0};
  std::atomic<bool> overlapped{false};
  bench.cloud.on_every([&](Call) {
    if (at_once.fetch_add(1) > 0) overlapped = true;
    std::this_thread::yield();
    at_once.fetch_sub(1);
  });
  bench.runner.set_bindings({binding_of("a")});
  bench.runner.start();
  const auto fifty_runs = [&] {
    std::size_t runs = 0;
    for (int i = 0; i < 50; ++i) runs += bench.wake().get().runs.size();
    return runs;
  };
  std::vector<std::future<std::size_t>> callers;
  for (int c = 0; c < 4; ++c) callers.push_back(std::async(std::launch::async, fifty_runs));
  for (auto& caller : callers) CHECK(caller.get() == 50);
  CHECK_FALSE(overlapped);
  CHECK(bench.runner.stop(kNever));
}

TEST_CASE("different bindings run at once, as many as there are workers") {
  Bench bench;
  std::latch all_there(4);  // opens only when four calls are in it together
  bench.cloud.on_every([&](Call call) {
    if (call == Call::read_source) all_there.arrive_and_wait();
  });
  std::vector<v1::Binding> bindings;
  for (const char* id : {"a", "b", "c", "d"}) {
    bindings.push_back(binding_of(id, {test::tls_target(id)}));
  }
  bench.runner.set_bindings(bindings);
  auto future = bench.wake();  // by one source id: all four
  bench.runner.start();
  CHECK(Bench::heard(future).runs.size() == 4);
  CHECK(bench.runner.stop(kNever));
}

TEST_CASE("stopping waits for what runs and abandons what does not") {
  Bench bench(1);
  Gate gate;
  bench.cloud.on(Call::read_source, 1,
                 {[&] {
                    gate.reached.count_down();
                    gate.open.wait();
                  },
                  {},
                  false});
  bench.runner.set_bindings({binding_of("a")});
  bench.runner.start();
  gate.reached.wait();
  auto waiting = bench.wake();
  CHECK_FALSE(bench.runner.stop(Duration::zero()));  // from here on nothing is begun
  CHECK(Bench::heard(waiting).abandoned);
  gate.opened.set_value();
  CHECK(bench.runner.stop(kNever));
  CHECK(bench.telemetry.reconciled().size() == 1);
  CHECK(bench.cloud.calls(Call::read_source) == 1);
}

TEST_CASE("stopping gives up on a run that outlasts the grace") {
  Bench bench(1);
  Gate gate;
  bench.cloud.on(Call::read_source, 1,
                 {[&] {
                    gate.reached.count_down();
                    gate.open.wait();
                  },
                  {},
                  false});
  bench.runner.set_bindings({binding_of("a")});
  bench.runner.start();
  gate.reached.wait();
  CHECK_FALSE(bench.runner.stop(0ms));
  gate.opened.set_value();
  CHECK(bench.runner.stop(kNever));
}

TEST_CASE("after the stop nothing is taken on") {
  Bench bench;
  bench.runner.set_bindings({binding_of("a")});
  bench.runner.start();
  CHECK(bench.runner.stop(kNever));
  const int before = bench.cloud.calls(Call::read_source);
  bool called = false;
  const auto woken = bench.runner.wake({{"", source_by_id().id, "", ""}}, Trigger::notified,
                                       [&](WakeResult) { called = true; });
  CHECK(woken.bindings == 0);
  CHECK_FALSE(woken.waiting);
  CHECK(bench.runner.wake_all(Trigger::resync, {}) == 0);
  CHECK(bench.cloud.calls(Call::read_source) == before);
  CHECK_FALSE(called);
}

TEST_CASE("an exception in a port is an internal error of the run, without its text") {
  struct NoException {};
  Bench bench(1);
  SECTION("of the standard library") {
    bench.cloud.on(Call::read_source, 1,
                   {[] { throw std::runtime_error("quotes a secret"); }, {}, false});
  }
  SECTION("of any type") {
    bench.cloud.on(Call::read_source, 1, {[] { throw NoException{}; }, {}, false});
  }
  bench.runner.set_bindings({binding_of("a", {test::tls_target("x"), test::tls_target("y")})});
  auto future = bench.wake();
  bench.runner.start();
  const auto result = Bench::heard(future);
  REQUIRE(result.runs.size() == 1);
  REQUIRE(result.runs[0].outcome->targets.size() == 2);
  for (const auto& target : result.runs[0].outcome->targets) {
    CHECK(target.error->code == ErrorCode::internal);
  }
  CHECK(std::holds_alternative<Backoff>(result.runs[0].outcome->next));
  CHECK(bench.telemetry.everything().find("quotes") == std::string::npos);
  auto again = bench.wake();  // the worker is still there
  CHECK(Bench::heard(again).runs[0].outcome->targets[0].plan);
  CHECK(bench.runner.stop(kNever));
}

TEST_CASE("a runner that never started stops at once and tells its waiters") {
  Bench bench;
  bench.runner.set_bindings({binding_of("a")});
  auto waiting = bench.wake();
  CHECK(bench.runner.stop(0ms));
  CHECK(Bench::heard(waiting).abandoned);
}

TEST_CASE("a change of the bindings reaches workers that wait") {
  Bench bench;
  bench.runner.start();
  std::promise<void> looked;
  bench.cloud.on(Call::read_source, 1, {[&] { looked.set_value(); }, {}, false});
  bench.runner.set_bindings({binding_of("a")});
  CHECK(looked.get_future().wait_for(kNever) == std::future_status::ready);
  CHECK(bench.runner.stop(kNever));
}

}  // namespace certloop
