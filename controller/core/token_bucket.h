#pragma once
#include "controller/core/time.h"

namespace certloop {

// Allows `rate` takes a second on average, `burst` at once. Passive: told the time, never waits.
// Not thread-safe.
class TokenBucket {
 public:
  TokenBucket(double rate, double burst) : rate_(rate), burst_(burst), tokens_(burst) {}
  // Takes a turn and returns how long the caller must wait before using it (zero: now). Turns are
  // given in the order of the calls.
  Duration take(SteadyTime now);
  // How long a turn taken now would have to wait; takes nothing.
  Duration delay(SteadyTime now) const;

 private:
  double tokens_at(SteadyTime now) const;
  double rate_;
  double burst_;
  double tokens_;  // below zero: turns already promised
  SteadyTime updated_{};
};

}  // namespace certloop
