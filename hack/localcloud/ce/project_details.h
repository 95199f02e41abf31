#pragma once
#include "hack/localcloud/ce/projects.h"

namespace localcloud::ce {

// Body of GET /projects/{id}/egress_ips: addresses of the documentation ranges.
Json egress_addresses();
// Body of GET /projects/{id}/status_details: all well while the project is active.
Json status_details(const Project& project, Time now);

}  // namespace localcloud::ce
