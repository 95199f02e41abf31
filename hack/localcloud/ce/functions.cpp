#include "hack/localcloud/ce/functions.h"

#include "hack/localcloud/ce/components.h"
#include "hack/localcloud/ce/delay.h"
#include "hack/localcloud/ce/refusal.h"
#include "hack/localcloud/ce/resources.h"
#include "hack/localcloud/ce/rules.h"
#include "hack/localcloud/ce/run_fields.h"
#include "hack/localcloud/ce/status.h"
#include "hack/localcloud/ce/surroundings.h"

namespace localcloud::ce {
namespace {

constexpr std::size_t kQuota = 20;
constexpr std::size_t kLongestCode = 1'048'576;

struct RuntimeOfFamily {
  const char* id;
  const char* name;
  const char* family;
  bool standard;
};

constexpr RuntimeOfFamily kRuntimes[] = {{"nodejs-20", "Node.js 20", "nodejs", false},
                                         {"nodejs-22", "Node.js 22", "nodejs", true},
                                         {"nodejs-24", "Node.js 24", "nodejs", false},
                                         {"python-3.11", "Python 3.11", "python", false},
                                         {"python-3.13", "Python 3.13", "python", true}};

std::vector<std::string> runtime_ids() {
  std::vector<std::string> ids;
  for (const RuntimeOfFamily& runtime : kRuntimes) ids.emplace_back(runtime.id);
  return ids;
}

Fields function_fields() {
  return env_fields() + Fields{{"runtime", choice(runtime_ids()), {}, true},
                               {"code_reference", text(1, kLongestCode), {}, true},
                               {"code_binary", boolean()},
                               {"code_main", text(1, 256), "main"},
                               {"code_secret", named(kDnsName)},
                               managed_domain_mappings(),
                               {"scale_concurrency", integer(1, 100), 1},
                               {"scale_cpu_limit", size(), "1"},
                               {"scale_memory_limit", size(), "4G"},
                               {"scale_down_delay", integer(0, 600), 1},
                               {"scale_max_execution_time", integer(1, 120), 60}};
}

// A code bundle is binary, source in a data URL is as the caller says.
void complete(Json& members) {
  const bool inline_code = members["code_reference"].get<std::string>().starts_with("data:");
  if (!inline_code) members["code_binary"] = true;
  if (member(members, "code_binary") == nullptr) members["code_binary"] = false;
  const std::string runtime = members["runtime"];
  if (members["scale_concurrency"] != 1 && !runtime.starts_with("nodejs")) {
    throw invalid("scale_concurrency is for Node.js only.");
  }
  check_function_combination(members);
}

Json component_of(const Json& function) {
  return {{"name", function.at("name")}, {"resource_type", "function_v2"}};
}

}  // namespace

FunctionKind::FunctionKind(World& world, Projects& projects)
    : DocumentKind({.collection = "functions",
                    .resource_type = "function_v2",
                    .rule = &kLabelName,
                    .quota = kQuota}),
      world_(world),
      projects_(projects) {}

Json FunctionKind::create(const Json& body, const Place& place) {
  Json members = merged(function_fields(), Json::object(), body);
  complete(members);
  const std::string name = required_string(body, "name");
  members.update(endpoints(place.project, name, members["managed_domain_mappings"]));
  members["computed_env_variables"] = function_variables(place, name);
  members["status"] = "deploying";
  members["status_details"] = {{"reason", "deploying"}};
  return members;
}

Json FunctionKind::change(const Json& current, const Json& body, const Place& place) {
  Json members = patched(function_fields(), current, body);
  complete(members);
  members.update(
      endpoints(place.project, current.at("name"), members.at("managed_domain_mappings")));
  return members;
}

void FunctionKind::kept(const Json& before, const Json& document, const Place& place) {
  const std::string name = document.at("name");
  set_system_mappings(world_, place, component_of(document),
                      document.at("managed_domain_mappings"));
  const bool serves = !before.is_null() && status_of(before) == "ready";
  set_status(place.project, "functions", name, serves ? "ready" : "deploying",
             {{"reason", serves ? "ready_update_in_progress" : "deploying"}});
  projects_.later(place.project.id, delay(world_, "ce_workload_start_ms"),
                  [this, name](Project& project) { settle(project, name); });
}

void FunctionKind::erasing(const Json& document, const Request& request, const Place& place) {
  place.project.held.erase("functions/" + document.at("name").get<std::string>());
  drop_component(place.project, component_of(document),
                 request.query_value("keep_service_access") == "true", world_.clock.now());
}

void FunctionKind::look_again(Project& project) {
  const auto waits = [](const Json& function) {
    return status_of(function) == "failed" || reason_of(function) == "deploying_configuring_routes";
  };
  for (const auto& name : project.shelf("functions").names(waits)) settle(project, name);
}

void FunctionKind::settle(Project& project, const std::string& name) {
  const Json* function = project.shelf("functions").current(name);
  if (function == nullptr) return;
  const Json* code_secret = member(*function, "code_secret");
  if (code_secret != nullptr && project.shelf("secrets").current(*code_secret) == nullptr) {
    return set_status(project, "functions", name, "failed", {{"reason", "no_code_bundle"}});
  }
  if (!surroundings_of(*function, project, false).missing.empty()) {
    return set_status(project, "functions", name, "deploying",
                      {{"reason", "deploying_configuring_routes"}});
  }
  set_status(project, "functions", name, "ready", {{"reason", "ready"}});
}

Json function_runtimes() {
  Json all = Json::array();
  for (const RuntimeOfFamily& runtime : kRuntimes) {
    all.push_back({{"id", runtime.id},
                   {"name", runtime.name},
                   {"family", runtime.family},
                   {"default", runtime.standard},
                   {"deprecated", false},
                   {"optimized", true}});
  }
  return {{"function_runtimes", all}};
}

}  // namespace localcloud::ce
