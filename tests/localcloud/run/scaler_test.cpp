#include "hack/localcloud/run/scaler.h"

#include <string>
#include <vector>

#include "tests/support/catch.h"

using localcloud::run::Scaler;
using localcloud::run::ScaleRules;
using std::chrono::milliseconds;

namespace {

const Scaler::Time kStart{std::chrono::hours(1)};

}  // namespace

TEST_CASE("as many instances as the requests of the moment ask for") {
  struct Case {
    std::string what;
    ScaleRules rules;
    int requests;
    int wanted;
  };
  const std::vector<Case> cases = {
      {"none, none", {.target = 100}, 0, 0},
      {"one is enough to start one", {.target = 100}, 1, 1},
      {"exactly the target", {.target = 100}, 100, 1},
      {"one more than the target", {.target = 100}, 101, 2},
      {"each its own", {.target = 1}, 7, 7},
      {"not fewer than the fewest", {.fewest = 2, .target = 100}, 0, 2},
      {"not more than the most", {.most = 3, .target = 1}, 50, 3},
      {"no autoscaling between equal bounds", {.fewest = 2, .most = 2, .target = 1}, 50, 2},
      {"the fewest count more than the most", {.fewest = 5, .most = 2, .target = 1}, 0, 5},
  };
  for (const Case& one : cases) {
    CAPTURE(one.what);
    CHECK(Scaler().wanted(one.rules, one.requests, kStart) == one.wanted);
  }
}

TEST_CASE("a number of instances outlives its requests by the hold time") {
  struct Step {
    int at_ms;
    int requests;
    int wanted;
  };
  struct Case {
    std::string what;
    std::vector<Step> steps;
  };
  const ScaleRules rules{.most = 10, .target = 1, .hold = milliseconds(100)};
  const std::vector<Case> cases = {
      {"zero after the last request", {{0, 1, 1}, {10, 0, 1}, {109, 0, 1}, {110, 0, 0}}},
      {"a request that lasts holds until it ends",
       {{0, 1, 1}, {500, 0, 1}, {599, 0, 1}, {600, 0, 0}}},
      {"down to what was asked for meanwhile",
       {{0, 5, 5}, {10, 2, 5}, {50, 0, 5}, {110, 0, 2}, {149, 0, 2}, {150, 0, 0}}},
      {"up again at once", {{0, 1, 1}, {10, 0, 1}, {200, 0, 0}, {201, 4, 4}}},
      {"more than the most is not remembered as more", {{0, 50, 10}, {10, 0, 10}, {110, 0, 0}}},
  };
  for (const Case& one : cases) {
    CAPTURE(one.what);
    Scaler scaler;
    for (const Step& step : one.steps) {
      CAPTURE(step.at_ms);
      CHECK(scaler.wanted(rules, step.requests, kStart + milliseconds(step.at_ms)) == step.wanted);
    }
  }
}

TEST_CASE("instances that were started without requests are held as well") {
  const ScaleRules rules{.fewest = 1, .most = 10, .target = 1, .hold = milliseconds(100)};
  Scaler scaler;
  scaler.started(3, kStart);
  CHECK(scaler.wanted(rules, 0, kStart + milliseconds(99)) == 3);
  CHECK(scaler.wanted(rules, 0, kStart + milliseconds(100)) == 1);
}

TEST_CASE("the next look is when the highest number has been held long enough") {
  const ScaleRules rules{.fewest = 1, .most = 10, .target = 1, .hold = milliseconds(100)};
  Scaler scaler;
  scaler.wanted(rules, 3, kStart);
  CHECK_FALSE(scaler.next(rules));
  scaler.wanted(rules, 2, kStart + milliseconds(10));
  CHECK(scaler.next(rules) == kStart + milliseconds(110));
  scaler.wanted(rules, 0, kStart + milliseconds(20));
  CHECK(scaler.wanted(rules, 0, kStart + milliseconds(110)) == 2);
  CHECK(scaler.next(rules) == kStart + milliseconds(120));
  CHECK(scaler.wanted(rules, 0, kStart + milliseconds(120)) == 1);
  CHECK_FALSE(scaler.next(rules));
}
