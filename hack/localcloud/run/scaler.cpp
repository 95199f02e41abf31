#include "hack/localcloud/run/scaler.h"

#include <algorithm>
#include <iterator>

namespace localcloud::run {

int Scaler::wanted(const ScaleRules& rules, int requests, Time now) {
  remember(asked_, now);  // it held until now
  asked_ = (requests + rules.target - 1) / rules.target;
  remember(asked_, now);
  std::erase_if(until_, [&](const auto& one) {
    return one.first > asked_ && one.second + rules.hold <= now;
  });
  return std::clamp(until_.rbegin()->first, rules.fewest, std::max(rules.fewest, rules.most));
}

std::optional<Scaler::Time> Scaler::next(const ScaleRules& rules) const {
  if (until_.empty() || until_.rbegin()->first <= std::max(asked_, rules.fewest)) return {};
  return until_.rbegin()->second + rules.hold;
}

// Of fewer instances nothing needs to be known: this many outlive them.
void Scaler::remember(int instances, Time now) {
  until_.erase(until_.begin(), until_.upper_bound(instances));
  until_[instances] = now;
}

}  // namespace localcloud::run
