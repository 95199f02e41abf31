#pragma once
#include <chrono>
#include <string>

namespace certloop::v1 {

// "2026-08-01T00:00:00Z": how times are written in status, messages and plans.
std::string rfc3339(std::chrono::sys_seconds time);

}  // namespace certloop::v1
