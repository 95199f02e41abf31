#pragma once
#include <string>

#include "hack/localcloud/ce/projects.h"

namespace localcloud::ce {

// Whether any app, job, function, domain mapping, build, data store or binding of the project
// refers to the secret.
bool secret_used(Project& project, const std::string& secret);

}  // namespace localcloud::ce
