#pragma once
#include <string>
#include <vector>

#include "hack/localcloud/frame/world.h"

namespace localcloud::iam {

struct Role {
  std::string name{};  // as displayed
  std::string crn{};
  std::string action{};
};

// Platform roles: Viewer, Operator, Editor, Administrator.
std::vector<Role> system_roles();
// Empty for a service that nobody knows. The CRN of "Event Source Manager" is not established and
// so a switch.
std::vector<Role> service_roles(const std::string& service, const Switches& switches);
// Of all that a policy on `service` may grant; null: no such role.
std::optional<Role> find_role(const std::string& crn, const std::string& service,
                              const Switches& switches);
// The same for a policy that is there: it keeps its role when the switch is set.
std::optional<Role> granted_role(const std::string& crn, const std::string& service,
                                 const Switches& switches);

// Answer of GET /v2/roles.
Json describe_roles(const std::string& service, const Switches& switches);

void declare_role_switches(Switches& switches);

}  // namespace localcloud::iam
