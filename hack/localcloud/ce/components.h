#pragma once
#include <string>

#include "hack/localcloud/ce/kind.h"

// What apps, jobs and functions have in common: addresses, variables, mappings and bindings.
namespace localcloud::ce {

// "apps" of "app_v2", "" for an unknown type.
std::string collection_of_type(const std::string& resource_type);

// The component {"name", "resource_type"} in the project; nullptr when there is none.
const Json* find_component(Project& project, const Json& component);

// endpoint and endpoint_internal of an app or a function.
Json endpoints(const Project& project, const std::string& name, const std::string& mappings);

// computed_env_variables: what Code Engine sets, and what the component is bound to.
Json app_variables(const Place& place, const std::string& name);
Json job_variables(const Place& place);
Json run_variables(const Place& place, const std::string& job, const std::string& run);
Json function_variables(const Place& place, const std::string& name);
Json binding_variables(Project& project, const std::string& type, const std::string& name);

// The mappings of the platform itself: public, private and in the project, as far as `mappings`
// ("local_public", ...) goes. Makes missing ones and erases those that do not belong any more; ""
// erases all.
void set_system_mappings(World& world, const Place& place, const Json& component,
                         const std::string& mappings);

// Takes away what does not live without the component: its mappings, its bindings and, unless
// `keep_service_access`, the service access secrets that no other binding uses.
void drop_component(Project& project, const Json& component, bool keep_service_access, Time now);

}  // namespace localcloud::ce
