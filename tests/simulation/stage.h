#pragma once
#include <functional>

#include "tests/simulation/chance.h"
#include "tests/simulation/judge.h"
#include "tests/simulation/timeline.h"
#include "tests/simulation/trace.h"
#include "tests/simulation/world.h"

namespace certloop::simulation {

// How the services and the machines do at the time.
struct Weather {
  double faults = 0;     // share of the calls that go wrong
  double deaths = 0;     // share of the waits in a call in which its process ends
  double meddling = 0;   // … in which somebody else acts at once
  Duration slowest{50};  // a call lasts at most so long
  Duration longest_retry_after{7'200'000};
};

// How often things happened, so that a run in which nothing happens is not taken for a good one.
struct Counts {
  unsigned long runs = 0;
  unsigned long writes = 0;
  unsigned long faults = 0;
  unsigned long deaths = 0;
  unsigned long acts = 0;  // of others: rotations, edits, mappings
  unsigned long wakes = 0;
  Counts& operator+=(const Counts& other);
};

// All that the actors of one run share.
struct Stage {
  Stage(const Certificates& all, std::uint64_t seed, std::ostream* out)
      : certificates(all), chance(seed), trace(timeline, out), has_surveys(seed % 2 == 1) {}

  const Certificates& certificates;
  Timeline timeline{};
  Chance chance;
  Trace trace;
  World world{certificates};
  Judge judge{certificates, world, timeline, trace};
  const bool has_surveys;  // every other seed: resyncs by lists
  Weather weather{};
  Counts counts{};
  std::function<void()> meddle{};  // somebody else's act
};

inline Counts& Counts::operator+=(const Counts& other) {
  runs += other.runs;
  writes += other.writes;
  faults += other.faults;
  deaths += other.deaths;
  acts += other.acts;
  wakes += other.wakes;
  return *this;
}

}  // namespace certloop::simulation
