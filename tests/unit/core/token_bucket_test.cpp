#include "controller/core/token_bucket.h"

#include <rapidcheck.h>

#include "tests/support/catch.h"

using namespace certloop;
using namespace std::chrono_literals;

namespace {

const SteadyTime kStart{1h};

}  // namespace

TEST_CASE("the burst is free, then turns come at the rate") {
  TokenBucket bucket(10.0, 3.0);
  std::vector<Duration> waits;
  for (int turn = 0; turn < 6; ++turn) waits.push_back(bucket.take(kStart));
  CHECK(waits == std::vector<Duration>{0ms, 0ms, 0ms, 100ms, 200ms, 300ms});
}

TEST_CASE("asking for the delay takes nothing") {
  TokenBucket bucket(1.0, 1.0);
  CHECK(bucket.delay(kStart) == 0ms);
  CHECK(bucket.delay(kStart) == 0ms);
  CHECK(bucket.take(kStart) == 0ms);
  CHECK(bucket.delay(kStart) == 1s);
  CHECK(bucket.take(kStart) == 1s);
}

TEST_CASE("what is not used is saved up to the burst and no further") {
  TokenBucket bucket(2.0, 4.0);
  for (int turn = 0; turn < 4; ++turn) bucket.take(kStart);
  CHECK(bucket.delay(kStart) == 500ms);
  const SteadyTime later = kStart + 24h;
  for (int turn = 0; turn < 4; ++turn) CHECK(bucket.take(later) == 0ms);
  CHECK(bucket.take(later) == 500ms);
}

TEST_CASE("time that runs backwards gives nothing back") {
  TokenBucket bucket(1.0, 1.0);
  CHECK(bucket.take(kStart) == 0ms);
  CHECK(bucket.take(kStart - 10s) == 1s);
  CHECK(bucket.delay(kStart) == 2s);
}

TEST_CASE("who waits as told never exceeds the rate, whatever the calls' times") {
  const bool held = rc::check([] {
    const double rate = static_cast<double>(*rc::gen::inRange(1, 100));
    const double burst = static_cast<double>(*rc::gen::inRange(1, 20));
    const auto pauses = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 300));
    TokenBucket bucket(rate, burst);
    SteadyTime now = kStart;
    std::vector<SteadyTime> turns;
    for (const int pause : pauses) {
      now += Duration(pause);
      const Duration announced = bucket.delay(now);
      const Duration wait = bucket.take(now);
      RC_ASSERT(announced == wait);
      if (!turns.empty()) RC_ASSERT(now + wait >= turns.back());
      turns.push_back(now + wait);
    }
    for (std::size_t first = 0; first < turns.size(); ++first) {
      for (std::size_t last = first; last < turns.size(); ++last) {
        const std::chrono::duration<double> span = turns[last] - turns[first];
        RC_ASSERT(static_cast<double>(last - first + 1) <= burst + span.count() * rate + 1.001);
      }
    }
  });
  CHECK(held);
}
