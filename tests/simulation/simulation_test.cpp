#include "tests/simulation/simulation.h"

#include "tests/simulation/seeds.h"
#include "tests/support/catch.h"

namespace certloop::simulation {

TEST_CASE("two runs of one seed are the same, bit for bit") {
  const Certificates certificates;
  const Certificates others;  // with other keys and signatures
  for (const std::uint64_t seed : {1u, 2u, 3u, 4u, 5u}) {
    const Report once = simulate(certificates, {seed, 30, nullptr});
    CHECK(simulate(certificates, {seed, 30, nullptr}).hash == once.hash);
    CHECK(simulate(others, {seed, 30, nullptr}).hash == once.hash);
    CHECK(simulate(certificates, {seed + 1000, 30, nullptr}).hash != once.hash);
  }
}

TEST_CASE("whatever happens for thirty days, no invariant breaks") {
  const Certificates certificates;
  const Summary summary = simulate_all(certificates, {1, SIMULATION_SEEDS, 30, 2});
  if (summary.failure) {
    FAIL("seed " << summary.failure->seed << ": " << to_string(summary.failure->violation.invariant)
                 << ": " << summary.failure->violation.what << "\nhack/simulate.sh --first "
                 << summary.failure->seed << " --seeds 1 --days 30 --trace");
  }
  CHECK(summary.seeds == SIMULATION_SEEDS);
  // A world in which nothing happens proves nothing.
  CHECK(summary.counts.runs > 500 * summary.seeds);
  CHECK(summary.counts.writes > 20 * summary.seeds);
  CHECK(summary.counts.faults > 20 * summary.seeds);
  CHECK(summary.counts.deaths > summary.seeds);
  CHECK(summary.counts.acts > 20 * summary.seeds);
}

}  // namespace certloop::simulation
