#include "hack/localcloud/ce/components.h"

#include <algorithm>

#include "hack/localcloud/ce/rules.h"
#include "hack/localcloud/ce/surroundings.h"

namespace localcloud::ce {
namespace {

struct Address {
  const char* visibility;
  std::string host{};
};

std::string host(const Project& project, const std::string& name, const std::string& between) {
  return name + "." + project.subdomain() + "." + between + project.domain();
}

std::string internal_host(const Project& project, const std::string& name) {
  return name + "." + project.subdomain() + ".svc.cluster.local";
}

std::vector<Address> addresses(const Project& project, const std::string& name,
                               const std::string& mappings) {
  std::vector<Address> all;
  if (mappings.empty()) return all;
  all.push_back({"project", internal_host(project, name)});
  if (mappings == "local") return all;
  all.push_back({"private", host(project, name, "private.")});
  if (mappings == "local_public") all.push_back({"public", host(project, name, "")});
  return all;
}

std::map<std::string, std::string> project_variables(const Place& place) {
  constexpr std::size_t kVersionPart = 3;  // "/v2", which callers add
  return {{"CE_API_BASE_URL", place.region_url.substr(0, place.region_url.size() - kVersionPart)},
          {"CE_PROJECT_ID", place.project.id},
          {"CE_REGION", place.project.region}};
}

std::map<std::string, std::string> domain_variables(const Place& place) {
  auto variables = project_variables(place);
  variables["CE_DOMAIN"] = place.project.domain();
  variables["CE_SUBDOMAIN"] = place.project.subdomain();
  return variables;
}

Json system_mapping(World& world, const Place& place, const Json& component,
                    const Address& address) {
  return {{"name", address.host},
          {"id", world.ids.uuid()},
          {"entity_tag", world.ids.entity_tag()},
          {"created_at", rfc3339(world.clock.now())},
          {"href",
           place.region_url + "/projects/" + place.project.id + "/domain_mappings/" + address.host},
          {"project_id", place.project.id},
          {"region", place.project.region},
          {"resource_type", "domain_mapping_v2"},
          {"component", component},
          {"tls_secret", ""},
          {"user_managed", false},
          {"visibility", address.visibility},
          {"status", "ready"},
          {"status_details", {{"reason", "ready"}}}};
}

}  // namespace

std::string collection_of_type(const std::string& resource_type) {
  if (resource_type == "app_v2") return "apps";
  if (resource_type == "job_v2") return "jobs";
  if (resource_type == "function_v2") return "functions";
  return {};
}

const Json* find_component(Project& project, const Json& component) {
  const std::string collection = collection_of_type(component.at("resource_type"));
  return project.shelf(collection).current(component.at("name").get<std::string>());
}

Json endpoints(const Project& project, const std::string& name, const std::string& mappings) {
  std::string endpoint;
  if (mappings == "local_public") endpoint = "https://" + host(project, name, "");
  if (mappings == "local_private") endpoint = "https://" + host(project, name, "private.");
  return {{"endpoint", endpoint}, {"endpoint_internal", "http://" + internal_host(project, name)}};
}

Json app_variables(const Place& place, const std::string& name) {
  auto variables = domain_variables(place);
  variables["CE_APP"] = name;
  return literals(variables);
}

Json function_variables(const Place& place, const std::string& name) {
  auto variables = domain_variables(place);
  variables["CE_FUNCTION"] = name;
  return literals(variables);
}

Json job_variables(const Place& place) {
  return literals(project_variables(place));
}

Json run_variables(const Place& place, const std::string& job, const std::string& run) {
  auto variables = domain_variables(place);
  if (!job.empty()) variables["CE_JOB"] = job;
  variables["CE_JOBRUN"] = run;
  return literals(variables);
}

Json binding_variables(Project& project, const std::string& type, const std::string& name) {
  Shelf& bindings = project.shelf("bindings");
  const Json component = {{"name", name}, {"resource_type", type}};
  Json entries = Json::array();
  for (const auto& id :
       bindings.names([&](const Json& binding) { return binding.at("component") == component; })) {
    const Json& binding = *bindings.current(id);
    entries.push_back({{"type", "secret_full_reference"},
                       {"reference", binding.at("secret_name")},
                       {"prefix", binding.at("prefix").get<std::string>() + "_"}});
  }
  return entries;
}

void set_system_mappings(World& world, const Place& place, const Json& component,
                         const std::string& mappings) {
  Shelf& shelf = place.project.shelf("domain_mappings");
  const Time now = world.clock.now();
  const auto wanted = addresses(place.project, component.at("name"), mappings);
  for (const auto& name : shelf.names([&](const Json& mapping) {
         return mapping.at("user_managed") == false && mapping.at("component") == component;
       })) {
    const bool stays = std::any_of(wanted.begin(), wanted.end(),
                                   [&](const Address& address) { return address.host == name; });
    if (!stays) shelf.erase(name, now);
  }
  shelf.settle(now);
  for (const Address& address : wanted) {
    if (shelf.current(address.host) != nullptr) continue;
    shelf.put(address.host, system_mapping(world, place, component, address), now);
  }
}

void drop_component(Project& project, const Json& component, bool keep_service_access, Time now) {
  const auto belongs = [&component](const Json& document) {
    return document.at("component") == component;
  };
  Shelf& mappings = project.shelf("domain_mappings");
  for (const auto& name : mappings.names(belongs)) mappings.erase(name, now);
  mappings.settle(now);
  Shelf& bindings = project.shelf("bindings");
  std::vector<std::string> secrets;
  for (const auto& id : bindings.names(belongs)) {
    secrets.push_back(bindings.current(id)->at("secret_name"));
    bindings.erase(id, now);
  }
  bindings.settle(now);
  if (keep_service_access) return;
  for (const std::string& secret : secrets) {
    const bool used =
        !bindings.names([&](const Json& binding) { return binding.at("secret_name") == secret; })
             .empty();
    if (!used) project.shelf("secrets").erase(secret, now);
  }
  project.shelf("secrets").settle(now);
}

}  // namespace localcloud::ce
