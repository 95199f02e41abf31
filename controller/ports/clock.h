#pragma once
#include "controller/core/time.h"

namespace certloop {

// Reads time; cannot wait. Threads: any.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual SteadyTime steady_now() const = 0;  // for pace
  virtual WallTime wall_now() const = 0;      // for validity and for people
};

}  // namespace certloop
