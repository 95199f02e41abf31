#pragma once
#include <string>

#include "hack/localcloud/ce/projects.h"
#include "hack/localcloud/frame/world.h"

namespace localcloud::ce {

// One event of a cron subscription, which Code Engine's API does not know (the CLI makes them):
// {"destination":{"type":"app"|"job","name"},"path","data","content_type","extensions"}. An app
// gets a request through the ingress, a job a run; 202 with the event's id and the run's name, or
// what starting the run has been answered. Throws Refusal.
Response fire_cron(World& world, JobStarter& jobs, const Project& project,
                   const std::string& subscription, const Json& body);

}  // namespace localcloud::ce
