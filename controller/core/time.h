#pragma once
#include <chrono>

// Time is always an argument. Two clocks, never mixed up: the steady one for pace (when to look
// again, when to give up), the wall clock for what certificates and people talk about.
namespace certloop {

using SteadyTime = std::chrono::steady_clock::time_point;
using WallTime = std::chrono::sys_seconds;
using Duration = std::chrono::milliseconds;

}  // namespace certloop
