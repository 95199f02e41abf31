#pragma once
#include <optional>

#include "api/v1/binding.h"
#include "api/v1/status.h"
#include "controller/core/expiry.h"
#include "controller/core/observed.h"
#include "controller/core/ownership.h"
#include "controller/core/plan.h"
#include "controller/core/result.h"

namespace certloop {

// What one run found out about one target.
struct TargetOutcome {
  std::optional<Plan> plan{};    // empty: it could not be observed
  std::optional<Error> error{};  // observing or writing failed
  bool wrote = false;
  std::optional<TargetMemory> memory{};  // what is known of it now; empty: nothing was learned
  std::string entity_tag{};              // of what is in place now; empty: not known
  Expiring expiring{};                   // of the certificate that it serves now
};

// A target nobody has looked at yet: everything Unknown.
v1::TargetConditions unobserved(WallTime now);

// What is known after a look. Transition times move only when a condition's status changes.
v1::TargetConditions fold(v1::TargetConditions previous, const TargetOutcome& outcome,
                          WallTime now);

v1::TargetStatus describe(const v1::Target& target, v1::TargetConditions conditions);

// The source's part, from the leaf that was seen (if one was).
v1::SourceStatus describe(const v1::Source& source, const std::optional<LeafFacts>& leaf);

}  // namespace certloop
