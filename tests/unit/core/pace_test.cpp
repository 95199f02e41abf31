#include "controller/core/pace.h"

#include "tests/support/catch.h"

namespace certloop {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime kNow{1h};

template <class T>
bool is(const Next& next) {
  return std::holds_alternative<T>(next);
}

}  // namespace

TEST_CASE("each error code has its pace") {
  struct Case {
    ErrorCode code;
    bool backs_off;
  };
  for (const Case& c : {Case{ErrorCode::invalid, false}, Case{ErrorCode::not_found, false},
                        Case{ErrorCode::denied, false}, Case{ErrorCode::exhausted, false},
                        Case{ErrorCode::conflict, true}, Case{ErrorCode::unavailable, true},
                        Case{ErrorCode::corrupt, true}, Case{ErrorCode::too_large, true},
                        Case{ErrorCode::internal, true}}) {
    CAPTURE(to_string(c.code));
    const Next next = next_after({c.code, "", 7s});
    CHECK(is<Backoff>(next) == c.backs_off);
    CHECK(is<AtResync>(next) != c.backs_off);
    if (c.backs_off) CHECK(std::get<Backoff>(next).floor == Duration(7s));
  }
}

TEST_CASE("a notification that brought nothing new is looked after once more, soon") {
  const PacePolicy policy;
  const Next again = after_notification(policy, Trigger::notified, true, AtResync{});
  REQUIRE(is<After>(again));
  CHECK(std::get<After>(again).wait == policy.look_again);
  // Its turn is a retry, which asks for no further one: once, not in circles.
  const Turn turn = next_turn(policy, again, 0, 10min, kNow, 0);
  CHECK(turn.trigger == Trigger::retry);
  CHECK(turn.at == kNow + policy.look_again);
  CHECK(is<AtResync>(after_notification(policy, turn.trigger, true, AtResync{})));
}

TEST_CASE("only a notification without news is looked after once more") {
  const PacePolicy policy;
  for (const auto trigger : {Trigger::added, Trigger::retry, Trigger::resync}) {
    CAPTURE(to_string(trigger));
    CHECK(is<AtResync>(after_notification(policy, trigger, true, AtResync{})));
  }
  CHECK(is<AtResync>(after_notification(policy, Trigger::notified, false, AtResync{})));
  CHECK(is<Backoff>(after_notification(policy, Trigger::notified, true, Backoff{7s})));
  const Next sooner = after_notification(policy, Trigger::notified, true, After{1s});
  CHECK(std::get<After>(sooner).wait == 1s);
}

TEST_CASE("the delay doubles from the first failure to the cap") {
  const PacePolicy policy;
  CHECK(backoff_delay(policy, 1, 0) == 1s);
  CHECK(backoff_delay(policy, 2, 0) == 2s);
  CHECK(backoff_delay(policy, 9, 0) == 256s);
  CHECK(backoff_delay(policy, 10, 0) == 300s);
  CHECK(backoff_delay(policy, 1'000'000, 0) == 300s);
}

TEST_CASE("a delay is well-defined for counts that make no sense") {
  const PacePolicy policy;
  CHECK(backoff_delay(policy, 0, 0) == 1s);
  CHECK(backoff_delay(policy, -5, 0) == 1s);
}

TEST_CASE("jitter takes off a share and never adds") {
  const PacePolicy policy;
  CHECK(backoff_delay(policy, 1, 0.5) == 900ms);
  CHECK(backoff_delay(policy, 10, 0.999) >= 240s);
}

TEST_CASE("of two wishes the more careful one wins") {
  struct Case {
    const char* fact;
    Next left;
    Next right;
    Next wanted;
  };
  const auto same = [](const Next& a, const Next& b) {
    if (a.index() != b.index()) return false;
    if (is<After>(a)) return std::get<After>(a).wait == std::get<After>(b).wait;
    return !is<Backoff>(a) || std::get<Backoff>(a).floor == std::get<Backoff>(b).floor;
  };
  const std::vector<Case> cases = {
      {"nothing and nothing", AtResync{}, AtResync{}, AtResync{}},
      {"nothing and a wait", AtResync{}, After{5s}, After{5s}},
      {"the shorter of two waits", After{9s}, After{5s}, After{5s}},
      {"a back-off beats a wait", After{5s}, Backoff{}, Backoff{}},
      {"a back-off beats nothing", AtResync{}, Backoff{2s}, Backoff{2s}},
      {"the larger of two floors", Backoff{2s}, Backoff{9s}, Backoff{9s}},
      {"any floor beats none", Backoff{}, Backoff{1s}, Backoff{1s}},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.fact) {
      CHECK(same(combine(c.left, c.right), c.wanted));
      CHECK(same(combine(c.right, c.left), c.wanted));
    }
  }
}

TEST_CASE("after success the next turn is at the resync, jittered downwards") {
  const Turn turn = next_turn({}, AtResync{}, 7, 10min, kNow, 0.5);
  CHECK(turn.trigger == Trigger::resync);
  CHECK(turn.at == kNow + 570s);
  CHECK(turn.not_before == SteadyTime{});
  CHECK(turn.failures == 0);
}

TEST_CASE("a known wait is kept, but never beyond the resync") {
  CHECK(next_turn({}, After{5s}, 3, 10min, kNow, 0).at == kNow + 5s);
  CHECK(next_turn({}, After{5h}, 3, 10min, kNow, 0).at == kNow + 10min);
  CHECK(next_turn({}, After{5s}, 3, 10min, kNow, 0).failures == 0);
}

TEST_CASE("a failure counts, backs off and sets a floor only when one was told") {
  const Turn turn = next_turn({}, Backoff{}, 2, 10min, kNow, 0);
  CHECK(turn.trigger == Trigger::retry);
  CHECK(turn.at == kNow + 4s);
  CHECK(turn.not_before == SteadyTime{});
  CHECK(turn.failures == 3);
}

TEST_CASE("Retry-After is a floor under the back-off and for wake-ups") {
  const Turn longer = next_turn({}, Backoff{60s}, 0, 10min, kNow, 0);
  CHECK(longer.at == kNow + 60s);
  CHECK(longer.not_before == kNow + 60s);
  const Turn shorter = next_turn({}, Backoff{1s}, 4, 10min, kNow, 0);
  CHECK(shorter.at == kNow + 16s);
  CHECK(shorter.not_before == kNow + 1s);
}

}  // namespace certloop
