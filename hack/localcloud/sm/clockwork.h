#pragma once
#include "hack/localcloud/sm/instance.h"

namespace localcloud::sm {

// What time alone brings about, up to now: warnings of expiry, automatic rotations, expiry. A long
// jump of the clock rotates once, and tells of each day's warning that it passed.
void catch_up(Instance& instance);

}  // namespace localcloud::sm
