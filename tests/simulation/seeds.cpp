#include "tests/simulation/seeds.h"

#include <mutex>
#include <thread>
#include <vector>

namespace certloop::simulation {
namespace {

class Crew {
 public:
  Crew(const Certificates& certificates, const Seeds& seeds)
      : certificates_(certificates), seeds_(seeds) {}

  Summary work() {
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < seeds_.jobs; ++i) threads.emplace_back([this] { member(); });
    for (std::thread& thread : threads) thread.join();
    return summary_;
  }

 private:
  void member() {
    while (const auto seed = next()) {
      const Report report = simulate(certificates_, {*seed, seeds_.days, nullptr});
      const std::lock_guard lock(mutex_);
      if (report.violation) {
        if (is_passed_over(report.violation->invariant)) continue;
        if (!summary_.failure || *seed < summary_.failure->seed) {
          summary_.failure = Summary::Failure{*seed, *report.violation};
        }
        continue;
      }
      ++summary_.seeds;
      summary_.counts += report.counts;
    }
  }

  bool is_passed_over(Invariant broken) const {
    return seeds_.only != 0 && seeds_.only != static_cast<int>(broken);
  }

  std::optional<std::uint64_t> next() {
    const std::lock_guard lock(mutex_);
    if (summary_.failure || begun_ == seeds_.count) return {};
    return seeds_.first + begun_++;
  }

  const Certificates& certificates_;
  const Seeds seeds_;
  std::mutex mutex_;
  std::uint64_t begun_ = 0;
  Summary summary_;
};

}  // namespace

Summary simulate_all(const Certificates& certificates, const Seeds& seeds) {
  return Crew(certificates, seeds).work();
}

}  // namespace certloop::simulation
