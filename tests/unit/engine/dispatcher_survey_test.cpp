#include "controller/engine/dispatcher.h"
#include "tests/support/catch.h"
#include "tests/support/fakes_binding.h"

namespace certloop {
namespace {

using namespace std::chrono_literals;

const WallTime kWall = std::chrono::sys_days{std::chrono::year{2026} / 8 / 1};
constexpr auto kFullLook = 6h;

PacePolicy pace() {
  PacePolicy policy;
  policy.full_look = kFullLook;
  policy.resync_jitter = 0;
  return policy;
}

Outcome in_sync(const std::string& version = "v1", const std::string& tag = "1") {
  Outcome outcome;
  outcome.version = version;
  outcome.targets = {{Plan{Reason::in_sync, "", {}}, {}, false, {}, tag}};
  return outcome;
}

Outcome unchanged() {
  Outcome outcome;
  outcome.unchanged = true;
  return outcome;
}

// A dispatcher that makes surveys, over one binding with one target; time is set by hand.
struct Bench {
  Dispatcher dispatcher{pace()};
  SteadyTime now{1h};
  v1::Binding binding = test::binding_of("shop/front");
  std::uint64_t mark = 1;
  std::string tag = "1";

  Bench() {
    binding.resync = 10min;
    dispatcher.set_bindings({binding}, now, kWall);
  }
  Result<Lines> list_of(const Place& place) const {
    if (!place.project_id.empty()) return Lines{TargetLines{{binding.targets[0].secret, tag}}};
    return Lines{SourceLines{{binding.source.id, "imported_cert", "front", mark}}};
  }
  // Makes every list that is due; how many.
  int survey() {
    int lists = 0;
    for (; const auto job = dispatcher.take_survey(now); ++lists) {
      dispatcher.complete_survey(*job, list_of(job->place), now, 0);
    }
    return lists;
  }
  int fail_surveys(ErrorCode code) {
    int lists = 0;
    for (; const auto job = dispatcher.take_survey(now); ++lists) {
      dispatcher.complete_survey(*job, fail(code, "arranged"), now, 0);
    }
    return lists;
  }
  std::optional<Job> take() { return dispatcher.take(now); }
  void complete(const Job& job, Outcome outcome = in_sync()) {
    dispatcher.complete(job, std::move(outcome), now, kWall, 0);
  }
  // The first lists and the first look, as at the start of the program.
  void start() {
    REQUIRE(survey() == 2);
    const auto job = take();
    REQUIRE(job);
    complete(*job);
  }
};

TEST_CASE("quiet resyncs make lists and no look, until the full look is due") {
  Bench bench;
  bench.start();
  int lists = 0;
  const SteadyTime begin = bench.now;
  while (bench.now + 10min < begin + kFullLook) {
    bench.now += 10min;
    lists += bench.survey();
    CHECK_FALSE(bench.take());
  }
  CHECK(lists == 2 * 35);
  bench.now = begin + kFullLook;
  const auto job = bench.take();
  REQUIRE(job);
  CHECK_FALSE(job->suspicion);
}

TEST_CASE("what time alone changes is looked at then, whole, though the lists are quiet") {
  Bench b;
  REQUIRE(b.survey() == 2);
  Outcome ends_soon = in_sync();
  ends_soon.changes_at = kWall + 25min;
  b.complete(*b.take(), ends_soon);
  const SteadyTime due = b.now + 25min;

  b.now += 10min;
  b.mark = 2;
  b.survey();
  const auto question = b.take();
  REQUIRE(question);
  CHECK(question->suspicion);
  b.complete(*question, unchanged());

  b.now = due - 1ms;
  b.survey();
  CHECK_FALSE(b.take());
  b.now = due;
  b.mark = 3;
  b.survey();
  const auto look = b.take();
  REQUIRE(look);
  CHECK_FALSE(look->suspicion);
}

TEST_CASE("a date is no reason to pass a Retry-After") {
  Bench b;
  REQUIRE(b.survey() == 2);
  Outcome asked_to_wait = in_sync();
  asked_to_wait.changes_at = kWall;
  asked_to_wait.next = Backoff{1min};
  b.complete(*b.take(), asked_to_wait);
  b.now += 1min - 1ms;
  CHECK_FALSE(b.take());
  b.now += 1ms;
  CHECK(b.take());
}

TEST_CASE("a date that has passed is looked at now, and once the look has found another, then") {
  Bench b;
  REQUIRE(b.survey() == 2);
  Outcome ends_soon = in_sync();
  ends_soon.changes_at = kWall;
  b.complete(*b.take(), ends_soon);
  const auto look = b.take();
  REQUIRE(look);
  b.complete(*look, in_sync());
  CHECK_FALSE(b.take());
}

TEST_CASE("next_ready_at is that of the nearer of lists and looks") {
  Bench bench;
  bench.start();
  CHECK(bench.dispatcher.next_ready_at() == bench.now + 10min);
}

TEST_CASE("an entity tag that moved leads to a whole look at once") {
  Bench bench;
  bench.start();
  bench.now += 10min;
  bench.tag = "2";
  bench.survey();
  const auto job = bench.take();
  REQUIRE(job);
  CHECK(job->trigger == Trigger::resync);
  CHECK_FALSE(job->suspicion);
}

TEST_CASE("a source's line that moved leads to a question, and its answer to quiet") {
  Bench bench;
  bench.start();
  bench.now += 10min;
  bench.mark = 2;
  bench.survey();
  const auto job = bench.take();
  REQUIRE(job);
  REQUIRE(job->suspicion);
  CHECK(job->suspicion->known_version == "v1");
  bench.complete(*job, unchanged());
  bench.now += 10min;
  bench.survey();
  CHECK_FALSE(bench.take());
}

TEST_CASE("a notification is followed by a whole look, whatever the lists say") {
  Bench bench;
  bench.start();
  bench.now += 10min;
  bench.mark = 2;
  bench.survey();
  bench.dispatcher.wake({bench.binding.id}, Trigger::notified, bench.now);
  const auto job = bench.take();
  REQUIRE(job);
  CHECK_FALSE(job->suspicion);
}

TEST_CASE("asked to look at everything, it does, whatever the lists say") {
  Bench bench;
  bench.start();
  bench.now += 10min;
  bench.mark = 2;
  bench.survey();
  bench.dispatcher.wake_all(Trigger::resync, bench.now);
  const auto job = bench.take();
  REQUIRE(job);
  CHECK_FALSE(job->suspicion);
}

TEST_CASE("what is not settled is looked at at every resync") {
  Bench bench;
  REQUIRE(bench.survey() == 2);
  auto held = in_sync();
  held.targets[0].plan = Plan{Reason::key_mismatch, "", {}};
  for (int i = 0; i < 3; ++i) {
    const auto job = bench.take();
    REQUIRE(job);
    bench.complete(*job, held);
    bench.now += 10min;
  }
}

TEST_CASE("a write whose entity tag was not told is looked at at the next resync") {
  Bench bench;
  REQUIRE(bench.survey() == 2);
  auto wrote = in_sync("v1", "");
  wrote.targets[0] = {Plan{Reason::content_differs, "", "1"}, {}, true, {}, ""};
  bench.complete(*bench.take(), wrote);
  bench.now += 10min;
  CHECK(bench.take());
}

TEST_CASE(
    "a list that is refused makes its bindings be looked at at every resync, until it is had") {
  Bench bench;
  bench.start();
  bench.now += 10min;
  CHECK(bench.fail_surveys(ErrorCode::denied) == 2);
  for (int i = 0; i < 3; ++i) {
    const auto job = bench.take();
    REQUIRE(job);
    bench.complete(*job);
    CHECK_FALSE(bench.take());
    bench.now += 10min;
    bench.fail_surveys(ErrorCode::denied);
  }
  bench.complete(*bench.take());
  bench.now += 10min;
  bench.survey();
  bench.complete(*bench.take());
  bench.now += 10min;
  bench.survey();
  CHECK_FALSE(bench.take());
}

TEST_CASE("a list that an outage ate is asked for again soon; after three all is looked at") {
  Bench bench;
  bench.start();
  bench.now += 10min;
  for (int i = 1; i <= 3; ++i) {
    CHECK_FALSE(bench.take());
    CHECK(bench.fail_surveys(ErrorCode::unavailable) == 2);
    bench.now += 1min;
  }
  CHECK(bench.take());
}

TEST_CASE("a place whose resync became shorter is listed now, one that became longer in its turn") {
  Bench b;
  b.start();
  b.binding.resync = 20min;
  b.dispatcher.set_bindings({b.binding}, b.now, kWall);
  CHECK(b.survey() == 0);
  b.binding.resync = 5min;
  b.dispatcher.set_bindings({b.binding}, b.now, kWall);
  CHECK(b.survey() == 2);
  b.now += 5min;
  CHECK(b.survey() == 2);
}

TEST_CASE("a place that no binding uses any more is listed no more") {
  Bench bench;
  bench.start();
  bench.dispatcher.set_bindings({}, bench.now, kWall);
  bench.now += 10min;
  CHECK(bench.survey() == 0);
  CHECK_FALSE(bench.dispatcher.next_ready_at());
}

}  // namespace
}  // namespace certloop
