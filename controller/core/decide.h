#pragma once
#include <optional>

#include "api/v1/binding.h"
#include "controller/core/observed.h"
#include "controller/core/plan.h"

// The policy: an ordered list of small pure rules. The first that objects names the reason. No I/O,
// no clock, total and deterministic.
namespace certloop {

// Is this source fit for this target? Empty: yes. A bad one is held: nothing is written, the old
// secret stays.
std::optional<Plan> objection_to_source(const v1::Target& target, const v1::Require& require,
                                        const SourceState& source, WallTime now);

// What to do with a target for a source without objection. `desired` is the fingerprint of what the
// target's keys must hold.
Plan compare(const v1::Target& target, const TargetState& observed, const Fingerprint& desired);

}  // namespace certloop
