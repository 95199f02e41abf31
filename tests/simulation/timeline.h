#pragma once
#include <algorithm>
#include <functional>
#include <map>
#include <utility>

#include "controller/ports/clock.h"

namespace certloop::simulation {

// Virtual time, and what is to happen in it. A call that takes time lets others act meanwhile: they
// run inside of `pass`, on the caller's stack. Who stands deeper in the stack resumes later, so a
// call may last longer than it asked for, as calls do.
class Timeline : public Clock {
 public:
  SteadyTime steady_now() const override { return now_; }
  WallTime wall_now() const override {
    return kFirstDay + std::chrono::duration_cast<std::chrono::seconds>(now_ - kStart);
  }

  void at(SteadyTime when, std::function<void()> what) {
    events_.emplace(std::pair(std::max(when, now_), ++count_), std::move(what));
  }
  void in(Duration wait, std::function<void()> what) { at(now_ + wait, std::move(what)); }

  // Lets time pass, with all that happens in it.
  void pass(Duration time) { pass_until(now_ + time); }
  void pass_until(SteadyTime end) {
    while (!stopped_ && !events_.empty() && events_.begin()->first.first <= end) {
      const auto event = events_.extract(events_.begin());
      now_ = std::max(now_, event.key().first);
      event.mapped()();
    }
    now_ = std::max(now_, end);
  }
  // Nothing happens any more.
  void stop() { stopped_ = true; }

  static constexpr SteadyTime kStart{std::chrono::hours(1)};
  static constexpr WallTime kFirstDay = std::chrono::sys_days{std::chrono::year{2026} / 8 / 1};

 private:
  SteadyTime now_ = kStart;
  std::map<std::pair<SteadyTime, unsigned long>, std::function<void()>> events_;
  unsigned long count_ = 0;  // who comes first goes first
  bool stopped_ = false;
};

}  // namespace certloop::simulation
