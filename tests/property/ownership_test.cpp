// Laws of ownership, for any history of one target.
#include "controller/core/ownership.h"

#include <rapidcheck/catch.h>

#include "tests/support/catch.h"
#include "tests/support/fakes_binding.h"

namespace certloop {
namespace {

using std::chrono::seconds;

constexpr WallTime kStart = std::chrono::sys_days{std::chrono::year{2026} / 8 / 1};

Fingerprint some_fingerprint() {
  return {static_cast<std::uint8_t>(*rc::gen::inRange(1, 5))};
}

v1::Ownership some_ownership() {
  return {*rc::gen::element(v1::OnExisting::adopt, v1::OnExisting::adopt_if_equal,
                            v1::OnExisting::refuse),
          *rc::gen::element(v1::Drift::correct, v1::Drift::report), false};
}

std::optional<Fingerprint> content_of(const TargetState& target) {
  const auto* present = std::get_if<TargetPresent>(&target);
  return present ? present->content : std::nullopt;
}

// One target under somebody else's hands, and the loop that looks at it.
struct Story {
  v1::Binding binding = test::binding_of();
  TargetMemory memory{};
  Fingerprint desired{1};
  TargetState target = TargetAbsent{};
  WallTime now = kStart;
  std::vector<WallTime> writes{};

  void somebody_acts() {
    switch (*rc::gen::inRange(0, 3)) {
      case 0:
        target = TargetAbsent{};
        break;
      case 1:
        target = TargetPresent{"tls", "7", some_fingerprint()};
        break;
      default:
        break;
    }
  }
  Plan look() {
    memory = after_look(memory, binding, target, desired, now);
    Plan plan;
    if (target.index() == 0) {
      plan.reason = Reason::target_missing;
    } else if (content_of(target) != desired) {
      plan.reason = Reason::content_differs;
    }
    plan = permitted(plan, binding, memory, desired, now);
    if (plan.action() == Action::create || plan.action() == Action::replace) {
      writes.push_back(now);
      target = TargetPresent{"tls", "8", desired};
      memory = after_write(memory, desired);
    }
    return plan;
  }
};

}  // namespace

TEST_CASE("ownership over any history") {
  rc::prop("no certificate is written more than three times within a contention window", [] {
    Story story;
    story.binding.resync = seconds(*rc::gen::inRange(30, 7'200));
    const auto window = contention_window(story.binding);
    const int looks = *rc::gen::inRange(0, 60);
    for (int i = 0; i < looks; ++i) {
      story.now += seconds(*rc::gen::inRange<std::int64_t>(1, window.count() / 2));
      story.somebody_acts();
      story.look();
      RC_ASSERT(story.memory.foreign.latest.size() <= kContention);
    }
    for (std::size_t i = 3; i < story.writes.size(); ++i) {
      RC_ASSERT(story.writes[i] - story.writes[i - 3] >= window);
    }
  });
  rc::prop("a new certificate is never held for drift or contention", [] {
    Story story;
    story.binding.ownership.drift = *rc::gen::element(v1::Drift::correct, v1::Drift::report);
    const int looks = *rc::gen::inRange(0, 20);
    for (int i = 0; i < looks; ++i) {
      story.now += seconds(*rc::gen::inRange(1, 900));
      story.somebody_acts();
      story.look();
    }
    story.desired = Fingerprint{9};
    const Plan plan = story.look();
    RC_ASSERT(plan.action() == Action::create || plan.action() == Action::replace);
    RC_ASSERT(story.look().reason == Reason::in_sync);
  });
  rc::prop("refuse never replaces what this process has not written", [] {
    Story story;
    story.binding.ownership = some_ownership();
    story.binding.ownership.on_existing = v1::OnExisting::refuse;
    const int looks = *rc::gen::inRange(0, 20);
    for (int i = 0; i < looks; ++i) {
      story.now += seconds(*rc::gen::inRange(1, 900));
      story.somebody_acts();
      if (*rc::gen::inRange(0, 4) == 0) story.desired = some_fingerprint();
      const Plan plan = story.look();
      if (plan.action() == Action::replace) RC_ASSERT(story.writes.size() > 1);
    }
  });
  rc::prop("left alone for a window, a target that may be written is made right", [] {
    Story story;
    const int looks = *rc::gen::inRange(0, 40);
    for (int i = 0; i < looks; ++i) {
      story.now += seconds(*rc::gen::inRange(1, 900));
      story.somebody_acts();
      story.look();
    }
    story.now += contention_window(story.binding);
    story.look();
    RC_ASSERT(content_of(story.target) == story.desired);
  });
}

}  // namespace certloop
