// The queue's seven laws, by random programs against a model that is too simple to be wrong.
#include "controller/core/work_queue.h"

#include <rapidcheck/catch.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "tests/support/catch.h"

namespace certloop {
namespace {

using std::chrono::milliseconds;

struct Op {
  enum class Kind { add, pop, finish, forget, advance };
  Kind kind = Kind::pop;
  std::string key{};
  Trigger trigger = Trigger::resync;
  milliseconds at{};     // add, finish: from now; advance: by
  milliseconds floor{};  // finish: from now; zero: none
  int failures = 0;
};

std::ostream& operator<<(std::ostream& out, const Op& op) {
  constexpr const char* kNames[] = {"add", "pop", "finish", "forget", "advance"};
  return out << kNames[static_cast<int>(op.kind)] << '(' << op.key << ' ' << to_string(op.trigger)
             << " +" << op.at.count() << " floor " << op.floor.count() << ')';
}

milliseconds some_time() {
  return milliseconds(*rc::gen::inRange(0, 20));
}

Op some_op() {
  using Kind = Op::Kind;
  Op op;
  op.kind = *rc::gen::weightedElement<Kind>(
      {{6, Kind::add}, {6, Kind::pop}, {5, Kind::finish}, {1, Kind::forget}, {3, Kind::advance}});
  op.key = *rc::gen::element<std::string>("a", "b", "c", "d");
  op.trigger = static_cast<Trigger>(*rc::gen::inRange(0, 4));
  op.at = some_time();
  op.floor = *rc::gen::inRange(0, 3) == 0 ? some_time() : milliseconds(0);
  op.failures = *rc::gen::inRange(0, 5);
  return op;
}

std::vector<Op> some_program() {
  return *rc::gen::scale(2.0, rc::gen::container<std::vector<Op>>(rc::gen::exec(some_op)));
}

// A list without any cleverness: looked through from end to end, every time.
class Model {
 public:
  struct Key {
    bool wanted = false;
    bool running = false;
    bool forgotten = false;
    Trigger trigger = Trigger::resync;
    SteadyTime at{};
    SteadyTime floor{};
    int failures = 0;
    bool operator==(const Key&) const = default;
    SteadyTime ready_at() const { return std::max(at, floor); }
    bool waits() const { return wanted && !running; }
  };

  void ask(Key& key, Trigger trigger, SteadyTime at) {
    // Law 1: what is asked merges with what is waited for.
    key.at = key.wanted ? std::min(key.ready_at(), at) : at;
    key.trigger = key.wanted ? std::min(key.trigger, trigger) : trigger;
    key.wanted = true;
  }
  void add(const std::string& name, Trigger trigger, SteadyTime at) {
    if (keys.count(name) == 0) keys[name].floor = floors[name];  // law 5
    keys[name].forgotten = false;
    ask(keys[name], trigger, at);
  }
  std::optional<WorkQueue::Item> pop(SteadyTime now) {
    std::optional<std::tuple<Trigger, SteadyTime, std::string>> best;
    for (const auto& [name, key] : keys) {
      if (!key.waits() || key.ready_at() > now) continue;  // laws 2, 5, 7
      const auto rank = std::tuple(key.trigger, key.ready_at(), name);
      if (!best || rank < *best) best = rank;  // law 6
    }
    if (!best) return {};
    Key& key = keys[std::get<2>(*best)];
    key.running = true;
    key.wanted = false;
    key.floor = {};
    return WorkQueue::Item{std::get<2>(*best), key.trigger, key.failures};
  }
  void finish(const std::string& name, const Turn& turn) {
    Key& key = keys.at(name);
    if (key.forgotten) {
      floors[name] = turn.not_before;
      keys.erase(name);
      return;
    }
    key.running = false;
    key.failures = turn.failures;
    ask(key, turn.trigger, turn.at);  // laws 3 and 4
    key.floor = turn.not_before;
  }
  void forget(const std::string& name) {
    const auto found = keys.find(name);
    if (found == keys.end()) return;
    if (!found->second.running) {
      floors[name] = found->second.floor;
      keys.erase(found);
      return;
    }
    found->second.wanted = false;
    found->second.forgotten = true;
  }
  std::optional<SteadyTime> next_ready_at() const {
    std::optional<SteadyTime> soonest;
    for (const auto& [name, key] : keys) {
      if (key.waits() && (!soonest || key.ready_at() < *soonest)) soonest = key.ready_at();
    }
    return soonest;
  }

  std::map<std::string, Key> keys;
  std::map<std::string, SteadyTime> floors{};  // of keys that were forgotten
};

// Runs queue and model side by side.
struct Bench {
  WorkQueue queue;
  Model model;
  SteadyTime now{std::chrono::hours(1)};

  void step(const Op& op) {
    switch (op.kind) {
      case Op::Kind::add:
        queue.add(op.key, op.trigger, now + op.at);
        model.add(op.key, op.trigger, now + op.at);
        break;
      case Op::Kind::pop:
        pop();
        break;
      case Op::Kind::finish:
        if (model.keys.count(op.key) != 0 && model.keys.at(op.key).running) finish(op);
        break;
      case Op::Kind::forget:
        queue.forget(op.key);
        model.forget(op.key);
        break;
      case Op::Kind::advance:
        now += op.at;
        break;
    }
    check_next_ready_at();
  }

  void pop() {
    const auto item = queue.pop(now);
    const auto wanted = model.pop(now);
    RC_ASSERT(item.has_value() == wanted.has_value());
    if (!item) return;
    RC_ASSERT(item->key == wanted->key);
    RC_ASSERT(item->trigger == wanted->trigger);
    RC_ASSERT(item->failures == wanted->failures);
  }

  void finish(const Op& op) {
    const SteadyTime floor = op.floor.count() > 0 ? now + op.floor : SteadyTime{};
    const Turn turn{op.trigger, std::max(now + op.at, floor), floor, op.failures};
    queue.finish(op.key, turn);
    model.finish(op.key, turn);
  }

  void check_next_ready_at() const {
    const auto told = queue.next_ready_at();
    const auto real = model.next_ready_at();
    RC_ASSERT(told.has_value() == real.has_value());
    if (!told) return;
    // Of what is due already only that it is due counts.
    RC_ASSERT(std::max(*told, now) == std::max(*real, now));
  }
};

}  // namespace

TEST_CASE("the queue does what its seven laws say") {
  rc::prop("for every program of adds, pops, finishes, forgets and passing time", [] {
    Bench bench;
    for (const Op& op : some_program()) bench.step(op);
  });
}

TEST_CASE("no key is ever lost") {
  rc::prop("what was added and not forgotten can still be popped after any program", [] {
    Bench bench;
    for (const Op& op : some_program()) bench.step(op);
    std::size_t alive = 0;
    for (const auto& [name, key] : std::map(bench.model.keys)) {
      if (key.running) bench.queue.finish(name, {Trigger::resync, bench.now, {}, 0});
      if (!key.forgotten) ++alive;
    }
    std::size_t popped = 0;
    while (bench.queue.pop(bench.now + std::chrono::hours(1))) ++popped;
    RC_ASSERT(popped == alive);
  });
}

}  // namespace certloop
