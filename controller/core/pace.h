#pragma once
#include <optional>
#include <variant>

#include "controller/core/result.h"
#include "controller/core/time.h"
#include "controller/core/trigger.h"

// When to look again. Pure: the random number and the time are arguments.
namespace certloop {

// What a run asks for, exactly one of three.
struct AtResync {};  // all is said: look again at the next resync
struct After {
  Duration wait{};
};                                  // something is known to change then
struct Backoff {                    // it failed; repeating can help
  std::optional<Duration> floor{};  // Retry-After
};
using Next = std::variant<AtResync, After, Backoff>;

// Which of these an error calls for. This function is where each ErrorCode's promise is kept.
Next next_after(const Error& error);

// The sooner and more careful of two: a back-off wins over everything and keeps the larger floor;
// else the shorter wait.
Next combine(const Next& left, const Next& right);

struct PacePolicy {
  Duration look_again{10'000};  // after a notification that brought nothing new
  // How often what lists watch over is looked at all the same; zero: there are no lists, every
  // resync is a whole look.
  Duration full_look{0};
  Duration first{1'000};        // after the first failure
  Duration cap{300'000};        // never longer than this
  double factor = 2.0;          // from one failure to the next
  double backoff_jitter = 0.2;  // up to this share is taken off
  double resync_jitter = 0.1;   // likewise, so that 10 000 keys do not come at once
};

// Delay after `failures` (1 or more) failures in a row; `unit_random` in [0,1). Grows with the
// failures whatever the random numbers until the cap is reached, is never above the cap and never
// below (1 - jitter) of the base.
Duration backoff_delay(const PacePolicy& policy, int failures, double unit_random);

// The next turn after a run that a notification asked for. A read may lag behind the event that
// tells of it, so a look that found nothing new is repeated soon, and only once: that turn is
// nobody's notification any more.
Next after_notification(const PacePolicy& policy, Trigger trigger, bool nothing_new,
                        const Next& next);

// When a key has its next turn, and what is remembered about it until then.
struct Turn {
  Trigger trigger = Trigger::resync;
  SteadyTime at{};
  SteadyTime not_before{};  // a floor that no wake-up may pass; default: none
  int failures = 0;         // in a row, up to now
};

// The turn after a run that asked for `next` and had `failures` failures before it.
Turn next_turn(const PacePolicy& policy, const Next& next, int failures, Duration resync,
               SteadyTime now, double unit_random);

}  // namespace certloop
