#pragma once
#include "hack/localcloud/ce/projects.h"
#include "hack/localcloud/ce/workload.h"

namespace localcloud::ce {

// Variables, files and gaps of an instance of `document` (an app's revision, a job run or a
// function) with the secrets and config maps that the project has now. Later full references win
// over earlier ones, single keys and literals over both.
Surroundings surroundings_of(const Json& document, Project& project, bool kubernetes_tls_names);

// The same as entries of computed_env_variables: {"type": "literal", "name", "value"}.
Json literals(const std::map<std::string, std::string>& variables);

}  // namespace localcloud::ce
