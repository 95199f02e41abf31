#include "controller/core/work_queue.h"

#include "tests/support/catch.h"

namespace certloop {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime kNow{1h};

Turn resync_at(SteadyTime at) {
  return {Trigger::resync, at, {}, 0};
}

}  // namespace

TEST_CASE("an empty queue has nothing to hand out and nothing to wait for") {
  WorkQueue queue;
  CHECK_FALSE(queue.pop(kNow));
  CHECK_FALSE(queue.next_ready_at());
}

TEST_CASE("a key is handed out at its time, not a moment earlier") {
  WorkQueue queue;
  queue.add("a", Trigger::added, kNow + 5s);
  CHECK(queue.next_ready_at() == kNow + 5s);
  CHECK_FALSE(queue.pop(kNow + 5s - 1ns));
  CHECK(queue.pop(kNow + 5s)->key == "a");
}

TEST_CASE("requests for one key merge into the earliest time and the most urgent trigger") {
  WorkQueue queue;
  queue.add("a", Trigger::resync, kNow);
  queue.add("a", Trigger::notified, kNow + 9s);
  const auto item = queue.pop(kNow);
  REQUIRE(item);
  CHECK(item->trigger == Trigger::notified);
  CHECK_FALSE(queue.pop(kNow + 1h));
}

TEST_CASE("a request is urgent again after the key was finished") {
  WorkQueue queue;
  queue.add("a", Trigger::notified, kNow);
  queue.pop(kNow);
  queue.finish("a", resync_at(kNow + 1h));
  CHECK(queue.pop(kNow + 1h)->trigger == Trigger::resync);
}

TEST_CASE("a key in work is not handed out a second time") {
  WorkQueue queue;
  queue.add("a", Trigger::added, kNow);
  queue.pop(kNow);
  queue.add("a", Trigger::notified, kNow);
  CHECK_FALSE(queue.pop(kNow + 1h));
  CHECK_FALSE(queue.next_ready_at());
}

TEST_CASE("a key asked for while in work runs once more, however often it was asked") {
  WorkQueue queue;
  queue.add("a", Trigger::added, kNow);
  queue.pop(kNow);
  for (int i = 0; i < 1000; ++i) queue.add("a", Trigger::notified, kNow);
  queue.finish("a", resync_at(kNow + 10min));
  CHECK(queue.pop(kNow)->trigger == Trigger::notified);
  queue.finish("a", resync_at(kNow + 10min));
  CHECK_FALSE(queue.pop(kNow + 10min - 1s));
}

TEST_CASE("failures are counted by the turns and told to the next run, even to an urgent one") {
  WorkQueue queue;
  queue.add("a", Trigger::added, kNow);
  CHECK(queue.pop(kNow)->failures == 0);
  queue.finish("a", {Trigger::retry, kNow + 1min, {}, 4});
  queue.add("a", Trigger::notified, kNow);
  const auto item = queue.pop(kNow);
  CHECK(item->trigger == Trigger::notified);
  CHECK(item->failures == 4);
}

TEST_CASE("no wake-up passes a Retry-After") {
  WorkQueue queue;
  queue.add("a", Trigger::added, kNow);
  queue.pop(kNow);
  queue.finish("a", {Trigger::retry, kNow + 1min, kNow + 30s, 1});
  queue.add("a", Trigger::notified, kNow);
  CHECK(queue.next_ready_at() == kNow + 30s);
  CHECK_FALSE(queue.pop(kNow + 30s - 1ns));
  CHECK(queue.pop(kNow + 30s));
}

TEST_CASE("a wake-up during the run does not pass the Retry-After that the run brings") {
  WorkQueue queue;
  queue.add("a", Trigger::added, kNow);
  queue.pop(kNow);
  queue.add("a", Trigger::notified, kNow);
  queue.finish("a", {Trigger::retry, kNow + 1min, kNow + 30s, 1});
  CHECK_FALSE(queue.pop(kNow + 29s));
  CHECK(queue.pop(kNow + 30s)->trigger == Trigger::notified);
}

TEST_CASE("a floor ends with the run it delayed") {
  WorkQueue queue;
  queue.add("a", Trigger::added, kNow);
  queue.pop(kNow);
  queue.finish("a", {Trigger::retry, kNow + 30s, kNow + 30s, 1});
  queue.pop(kNow + 30s);
  queue.finish("a", resync_at(kNow + 10min));
  queue.add("a", Trigger::notified, kNow + 31s);
  CHECK(queue.pop(kNow + 31s));
}

TEST_CASE("of the due keys the most urgent goes first, then the one due longest") {
  WorkQueue queue;
  queue.add("resync", Trigger::resync, kNow);
  queue.add("late", Trigger::notified, kNow + 2s);
  queue.add("early", Trigger::notified, kNow + 1s);
  queue.add("retry", Trigger::retry, kNow);
  queue.add("added", Trigger::added, kNow);
  std::vector<std::string> order;
  while (const auto item = queue.pop(kNow + 1min)) order.push_back(item->key);
  CHECK(order == std::vector<std::string>{"early", "late", "added", "retry", "resync"});
}

TEST_CASE("a key that is due already becomes more urgent when it is asked for") {
  WorkQueue queue;
  queue.add("a", Trigger::retry, kNow);
  queue.add("b", Trigger::resync, kNow);
  queue.add("c", Trigger::retry, kNow);
  CHECK(queue.pop(kNow)->key == "a");  // b and c are due now
  queue.add("b", Trigger::notified, kNow);
  CHECK(queue.pop(kNow)->key == "b");
  CHECK(queue.pop(kNow)->key == "c");
}

TEST_CASE("a forgotten key is gone") {
  WorkQueue queue;
  queue.add("waiting", Trigger::added, kNow + 1h);
  queue.add("due", Trigger::added, kNow);
  queue.add("other", Trigger::added, kNow);
  queue.pop(kNow);  // "due", so that "other" is due and promoted
  queue.forget("waiting");
  queue.forget("other");
  queue.forget("never known");
  CHECK_FALSE(queue.pop(kNow + 2h));
  CHECK_FALSE(queue.next_ready_at());
}

TEST_CASE("a key that was forgotten and comes back does not pass the Retry-After it had") {
  WorkQueue queue;
  queue.add("waiting", Trigger::added, kNow);
  REQUIRE(queue.pop(kNow));
  queue.finish("waiting", {Trigger::retry, kNow + 60s, kNow + 60s, 1});
  queue.forget("waiting");
  queue.add("running", Trigger::added, kNow);
  REQUIRE(queue.pop(kNow));
  queue.forget("running");
  queue.finish("running", {Trigger::retry, kNow + 30s, kNow + 30s, 1});

  queue.add("waiting", Trigger::notified, kNow);
  queue.add("running", Trigger::notified, kNow);
  CHECK_FALSE(queue.pop(kNow + 30s - 1ns));
  CHECK(queue.pop(kNow + 30s)->key == "running");
  CHECK_FALSE(queue.pop(kNow + 60s - 1ns));
  const auto item = queue.pop(kNow + 60s);
  REQUIRE(item);
  CHECK(item->key == "waiting");
  CHECK(item->failures == 0);
}

TEST_CASE("a key forgotten in work leaves when it is finished") {
  WorkQueue queue;
  queue.add("a", Trigger::added, kNow);
  queue.pop(kNow);
  queue.add("a", Trigger::notified, kNow);
  queue.forget("a");
  queue.finish("a", resync_at(kNow));
  CHECK_FALSE(queue.pop(kNow + 1h));
}

TEST_CASE("a key forgotten in work and added anew waits for the end of the run") {
  WorkQueue queue;
  queue.add("a", Trigger::added, kNow);
  queue.pop(kNow);
  queue.forget("a");
  queue.add("a", Trigger::added, kNow);
  CHECK_FALSE(queue.pop(kNow + 1h));
  queue.finish("a", resync_at(kNow + 10min));
  CHECK(queue.pop(kNow)->trigger == Trigger::added);
}

TEST_CASE("finishing a key that nobody knows does nothing") {
  WorkQueue queue;
  queue.finish("a", resync_at(kNow));
  CHECK_FALSE(queue.pop(kNow));
}

}  // namespace certloop
