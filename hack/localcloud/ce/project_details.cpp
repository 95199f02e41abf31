#include "hack/localcloud/ce/project_details.h"

namespace localcloud::ce {

Json egress_addresses() {
  return {{"private", Json::array({"10.0.0.10", "10.0.64.10", "10.0.128.10"})},
          {"public", Json::array({"192.0.2.10", "198.51.100.10", "203.0.113.10"})}};
}

Json status_details(const Project& project, Time now) {
  const bool active = project.status(now) == "active";
  return {{"cbr",
           {{"data_plane",
             {{"enforcement", "none"},
              {"inbound_private", "allowed"},
              {"inbound_public", "allowed"},
              {"last_synced_at", rfc3339(project.created)}}}}},
          {"domain", active ? "ready" : "unknown"},
          {"project", active ? "enabled" : "disabled"},
          {"vpe", active ? "ready" : "unknown"},
          {"vpe_not_enabled", false}};
}

}  // namespace localcloud::ce
