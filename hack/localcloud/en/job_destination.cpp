#include "hack/localcloud/en/job_destination.h"

#include <algorithm>

#include "hack/localcloud/en/refusal.h"

namespace localcloud::en {
namespace {

constexpr const char* kRoles[] = {"Viewer", "Writer"};

// Both roles are needed, says the services' page on Code Engine destinations; the console makes the
// authorization by itself, the API does not.
bool authorized(const World& world, const std::string& instance_crn,
                const Destination& destination) {
  if (world.authorizations == nullptr) return true;
  const std::string project = destination.params.value("project_crn", "");
  return std::all_of(std::begin(kRoles), std::end(kRoles), [&](const char* role) {
    return world.authorizations->allows(instance_crn, project, role);
  });
}

int refusal_of(const World& world) {
  return world.switches.value("en_unauthorized_job_status").get<int>();
}

std::string dump(const Json& event) {
  return event.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

void declare_job_switches(Switches& switches) {
  switches.declare("en_unauthorized_job_status", 403,
                   "status of a job as destination without an authorization for its project",
                   refusal_status());
  switches.declare("en_job_template_with_event", false,
                   "whether a job run whose parameters a template gives has ibmendata as well");
}

bool is_job(const Destination& destination) {
  return destination.type == "ibmce" && destination.params.value("type", "") == "job";
}

void refuse_unauthorized_job(const World& world, const std::string& instance_crn,
                             const Destination& destination) {
  if (!is_job(destination) || authorized(world, instance_crn, destination)) return;
  refuse(refusal_of(world), "forbidden",
         "no authorization with the roles Viewer and Writer lets the instance start job runs");
}

OutboundResult start_job(World& world, const Delivery& delivery) {
  const Destination& destination = delivery.destination;
  OutboundResult result{.connected = true};
  if (!authorized(world, delivery.instance_crn, destination)) {
    result.status = refusal_of(world);
    return result;
  }
  JobRunOrder order{.project_crn = destination.params.value("project_crn", ""),
                    .job_name = destination.params.value("job_name", "")};
  if (delivery.text) {
    order.parameters = Json::parse(*delivery.text, nullptr, false);
    if (!order.parameters.is_object()) {
      result.status = 400;
      return result;
    }
  }
  if (!delivery.text || world.switches.on("en_job_template_with_event")) {
    order.variables["ibmendata"] = dump(delivery.event);
  }
  // Event Notifications logs 200 for a Code Engine destination that was served.
  const int status = world.jobs->start_job_run(order).status;
  result.status = status == 202 ? 200 : status;
  return result;
}

}  // namespace localcloud::en
