#include "controller/engine/dispatcher.h"

#include "tests/support/catch.h"
#include "tests/support/fakes_binding.h"

namespace certloop {
namespace {

using namespace std::chrono_literals;
using test::binding_of;
using Ids = std::vector<std::string>;

const WallTime kWall = std::chrono::sys_days{std::chrono::year{2026} / 8 / 1};

Outcome in_sync() {
  Outcome outcome;
  outcome.targets = {{Plan{Reason::in_sync, "", {}}, {}, false}};
  return outcome;
}

Outcome failed(ErrorCode code, std::optional<Duration> retry_after = {}) {
  const Error error{code, "arranged", retry_after};
  Outcome outcome;
  outcome.targets = {{{}, error, false}};
  outcome.next = next_after(error);
  return outcome;
}

// A dispatcher that is told the time by hand, and what its waiters heard.
struct Bench {
  Dispatcher dispatcher{PacePolicy{}};
  SteadyTime now{1h};
  int heard = 0;
  WakeResult last{};

  void make(const std::vector<std::function<void()>>& calls) {
    for (const auto& call : calls) call();
  }
  void set(std::vector<v1::Binding> bindings) {
    make(dispatcher.set_bindings(std::move(bindings), now, kWall));
  }
  Dispatcher::Woken wake(const Ids& ids) {
    return dispatcher.wake(ids, Trigger::notified, now, [this](WakeResult result) {
      ++heard;
      last = std::move(result);
    });
  }
  Job take() {
    auto job = dispatcher.take(now);
    REQUIRE(job);
    return *job;
  }
  void complete(const Job& job, Outcome outcome = in_sync()) {
    make(dispatcher.complete(job, std::move(outcome), now, kWall, 0));
  }
  // Runs everything that is due, as long as something is.
  Ids run_due() {
    Ids ran;
    while (const auto job = dispatcher.take(now)) {
      ran.push_back(job->binding->id);
      complete(*job);
    }
    return ran;
  }
};

}  // namespace

TEST_CASE("new bindings are looked at now") {
  Bench bench;
  bench.set({binding_of("a"), binding_of("b")});
  const Job job = bench.take();
  CHECK(job.binding->id == "a");
  CHECK(job.trigger == Trigger::added);
  CHECK(job.failures == 0);
  bench.complete(job);
  CHECK(bench.run_due() == Ids{"b"});
  CHECK(bench.dispatcher.next_ready_at() == bench.now + 600s);
}

TEST_CASE("unchanged bindings keep their turn, changed ones are looked at now") {
  Bench bench;
  bench.set({binding_of("a"), binding_of("b")});
  bench.run_due();
  v1::Binding changed = binding_of("b");
  changed.require = v1::Require{.dns_names = {"a.example"}};
  bench.now += 1min;
  bench.set({binding_of("a"), changed});
  CHECK(bench.run_due() == Ids{"b"});
  bench.now += 9min;
  CHECK(bench.run_due() == Ids{"a"});
}

TEST_CASE("whichever gate was changed, the binding is looked at now") {
  const v1::Require changes[] = {{.dns_names = {"a.example"}},      {.valid_for = 1s},
                                 {.key_types = {v1::KeyType::rsa}}, {.min_rsa_bits = 4096},
                                 {.usage = v1::Usage::any},         {.issued_by = {.pem = "a CA"}}};
  for (const v1::Require& change : changes) {
    Bench bench;
    bench.set({binding_of("a")});
    bench.run_due();
    v1::Binding changed = binding_of("a");
    changed.require = change;
    bench.set({changed});
    CHECK(bench.run_due() == Ids{"a"});
  }
}

TEST_CASE("an unchanged binding keeps its status, a changed one starts anew") {
  Bench bench;
  bench.set({binding_of("a"), binding_of("b")});
  bench.run_due();
  v1::Binding changed = binding_of("b");
  changed.resync = 1h;
  bench.set({binding_of("a"), changed});
  const auto statuses = bench.dispatcher.statuses();
  REQUIRE(statuses.size() == 2);
  CHECK(statuses[0].targets[0].ready.status == v1::ConditionStatus::yes);
  CHECK(statuses[1].targets[0].ready.status == v1::ConditionStatus::unknown);
}

TEST_CASE("a removed binding is never looked at again and vanishes from the status") {
  Bench bench;
  bench.set({binding_of("a"), binding_of("b")});
  bench.run_due();
  bench.set({binding_of("b")});
  REQUIRE(bench.dispatcher.statuses().size() == 1);
  CHECK(bench.dispatcher.statuses()[0].name == "b");
  bench.now += 24h;
  CHECK(bench.run_due() == Ids{"b"});
  CHECK(bench.dispatcher.find({{"", test::source_by_id().id, "", ""}}) == Ids{"b"});
}

TEST_CASE("a run of a binding that was removed meanwhile ends without a trace") {
  Bench bench;
  bench.set({binding_of("a")});
  const Job job = bench.take();
  bench.set({});
  bench.complete(job);
  CHECK(bench.dispatcher.statuses().empty());
  CHECK_FALSE(bench.dispatcher.next_ready_at());
}

TEST_CASE("a run of an old version says nothing about the new one, which runs afterwards") {
  Bench bench;
  bench.set({binding_of("a")});
  const Job old = bench.take();
  bench.set({binding_of("a", {test::tls_target("x"), test::tls_target("y")})});
  CHECK_FALSE(bench.dispatcher.take(bench.now));
  bench.complete(old);
  const auto status = bench.dispatcher.statuses().at(0);
  REQUIRE(status.targets.size() == 2);
  CHECK(status.targets[0].ready.status == v1::ConditionStatus::unknown);
  CHECK(bench.take().binding->targets.size() == 2);
}

TEST_CASE("a binding removed and added again while it runs starts anew after the run") {
  Bench bench;
  bench.set({binding_of("a")});
  const Job old = bench.take();
  bench.set({});
  bench.set({binding_of("a")});
  CHECK_FALSE(bench.dispatcher.take(bench.now));
  bench.complete(old);
  CHECK(bench.dispatcher.statuses()[0].targets[0].ready.status == v1::ConditionStatus::unknown);
  CHECK(bench.run_due() == Ids{"a"});
}

TEST_CASE("a waiter hears once, after the last of the runs it asked for") {
  Bench bench;
  bench.set({binding_of("a"), binding_of("b")});
  bench.run_due();
  const auto woken = bench.wake({"a", "b", "unknown"});
  CHECK(woken.bindings == 2);
  CHECK(woken.waiting);
  bench.complete(bench.take());
  CHECK(bench.heard == 0);
  bench.complete(bench.take());
  CHECK(bench.heard == 1);
  CHECK(bench.last.runs.size() == 2);
  CHECK_FALSE(bench.last.abandoned);
  bench.now += 1h;
  bench.run_due();
  CHECK(bench.heard == 1);
}

TEST_CASE("a waiter is not content with a run that began before it asked") {
  Bench bench;
  bench.set({binding_of("a")});
  const Job early = bench.take();
  bench.wake({"a"});
  bench.complete(early);
  CHECK(bench.heard == 0);
  bench.complete(bench.take(), failed(ErrorCode::denied));
  REQUIRE(bench.heard == 1);
  REQUIRE(bench.last.runs.size() == 1);
  CHECK(bench.last.runs[0].binding->id == "a");
  CHECK(bench.last.runs[0].outcome->targets[0].error->code == ErrorCode::denied);
}

TEST_CASE("many waiters of one binding share one run") {
  Bench bench;
  bench.set({binding_of("a")});
  bench.run_due();
  for (int i = 0; i < 100; ++i) bench.wake({"a"});
  CHECK(bench.run_due() == Ids{"a"});
  CHECK(bench.heard == 100);
}

TEST_CASE("a waiter's removed binding counts as done, its others are waited for") {
  Bench bench;
  bench.set({binding_of("a"), binding_of("b")});
  bench.run_due();
  SECTION("before the run began") {
    bench.wake({"a", "b"});
  }
  SECTION("while it runs") {
    bench.wake({"a", "b"});
    CHECK(bench.take().binding->id == "a");
  }
  bench.set({binding_of("b")});
  CHECK(bench.heard == 0);
  bench.run_due();
  CHECK(bench.heard == 1);
  REQUIRE(bench.last.runs.size() == 1);
  CHECK(bench.last.runs[0].binding->id == "b");
}

TEST_CASE("a waiter whose only binding is removed hears at once") {
  Bench bench;
  bench.set({binding_of("a")});
  bench.wake({"a"});
  bench.set({});
  CHECK(bench.heard == 1);
  CHECK(bench.last.runs.empty());
  CHECK_FALSE(bench.last.abandoned);
}

TEST_CASE("at the end everybody who waits is told once") {
  Bench bench;
  bench.set({binding_of("a"), binding_of("b"), binding_of("c")});
  const Job running = bench.take();
  bench.wake({"a", "b"});
  bench.wake({"c"});
  bench.make(bench.dispatcher.abandon());
  CHECK(bench.heard == 2);
  CHECK(bench.last.abandoned);
  bench.complete(running);
  bench.run_due();
  CHECK(bench.heard == 2);
}

TEST_CASE("a waiter for nothing known is not kept and not called") {
  Bench bench;
  bench.set({binding_of("a")});
  const auto woken = bench.wake({"unknown"});
  CHECK(woken.bindings == 0);
  CHECK_FALSE(woken.waiting);
  bench.make(bench.dispatcher.abandon());
  CHECK(bench.heard == 0);
}

TEST_CASE("waiters are bounded: beyond the bound the wake-up counts, the waiting does not") {
  Bench bench;
  bench.set({binding_of("a")});
  bench.run_due();
  for (std::size_t i = 0; i < Dispatcher::kMaxWaiters; ++i) REQUIRE(bench.wake({"a"}).waiting);
  const auto beyond = bench.wake({"a"});
  CHECK(beyond.bindings == 1);
  CHECK_FALSE(beyond.waiting);
  bench.run_due();
  CHECK(bench.heard == static_cast<int>(Dispatcher::kMaxWaiters));
  CHECK(bench.wake({"a"}).waiting);
}

TEST_CASE("one who does not wait takes no place among the waiters") {
  Bench bench;
  bench.set({binding_of("a")});
  for (std::size_t i = 0; i < Dispatcher::kMaxWaiters + 1; ++i) {
    CHECK_FALSE(bench.dispatcher.wake({"a"}, Trigger::notified, bench.now).waiting);
  }
  CHECK(bench.wake({"a"}).waiting);
}

TEST_CASE("waking all looks at everything") {
  Bench bench;
  bench.set({binding_of("a"), binding_of("b")});
  bench.run_due();
  CHECK(bench.dispatcher.wake_all(Trigger::resync, bench.now) == 2);
  CHECK(bench.run_due() == Ids{"a", "b"});
}

TEST_CASE("notified bindings go before new ones, those before retries, those before resyncs") {
  Bench bench;
  bench.set({binding_of("notified"), binding_of("resync"), binding_of("retry")});
  while (const auto job = bench.dispatcher.take(bench.now)) {
    bench.complete(*job, job->binding->id == "retry" ? failed(ErrorCode::unavailable) : in_sync());
  }
  bench.now += 1h;
  bench.set({binding_of("new"), binding_of("notified"), binding_of("resync"), binding_of("retry")});
  bench.wake({"notified"});
  CHECK(bench.run_due() == Ids{"notified", "new", "retry", "resync"});
}

TEST_CASE("failures back off and success forgets them") {
  Bench bench;
  bench.set({binding_of("a")});
  for (const auto wait : {1s, 2s, 4s}) {
    bench.complete(bench.take(), failed(ErrorCode::unavailable));
    CHECK(bench.dispatcher.next_ready_at() == bench.now + wait);
    bench.now += wait;
  }
  const Job job = bench.take();
  CHECK(job.failures == 3);
  bench.complete(job);
  CHECK(bench.dispatcher.next_ready_at() == bench.now + 600s);
}

TEST_CASE("a wake-up shortens a back-off but not a Retry-After") {
  Bench bench;
  bench.set({binding_of("a")});
  bench.complete(bench.take(), failed(ErrorCode::unavailable, 30s));
  bench.wake({"a"});
  CHECK_FALSE(bench.dispatcher.take(bench.now));
  bench.now += 30s;
  bench.complete(bench.take(), failed(ErrorCode::unavailable));
  bench.wake({"a"});
  CHECK(bench.dispatcher.take(bench.now));
}

TEST_CASE("a new version of a binding does not pass a Retry-After either") {
  Bench bench;
  bench.set({binding_of("a")});
  bench.complete(bench.take(), failed(ErrorCode::unavailable, 30s));
  v1::Binding changed = binding_of("a");
  changed.resync = 1h;
  bench.set({changed});
  CHECK(bench.dispatcher.next_ready_at() == bench.now + 30s);
}

TEST_CASE("an outage keeps what was last seen of the certificate") {
  Bench bench;
  bench.set({binding_of("a")});
  Outcome seen = in_sync();
  seen.leaf = LeafFacts{};
  seen.leaf->subject = "CN=a.example";
  bench.complete(bench.take(), seen);
  bench.wake({"a"});
  bench.complete(bench.take(), failed(ErrorCode::unavailable));
  const auto status = bench.dispatcher.statuses().at(0);
  CHECK(status.source.subject == "CN=a.example");
  CHECK(status.targets[0].ready.status == v1::ConditionStatus::unknown);
}

TEST_CASE("sample defect 15: what fails is tried again and again, for ever") {
  Bench bench;
  bench.set({binding_of("a")});
  for (int i = 0; i < 1000; ++i) {
    const auto at = bench.dispatcher.next_ready_at();
    REQUIRE(at);
    REQUIRE(*at - bench.now <= 10min);
    bench.now = std::max(bench.now, *at);
    bench.complete(bench.take(), failed(i % 2 == 0 ? ErrorCode::internal : ErrorCode::denied));
  }
}

TEST_CASE(
    "a notified look that finds nothing new is repeated soon, once; its caller hears at once") {
  Bench bench;
  bench.set({binding_of("a")});
  bench.run_due();
  bench.wake({"a"});
  bench.run_due();
  CHECK(bench.heard == 1);
  CHECK(bench.dispatcher.next_ready_at() == bench.now + 10s);
  bench.now += 10s;
  CHECK(bench.run_due() == Ids{"a"});
  CHECK(bench.heard == 1);
  CHECK(bench.dispatcher.next_ready_at() == bench.now + 600s);
}

TEST_CASE("a notified look that wrote, held or failed is not repeated for being stale") {
  Bench bench;
  bench.set({binding_of("a")});
  bench.run_due();
  Outcome outcome;
  SECTION("wrote") {
    outcome.targets = {{Plan{Reason::content_differs, "differs", "7"}, {}, true}};
  }
  SECTION("held") {
    outcome.targets = {{Plan{Reason::expired, "expired", {}}, {}, false}};
  }
  SECTION("failed") {
    outcome = failed(ErrorCode::denied);
  }
  bench.wake({"a"});
  bench.complete(bench.take(), outcome);
  CHECK(bench.dispatcher.next_ready_at() == bench.now + 600s);
}

TEST_CASE("what a look taught about a target is given to the next one, whatever its binding") {
  const Fingerprint mark{7};
  Bench bench;
  bench.set({binding_of("a", {test::tls_target("x"), test::tls_target("y")})});
  Outcome taught = in_sync();
  taught.targets.push_back(taught.targets[0]);
  taught.targets[1].memory = after_write({}, mark);
  const Job first = bench.take();
  REQUIRE(first.memories.size() == 2);
  CHECK_FALSE(first.memories[1].written);
  bench.complete(first, taught);

  SECTION("the next look") {
    bench.now += 600s;
    const Job job = bench.take();
    CHECK_FALSE(job.memories[0].written);
    CHECK(job.memories[1].written);
    CHECK(job.memories[1].settled == mark);
    CHECK(job.memories[1].in_place == mark);
  }
  SECTION("a look that learns nothing forgets nothing") {
    bench.now += 600s;
    bench.complete(bench.take(), failed(ErrorCode::internal));
    bench.now += 600s;
    CHECK(bench.take().memories[1].written);
  }
  SECTION("a mapping of another name keeps whose it is, not what was last seen in it") {
    bench.set({binding_of("b", {test::tls_target("y")})});
    const Job job = bench.take();
    CHECK(job.memories[0].written);
    CHECK(job.memories[0].settled == mark);
    CHECK_FALSE(job.memories[0].in_place);
  }
  SECTION("a target that no mapping names is forgotten") {
    bench.set({binding_of("a", {test::tls_target("x")})});
    bench.run_due();
    bench.set({binding_of("a", {test::tls_target("y")})});
    CHECK_FALSE(bench.take().memories[0].written);
  }
}

TEST_CASE("a write by a run of an old version is remembered by the new one") {
  Bench bench;
  bench.set({binding_of("a")});
  const Job old = bench.take();
  v1::Binding changed = binding_of("a");
  changed.resync = 1h;
  bench.set({changed});
  Outcome wrote = in_sync();
  wrote.targets[0].memory = after_write({}, Fingerprint{7});
  bench.complete(old, wrote);
  const Job job = bench.take();
  CHECK(job.memories[0].written);
  CHECK_FALSE(job.memories[0].in_place);
}

}  // namespace certloop
