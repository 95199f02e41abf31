#pragma once
#include "hack/localcloud/sm/instance.h"

namespace localcloud::sm {

enum class Cause { kByCaller, kBySchedule };

// A new version of the secret, by the rules of its type: at once, by an order or by a task. The
// answer to its maker: the version's view, with the payload when there is one already. Refuses when
// the state, a lock or the body forbids it.
Json rotate(Instance& instance, Secret& secret, const Json& body, Cause cause);

}  // namespace localcloud::sm
