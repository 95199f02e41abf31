#pragma once
#include <chrono>
#include <string>

#include "hack/localcloud/sm/fields.h"

namespace localcloud::sm {

struct DurationRange {
  std::chrono::seconds least{0};
  std::chrono::seconds most{0};
};

// "90", "90s", "15m", "12h", "30d", or a number of seconds. Refuses with 400 what is none of them
// or out of range; `otherwise` when the member is absent.
std::chrono::seconds read_duration(const Fields& body, const std::string& member,
                                   const DurationRange& range, std::chrono::seconds otherwise);

}  // namespace localcloud::sm
