#include "controller/core/ownership.h"

#include <functional>

#include "tests/support/catch.h"
#include "tests/support/fakes_binding.h"

namespace certloop {
namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

constexpr WallTime kStart = std::chrono::sys_days{std::chrono::year{2026} / 8 / 1};
constexpr Fingerprint kCertificate{1};
constexpr Fingerprint kNext{2};
constexpr Fingerprint kForeign{3};
constexpr Fingerprint kOtherForeign{4};

TargetState holding(const Fingerprint& content) {
  return TargetPresent{"tls", "7", content};
}

// A loop over one target, as the reconciler makes it: look, decide, perhaps write.
struct Bench {
  v1::Binding binding = test::binding_of();
  TargetMemory memory{};
  Fingerprint desired = kCertificate;
  TargetState target = TargetAbsent{};
  WallTime now = kStart;
  std::string message{};

  // The reason of a look; what may be written is written.
  Reason look() {
    memory = after_look(memory, binding, target, desired, now);
    const Plan compared =
        target.index() == 0 ? Plan{Reason::target_missing, "is missing", {}}
        : std::get<TargetPresent>(target).content == desired
            ? Plan{}
            : Plan{Reason::content_differs, "differs", std::get<TargetPresent>(target).entity_tag};
    const Plan plan = permitted(compared, binding, memory, desired, now);
    if (plan.action() == Action::create || plan.action() == Action::replace) {
      target = holding(desired);
      memory = after_write(memory, desired);
    }
    message = plan.message;
    return plan.reason;
  }
  Reason look_after(seconds time, const TargetState& edited) {
    now += time;
    target = edited;
    return look();
  }
  Reason look_after(seconds time) { return look_after(time, target); }
};

Bench with(v1::OnExisting on_existing, v1::Drift drift = v1::Drift::correct) {
  Bench bench;
  bench.binding.ownership = {on_existing, drift, false};
  return bench;
}

}  // namespace

TEST_CASE("an existing target is replaced or held, by what this process knows of it") {
  struct Case {
    const char* fact;
    v1::OnExisting on_existing;
    std::function<void(Bench&)> before;
    Reason reason;
  };
  const auto nothing = [](Bench&) {};
  const auto seen_equal = [](Bench& b) { b.look_after(1s, holding(kCertificate)); };
  const auto created = [](Bench& b) { b.look(); };
  const auto adopt = v1::OnExisting::adopt;
  const auto if_equal = v1::OnExisting::adopt_if_equal;
  const auto refuse = v1::OnExisting::refuse;
  const std::vector<Case> cases = {
      {"adopt replaces what it never saw", adopt, nothing, Reason::content_differs},
      {"adoptIfEqual holds what it never saw", if_equal, nothing, Reason::not_ours},
      {"adoptIfEqual replaces what was equal once", if_equal, seen_equal, Reason::content_differs},
      {"adoptIfEqual replaces what it made", if_equal, created, Reason::content_differs},
      {"refuse holds what it never saw", refuse, nothing, Reason::not_ours},
      {"refuse holds what was equal once", refuse, seen_equal, Reason::not_ours},
      {"refuse replaces what it made", refuse, created, Reason::content_differs},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.fact) {
      Bench bench = with(c.on_existing);
      c.before(bench);
      CHECK(bench.look_after(1min, holding(kForeign)) == c.reason);
    }
  }
}

TEST_CASE("a missing target is created, whoever may own what exists") {
  for (const auto on_existing :
       {v1::OnExisting::adopt, v1::OnExisting::adopt_if_equal, v1::OnExisting::refuse}) {
    CAPTURE(v1::to_string(on_existing));
    CHECK(with(on_existing).look() == Reason::target_missing);
  }
}

TEST_CASE("an equal target is in sync, whoever may own it") {
  Bench bench = with(v1::OnExisting::refuse);
  CHECK(bench.look_after(0s, holding(kCertificate)) == Reason::in_sync);
}

TEST_CASE("a rotation reaches what was adopted while it was equal") {
  Bench bench = with(v1::OnExisting::adopt_if_equal);
  bench.look_after(0s, holding(kCertificate));
  bench.desired = kNext;
  CHECK(bench.look_after(1min) == Reason::content_differs);
  CHECK(bench.look_after(1min) == Reason::in_sync);
}

TEST_CASE("drift: report says so and leaves it, a new certificate is written") {
  Bench bench = with(v1::OnExisting::adopt, v1::Drift::report);
  SECTION("what was never seen in sync is no drift") {
    CHECK(bench.look_after(0s, holding(kForeign)) == Reason::content_differs);
  }
  SECTION("what was in sync and differs is reported, look after look") {
    bench.look();
    CHECK(bench.look_after(1min, holding(kForeign)) == Reason::drift_reported);
    CHECK(bench.look_after(1min) == Reason::drift_reported);
    CHECK(bench.look_after(24h) == Reason::drift_reported);
    bench.desired = kNext;
    CHECK(bench.look_after(1min) == Reason::content_differs);
    CHECK(bench.look_after(1min) == Reason::in_sync);
  }
  SECTION("what was put right is in sync") {
    bench.look();
    bench.look_after(1min, holding(kForeign));
    CHECK(bench.look_after(1min, holding(kCertificate)) == Reason::in_sync);
  }
  SECTION("what is gone is made again: nothing is overwritten") {
    bench.look();
    CHECK(bench.look_after(1min, TargetAbsent{}) == Reason::target_missing);
  }
  SECTION("many changes are still drift, not contention") {
    bench.look();
    for (int i = 0; i < 10; ++i) {
      const auto& content = i % 2 == 0 ? kForeign : kOtherForeign;
      CHECK(bench.look_after(1min, holding(content)) == Reason::drift_reported);
    }
  }
}

TEST_CASE("the third change by another writer within the window is held") {
  Bench bench;
  bench.look();
  CHECK(bench.look_after(10min, holding(kForeign)) == Reason::content_differs);
  CHECK(bench.look_after(10min, holding(kForeign)) == Reason::content_differs);
  CHECK(bench.look_after(10min, holding(kForeign)) == Reason::contended);
  CHECK(bench.message ==
        "another writer has changed the secret 3 times since 2026-08-01T00:10:00Z, the last time "
        "seen at 2026-08-01T00:30:00Z");
  SECTION("and looked at, without counting the same change again, until the window has passed") {
    CHECK(bench.look_after(59min) == Reason::contended);
    CHECK(bench.message.find("3 times") != std::string::npos);
    CHECK(bench.look_after(1min) == Reason::content_differs);
  }
  SECTION("a further change counts and begins the wait anew") {
    CHECK(bench.look_after(50min, holding(kOtherForeign)) == Reason::contended);
    CHECK(bench.message.find("4 times since 2026-08-01T00:10:00Z") != std::string::npos);
    CHECK(bench.look_after(59min) == Reason::contended);
    CHECK(bench.look_after(1min) == Reason::content_differs);
  }
  SECTION("a new certificate is written at once and makes a fresh start") {
    bench.desired = kNext;
    CHECK(bench.look_after(1min) == Reason::content_differs);
    CHECK(bench.look_after(1min, holding(kForeign)) == Reason::content_differs);
    CHECK(bench.look_after(1min, holding(kForeign)) == Reason::content_differs);
    CHECK(bench.look_after(1min, holding(kForeign)) == Reason::contended);
  }
  SECTION("what the other writer put right is in sync") {
    CHECK(bench.look_after(1min, holding(kCertificate)) == Reason::in_sync);
  }
  SECTION("after the window the row is over: two more changes are corrected") {
    bench.look_after(1h);
    CHECK(bench.look_after(1min, holding(kForeign)) == Reason::content_differs);
    CHECK(bench.look_after(1min, holding(kForeign)) == Reason::content_differs);
    CHECK(bench.look_after(1min, holding(kForeign)) == Reason::contended);
    CHECK(bench.message.find("3 times since 2026-08-01T01:31:00Z") != std::string::npos);
  }
}

TEST_CASE("one who keeps deleting the target is another writer, too") {
  Bench bench;
  bench.look();
  CHECK(bench.look_after(1min, TargetAbsent{}) == Reason::target_missing);
  CHECK(bench.look_after(1min, TargetAbsent{}) == Reason::target_missing);
  CHECK(bench.look_after(1min, TargetAbsent{}) == Reason::contended);
  CHECK(bench.look_after(1h) == Reason::target_missing);
}

TEST_CASE("changes further apart than the window are corrected for ever") {
  Bench bench;
  bench.look();
  for (int i = 0; i < 20; ++i) {
    CHECK(bench.look_after(31min, holding(kForeign)) == Reason::content_differs);
  }
  CHECK(bench.memory.foreign.latest.size() == kContention);
}

TEST_CASE("the window is an hour, and longer where looks are rare") {
  v1::Binding binding = test::binding_of();
  for (const auto& [resync, window] :
       {std::pair<seconds, seconds>{30s, 1h}, {10min, 1h}, {15min, 1h}, {1h, 4h}}) {
    binding.resync = resync;
    CHECK(contention_window(binding) == window);
  }
}

TEST_CASE("what is not known to be foreign does not count") {
  Bench bench;
  bench.look();
  SECTION("content after a write whose answer was lost") {
    bench.memory = after_failed_write(bench.memory, bench.desired);
    bench.look_after(1min, holding(kForeign));
  }
  SECTION("content that the service does not show") {
    bench.memory = after_look(bench.memory, bench.binding, TargetPresent{"tls", "7", {}},
                              bench.desired, bench.now);
  }
  SECTION("the right content, whoever wrote it") {
    bench.look_after(1min, holding(kCertificate));
  }
  CHECK(bench.memory.foreign.count == 0);
}

TEST_CASE("only writes are asked for: what is held or in sync stays so") {
  const Bench bench = with(v1::OnExisting::refuse, v1::Drift::report);
  for (const Reason reason : {Reason::in_sync, Reason::target_hidden, Reason::expired}) {
    const Plan plan =
        permitted({reason, "as it was", {}}, bench.binding, bench.memory, kCertificate, kStart);
    CHECK(plan.reason == reason);
    CHECK(plan.message == "as it was");
  }
}

TEST_CASE("a hold of ownership names no tag and says what is the case") {
  Bench bench = with(v1::OnExisting::refuse);
  const Plan plan = permitted({Reason::content_differs, "differs", "7"}, bench.binding,
                              bench.memory, kCertificate, kStart);
  CHECK(plan.action() == Action::hold);
  CHECK(plan.if_match.empty());
  CHECK(plan.message == "the secret was there before and holds something else");
}

TEST_CASE("a suspended mapping's plan says what would be done, and does nothing") {
  struct Case {
    Plan plan;
    Reason reason;
    const char* message;
  };
  const std::vector<Case> cases = {
      {{Reason::in_sync, "", {}}, Reason::in_sync, "suspended; nothing would be written now"},
      {{Reason::target_missing, "it is gone", {}},
       Reason::suspended,
       "suspended; would create: it is gone"},
      {{Reason::content_differs, "it differs", "7"},
       Reason::suspended,
       "suspended; would replace: it differs"},
      {{Reason::expired, "it expired", {}},
       Reason::suspended,
       "suspended; would hold, Expired: it expired"},
  };
  for (const Case& c : cases) {
    const Plan plan = suspended(c.plan);
    CHECK(plan.reason == c.reason);
    CHECK(plan.message == c.message);
    CHECK(plan.if_match.empty());
  }
}

}  // namespace certloop
