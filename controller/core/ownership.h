#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "api/v1/binding.h"
#include "controller/core/observed.h"
#include "controller/core/plan.h"

// Whose secret is a target? A Code Engine secret carries no mark of its writer, so all that is
// known is what this process saw and did itself: a memory, which ends with the process. Pure
// functions over that value; who keeps it is the caller's business.
namespace certloop {

// Changes of a target that were not ours while its certificate stayed the same. Those that come
// closer together than the contention window are one row.
struct ForeignChanges {
  std::uint64_t count = 0;         // of the row, seen so far
  WallTime since{};                // when the first of the row was seen
  std::vector<WallTime> latest{};  // the last of the row, oldest first; at most kContention
};

// So many changes by another writer within the contention window make a contended target.
inline constexpr std::size_t kContention = 3;

// What a process knows of one target from its earlier looks. Nothing known: as it begins.
struct TargetMemory {
  bool written = false;  // by this process
  // The content that the certificate asked for when the target was last seen or made equal to it.
  std::optional<Fingerprint> settled{};
  // What the target held after the last look; empty: nothing, or it is not known.
  std::optional<Fingerprint> in_place{};
  // What a write would have put there whose answer was an error, until the next look tells.
  std::optional<Fingerprint> attempted{};
  ForeignChanges foreign{};
};

// At least an hour, and as many looks as it takes to notice a row of changes.
std::chrono::seconds contention_window(const v1::Binding& binding);

// What is known after a look that found `observed` where `desired` is wanted. A new certificate
// makes a fresh start: what happened to the old one does not count against it.
TargetMemory after_look(TargetMemory memory, const v1::Binding& binding,
                        const TargetState& observed, const Fingerprint& desired, WallTime now);
// What is known after `desired` was written.
TargetMemory after_write(TargetMemory memory, const Fingerprint& desired);
// What is known after writing `desired` failed: its answer alone may have been lost.
TargetMemory after_failed_write(TargetMemory memory, const Fingerprint& desired);

// The plan that the mapping's ownership allows: `plan` itself, or a hold in its place. `memory` is
// that after the look. A new certificate is never held for drift or contention.
Plan permitted(Plan plan, const v1::Binding& binding, const TargetMemory& memory,
               const Fingerprint& desired, WallTime now);

// The plan of a suspended mapping: nothing is written, the message says what would be done. What is
// in sync stays in sync.
Plan suspended(Plan plan);

}  // namespace certloop
