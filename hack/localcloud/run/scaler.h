#pragma once
#include <chrono>
#include <map>
#include <optional>

namespace localcloud::run {

struct ScaleRules {
  int fewest = 0;
  int most = 250;
  int target = 100;                  // requests at the same time that one instance is to have
  std::chrono::milliseconds hold{};  // how long a number outlives the requests that asked for it
};

// How many instances a revision is to have. It goes up at once and comes down when nothing has
// asked for more during the whole hold time. Time is passed in: it reads no clock.
class Scaler {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // Until `now`, so many are running, whatever was asked for.
  void started(int instances, Time now) { remember(instances, now); }

  // To be told of every change of `requests` (under way and waiting), and when next() has come.
  int wanted(const ScaleRules& rules, int requests, Time now);

  // When wanted() may come to less although nothing happens. Empty: never.
  std::optional<Time> next(const ScaleRules& rules) const;

 private:
  void remember(int instances, Time now);

  int asked_ = 0;                // by the requests of the last call
  std::map<int, Time> until_{};  // instances -> when so many were last asked for; falling times
};

}  // namespace localcloud::run
