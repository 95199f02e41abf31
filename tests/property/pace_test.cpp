// Laws of the pace, for any numbers.
#include "controller/core/pace.h"

#include <rapidcheck/catch.h>

#include "tests/support/catch.h"

namespace certloop {
namespace {

double unit_random() {
  return *rc::gen::inRange(0, 1'000'000) / 1e6;
}

Duration some_duration(int below) {
  return Duration(*rc::gen::inRange(0, below));
}

Next some_next() {
  switch (*rc::gen::inRange(0, 4)) {
    case 0:
      return AtResync{};
    case 1:
      return After{some_duration(100)};
    case 2:
      return Backoff{};
    default:
      return Backoff{some_duration(100)};
  }
}

bool same(const Next& a, const Next& b) {
  if (a.index() != b.index()) return false;
  if (const auto* after = std::get_if<After>(&a)) return after->wait == std::get<After>(b).wait;
  if (const auto* back = std::get_if<Backoff>(&a)) return back->floor == std::get<Backoff>(b).floor;
  return true;
}

constexpr SteadyTime kNow{std::chrono::hours(1)};

}  // namespace

TEST_CASE("the back-off is bounded and grows") {
  const PacePolicy policy;
  rc::prop("never above the cap, never below its share of the base", [&] {
    const int failures = *rc::gen::inRange(1, 200);
    const Duration delay = backoff_delay(policy, failures, unit_random());
    const Duration base = backoff_delay(policy, failures, 0);
    RC_ASSERT(delay <= base);
    RC_ASSERT(base <= policy.cap);
    RC_ASSERT(static_cast<double>(delay.count()) + 1 >=
              static_cast<double>(base.count()) * (1 - policy.backoff_jitter));
  });
  rc::prop("grows with the failures, whatever the random numbers, until the cap", [&] {
    const int failures = *rc::gen::inRange(1, 30);
    const Duration next_base = backoff_delay(policy, failures + 1, 0);
    const Duration delay = backoff_delay(policy, failures, unit_random());
    const Duration next = backoff_delay(policy, failures + 1, unit_random());
    RC_ASSERT(next_base == policy.cap || delay < next);
  });
}

TEST_CASE("combining wishes does not depend on their order") {
  rc::prop("commutative and associative, and a wish combined with itself is that wish", [] {
    const Next a = some_next();
    const Next b = some_next();
    const Next c = some_next();
    RC_ASSERT(same(combine(a, b), combine(b, a)));
    RC_ASSERT(same(combine(a, combine(b, c)), combine(combine(a, b), c)));
    RC_ASSERT(same(combine(a, a), a));
  });
}

TEST_CASE("every next turn comes, and not too late") {
  rc::prop("not before its floor, not after resync, cap and floor", [] {
    const PacePolicy policy;
    const Next next = some_next();
    const Duration resync = std::chrono::seconds(*rc::gen::inRange(30, 100'000));
    const int failures = *rc::gen::inRange(0, 100);
    const Turn turn = next_turn(policy, next, failures, resync, kNow, unit_random());
    RC_ASSERT(turn.at >= kNow);
    RC_ASSERT(turn.at >= turn.not_before);
    const auto* back = std::get_if<Backoff>(&next);
    const Duration floor = back ? back->floor.value_or(Duration::zero()) : Duration::zero();
    RC_ASSERT(turn.at - kNow <= std::max({back ? policy.cap : resync, floor}));
    RC_ASSERT(turn.failures == (back ? failures + 1 : 0));
  });
}

}  // namespace certloop
