#pragma once
#include "hack/localcloud/sm/instance.h"

namespace localcloud::sm {

// Begins an order; the scheduler ends it. `version` is the one to be: its id and custom metadata.
// Success makes it current (and the secret active), a failure leaves the secret as it was, or
// deactivated when there was nothing before. A secret deleted meanwhile stays deleted.
void place_order(Instance& instance, Secret& secret, Order order, Version version);

}  // namespace localcloud::sm
