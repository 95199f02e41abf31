#pragma once
#include "hack/localcloud/ce/fields.h"

// Members that apps, jobs, job runs, functions and builds share (facts: the Terraform provider's
// constraints, the defaults its acceptance tests see).
namespace localcloud::ce {

Fields image_fields(bool required);
Fields env_fields();             // run_env_variables, run_compute_resource_token_enabled
Fields run_fields();             // what a container is started with
Fields instance_limit_fields();  // CPU, memory, disk
Field build_parameters();
Field managed_domain_mappings();
Field probe(const std::string& name, const Json& standard);
// {"name", "resource_type"} with one of the types.
Field component(std::vector<std::string> types);

// A size as text: "0.5", "400M".
Check size();

}  // namespace localcloud::ce
