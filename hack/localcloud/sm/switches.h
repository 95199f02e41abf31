#pragma once
#include "hack/localcloud/frame/world.h"

namespace localcloud::sm {

// All behaviours of Secrets Manager that can be turned: roles, pace, and what is not established.
void declare_switches(Switches& switches);

}  // namespace localcloud::sm
