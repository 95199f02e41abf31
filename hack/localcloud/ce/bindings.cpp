#include "hack/localcloud/ce/bindings.h"

#include "hack/localcloud/ce/components.h"
#include "hack/localcloud/ce/refusal.h"
#include "hack/localcloud/ce/rules.h"
#include "hack/localcloud/ce/run_fields.h"

namespace localcloud::ce {
namespace {

Fields binding_fields() {
  return {component({"app_v2", "job_v2", "function_v2"}),
          {"prefix", text(0, 31), ""},
          {"secret_name", named(kDnsName), {}, true}};
}

Json set_variables(const Place& place, const Json& component) {
  const std::string name = component.at("name");
  if (component.at("resource_type") == "app_v2") return app_variables(place, name);
  if (component.at("resource_type") == "job_v2") return job_variables(place);
  return function_variables(place, name);
}

}  // namespace

BindingKind::BindingKind(World& world, Workloads& workloads)
    : DocumentKind({.collection = "bindings",
                    .resource_type = "binding_v2",
                    .rule = nullptr,
                    .tagged = false}),
      world_(world),
      workloads_(workloads) {}

Json BindingKind::create(const Json& body, const Place& place) {
  Json members = merged(binding_fields(), Json::object(), body);
  const Json* secret = place.project.shelf("secrets").current(members.at("secret_name"));
  if (secret == nullptr || find_component(place.project, members.at("component")) == nullptr) {
    throw not_found();
  }
  if (secret->at("format") != "service_access") {
    throw invalid("Only secrets of format service_access can be bound.");
  }
  if (members.at("prefix") == "") members["prefix"] = "CE_" + world_.ids.hex(6);
  members["status"] = "active";
  return members;
}

void BindingKind::kept(const Json&, const Json& document, const Place& place) {
  Json binding = document;  // has neither time nor region
  binding.erase("created_at");
  binding.erase("region");
  place.project.shelf("bindings").amend(binding.at("id"), binding);
  refresh(place, document.at("component"));
}

void BindingKind::erasing(const Json& document, const Request&, const Place& place) {
  Shelf& bindings = place.project.shelf("bindings");
  bindings.erase(document.at("id"), world_.clock.now());
  bindings.settle(world_.clock.now());
  refresh(place, document.at("component"));
}

void BindingKind::refresh(const Place& place, const Json& component) {
  const Json* current = find_component(place.project, component);
  if (current == nullptr) return;
  const std::string type = component.at("resource_type");
  const std::string name = component.at("name");
  Json document = *current;
  Json variables = set_variables(place, component);
  for (Json& entry : binding_variables(place.project, type, name)) {
    variables.push_back(std::move(entry));
  }
  document["computed_env_variables"] = std::move(variables);
  document["entity_tag"] = world_.ids.entity_tag();
  place.project.shelf(collection_of_type(type)).put(name, document, world_.clock.now());
  if (type == "app_v2") workloads_.roll_out(place.project, name);
}

}  // namespace localcloud::ce
