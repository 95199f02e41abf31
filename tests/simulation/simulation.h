#pragma once
#include <cstdint>
#include <iosfwd>
#include <optional>

#include "tests/simulation/judge.h"
#include "tests/simulation/stage.h"

namespace certloop::simulation {

struct Options {
  std::uint64_t seed = 1;
  unsigned days = 30;
  std::ostream* trace = nullptr;  // where to tell what happens; null: nowhere
};

struct Report {
  std::uint64_t hash = 0;  // of all that happened
  std::optional<Violation> violation{};
  Counts counts{};
};

// One run of one seed: fair weather and storms in turns, on virtual time and on this thread alone.
// The same options give the same report, in every process. Threads: any, at once.
Report simulate(const Certificates& certificates, const Options& options);

}  // namespace certloop::simulation
