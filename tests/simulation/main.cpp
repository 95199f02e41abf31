// The simulation as a program. hack/simulate.sh builds and runs it.
#include <CLI/CLI.hpp>
#include <chrono>
#include <iomanip>
#include <iostream>

#include "tests/simulation/seeds.h"

namespace {

using namespace certloop::simulation;

void print(const Summary& summary, const Seeds& seeds, double seconds) {
  const auto done = static_cast<double>(summary.seeds);
  std::cout << std::fixed << std::setprecision(1) << summary.seeds << " seeds of " << seeds.days
            << " days in " << seconds << " s: " << done / seconds << " seeds/s, "
            << done * seeds.days / seconds << " simulated days/s\n"
            << summary.counts.runs << " runs, " << summary.counts.writes << " writes, "
            << summary.counts.faults << " faults, " << summary.counts.deaths << " deaths, "
            << summary.counts.acts << " acts of others, " << summary.counts.wakes << " answers\n";
}

void print(const Summary::Failure& failure, const Seeds& seeds) {
  std::cout << "seed " << failure.seed << " breaks invariant "
            << static_cast<int>(failure.violation.invariant) << " ("
            << to_string(failure.violation.invariant) << "): " << failure.violation.what
            << "\nto see it: hack/simulate.sh --first " << failure.seed << " --seeds 1 --days "
            << seeds.days << " --trace\n";
}

int show(const Certificates& certificates, const Seeds& seeds) {
  const Report report = simulate(certificates, {seeds.first, seeds.days, &std::cout});
  std::cout << "hash " << std::hex << report.hash << std::dec << '\n';
  return report.violation ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  Seeds seeds;
  int must_break = 0;
  bool trace = false;
  CLI::App app("Runs the controller's loop on virtual time against a world full of faults");
  app.add_option("--first", seeds.first, "the first seed (default 1)");
  app.add_option("--seeds", seeds.count, "how many seeds (default 500)");
  app.add_option("--days", seeds.days, "simulated days of each (default 30)");
  app.add_option("--jobs", seeds.jobs, "seeds at once (default 2)");
  app.add_option("--must-break", must_break,
                 "succeed if a seed breaks this invariant, whatever else it breaks");
  app.add_flag("--trace", trace, "run the first seed alone and tell all that happens");
  CLI11_PARSE(app, argc, argv);

  seeds.only = must_break;
  const Certificates certificates;
  if (trace) return show(certificates, seeds);
  const auto begin = std::chrono::steady_clock::now();
  const Summary summary = simulate_all(certificates, seeds);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  print(summary, seeds, took.count());
  if (summary.failure) print(*summary.failure, seeds);
  const int broken = summary.failure ? static_cast<int>(summary.failure->violation.invariant) : 0;
  return broken == must_break ? 0 : 1;
}
