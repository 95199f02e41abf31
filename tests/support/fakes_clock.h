#pragma once
#include <chrono>
#include <mutex>

#include "controller/ports/clock.h"

namespace certloop::test {

// Stands still until it is told otherwise; both times move together. Threads: any.
class FakeClock : public Clock {
 public:
  SteadyTime steady_now() const override {
    const std::lock_guard lock(mutex_);
    return steady_;
  }
  WallTime wall_now() const override {
    const std::lock_guard lock(mutex_);
    return wall_ + std::chrono::duration_cast<std::chrono::seconds>(steady_ - kStart);
  }
  void advance(Duration by) {
    const std::lock_guard lock(mutex_);
    steady_ += by;
  }
  // Moves the wall alone, as a person with a calendar does.
  void set_wall(WallTime time) {
    const std::lock_guard lock(mutex_);
    wall_ = time - std::chrono::duration_cast<std::chrono::seconds>(steady_ - kStart);
  }

 private:
  static constexpr SteadyTime kStart{std::chrono::hours(1)};
  mutable std::mutex mutex_;
  SteadyTime steady_ = kStart;
  WallTime wall_ = std::chrono::sys_days{std::chrono::year{2026} / 8 / 1};
};

// This machine's time, for tests with real threads.
class RealClock : public Clock {
 public:
  SteadyTime steady_now() const override { return std::chrono::steady_clock::now(); }
  WallTime wall_now() const override {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  }
};

}  // namespace certloop::test
