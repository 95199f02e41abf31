#pragma once
#include <cstdint>
#include <vector>

#include "controller/core/time.h"

namespace certloop::simulation {

// Random numbers of a seed, the same on every machine (splitmix64; the standard library's
// distributions differ from one to the next).
class Chance {
 public:
  explicit Chance(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }  // [0,1)
  bool hit(double share) { return share > 0 && unit() < share; }
  std::size_t below(std::size_t end) { return static_cast<std::size_t>(next() % end); }
  Duration between(Duration least, Duration most) {
    const auto span = static_cast<std::size_t>((most - least).count()) + 1;
    return least + Duration(static_cast<Duration::rep>(below(span)));
  }
  template <class T>
  const T& of(const std::vector<T>& all) {
    return all[below(all.size())];
  }

 private:
  std::uint64_t state_;
};

}  // namespace certloop::simulation
