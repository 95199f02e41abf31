#pragma once
#include <string>

#include "hack/localcloud/en/delivery.h"
#include "hack/localcloud/en/model.h"
#include "hack/localcloud/frame/world.h"

// Destinations of type ibmce that are jobs: a notification is a run.
namespace localcloud::en {

void declare_job_switches(Switches& switches);

bool is_job(const Destination& destination);

// Refuses a job as a destination of the instance without an authorization for its project.
void refuse_unauthorized_job(const World& world, const std::string& instance_crn,
                             const Destination& destination);

// Starts the run: the event is in its variable ibmendata, or a template gives its parameters.
// Answers as a destination would: 200 for a run, else Code Engine's refusal or 403.
OutboundResult start_job(World& world, const Delivery& delivery);

}  // namespace localcloud::en
