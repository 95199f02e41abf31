#include "hack/localcloud/rc/projects.h"

#include "hack/localcloud/ce/refusal.h"
#include "hack/localcloud/rc/resource_controller.h"

namespace localcloud::rc {
namespace {

constexpr char kService[] = "codeengine";

Instance instance_of(const ce::ProjectOrder& order) {
  return {.guid = order.id,
          .name = order.name,
          .offering = catalog::find_offering(kService),
          .plan = catalog::plan_id(kService, "standard"),
          .region = order.region,
          .resource_group = order.resource_group};
}

}  // namespace

bool is_project(const Instance& instance) {
  return instance.offering->name == kService;
}

ce::Project project_of(const std::shared_ptr<const Instance>& instance) {
  return {.id = instance->guid,
          .region = instance->region,
          .resource_group = instance->resource_group,
          .created = instance->created,
          .name = [instance] { return instance->name; },
          .instance_state = [instance](Time now) { return instance->state(now, "provisioning"); }};
}

ce::ProjectOrders orders_at(ResourceController& controller) {
  return {.place =
              [&controller](const ce::ProjectOrder& order) {
                return controller.take(instance_of(order), order.wait).guid;
              },
          .give_back = [&controller](const std::string& id) { return controller.give_back(id); }};
}

void check_project(ce::Projects& projects, const Instance& wanted) {
  if (!is_project(wanted)) return;
  try {
    projects.check(wanted.region, wanted.name, wanted.guid);
  } catch (const ce::Refusal& refusal) {
    throw broker(refusal.status, refusal.message);
  }
}

}  // namespace localcloud::rc
