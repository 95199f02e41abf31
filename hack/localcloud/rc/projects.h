#pragma once
#include <memory>

#include "hack/localcloud/ce/projects.h"
#include "hack/localcloud/rc/model.h"

namespace localcloud {

class ResourceController;

// Where the resource controller and Code Engine meet: a project is an instance, in other words.
namespace rc {

bool is_project(const Instance& instance);
ce::Project project_of(const std::shared_ptr<const Instance>& instance);
// `controller` must outlive them.
ce::ProjectOrders orders_at(ResourceController& controller);
// Throws Refusal with what Code Engine says against a project that is wanted so. Does nothing
// about instances of other services.
void check_project(ce::Projects& projects, const Instance& wanted);

}  // namespace rc
}  // namespace localcloud
