#include "controller/core/token_bucket.h"

#include <algorithm>
#include <cmath>

namespace certloop {

double TokenBucket::tokens_at(SteadyTime now) const {
  const std::chrono::duration<double> passed =
      std::max(now - updated_, SteadyTime::duration::zero());
  return std::min(burst_, tokens_ + passed.count() * rate_);
}

Duration TokenBucket::delay(SteadyTime now) const {
  const double missing = 1.0 - tokens_at(now);
  if (missing <= 0) return Duration::zero();
  return Duration(static_cast<Duration::rep>(std::ceil(missing / rate_ * 1000.0)));
}

Duration TokenBucket::take(SteadyTime now) {
  const Duration wait = delay(now);
  tokens_ = tokens_at(now) - 1.0;
  updated_ = std::max(now, updated_);
  return wait;
}

}  // namespace certloop
