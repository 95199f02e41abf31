#pragma once
#include <cstdint>
#include <optional>

#include "tests/simulation/simulation.h"

namespace certloop::simulation {

// Many seeds, some at once.
struct Seeds {
  std::uint64_t first = 1;
  std::uint64_t count = 500;
  unsigned days = 30;
  unsigned jobs = 2;  // threads; each seed runs on one
  int only = 0;       // a seed that breaks another invariant than this is passed over; 0: none is
};

struct Summary {
  struct Failure {
    std::uint64_t seed = 0;
    Violation violation{};
  };
  std::uint64_t seeds = 0;  // that ran to their end
  Counts counts{};
  std::optional<Failure> failure{};  // the lowest seed that failed
};

// Runs them in order and begins no more after a failure.
Summary simulate_all(const Certificates& certificates, const Seeds& seeds);

}  // namespace certloop::simulation
