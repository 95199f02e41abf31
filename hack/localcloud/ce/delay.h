#pragma once
#include <algorithm>
#include <chrono>
#include <string>

#include "hack/localcloud/frame/world.h"

namespace localcloud::ce {

// A wait that a switch gives in milliseconds: at most an hour.
inline std::chrono::milliseconds delay(const World& world, const std::string& switch_name) {
  constexpr std::int64_t kLongest = 3'600'000;
  return std::chrono::milliseconds(
      std::clamp<std::int64_t>(world.switches.value(switch_name).get<std::int64_t>(), 0, kLongest));
}

}  // namespace localcloud::ce
