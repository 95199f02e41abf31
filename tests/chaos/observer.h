#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/e2e/world.h"

// What the suites that disturb the running binary have in common: the cloud's journal as witness,
// waiting with a deadline, and work spread over threads.
namespace chaos {

using e2e::Json;

// A place in the cloud's journal.
std::uint64_t mark(const e2e::World& world);
// What has been asked of the cloud's services since then.
std::vector<Json> requests_since(const e2e::World& world, std::uint64_t mark);
// Writes that Code Engine carried out since then, whatever the caller was told.
std::size_t applied_writes(const e2e::World& world, std::uint64_t mark);
// Whether an ordered fault has met a request since then.
bool fault_was_met(const e2e::World& world, std::uint64_t mark);

// Is the target what that certificate makes of it?
bool holds(const e2e::World& world, const std::string& project, const std::string& secret,
           const e2e::Certificate& certificate);
// A tls secret made by hand.
void put_in_place(const e2e::World& world, const std::string& project, const std::string& secret,
                  const e2e::Certificate& certificate);
void end_faults(const e2e::World& world);

// Asks again and again until it is so, at most 20 s.
bool eventually(const std::function<bool()>& is_so);

// Calls work(0) to work(count - 1) from that many threads. What escapes from one call is its own
// affair: `work` must not throw and must not use Catch's macros.
void in_parallel(std::size_t threads, std::size_t count,
                 const std::function<void(std::size_t)>& work);

}  // namespace chaos
