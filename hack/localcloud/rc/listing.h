#pragma once
#include <vector>

#include "hack/localcloud/frame/world.h"

namespace localcloud::rc {

// One page of documents. The query's other parameters filter on members of the same name, and are
// carried by the token in next_url: with `start` they are ignored. Without `state`, only what is
// active or provisioning is listed. Throws Refusal.
Response list_page(const Request& request, const std::vector<Json>& documents);

}  // namespace localcloud::rc
