#include "hack/localcloud/ce/apps.h"

#include <limits>

#include "hack/localcloud/ce/app_fields.h"
#include "hack/localcloud/ce/components.h"
#include "hack/localcloud/ce/refusal.h"
#include "hack/localcloud/ce/resources.h"
#include "hack/localcloud/ce/rules.h"

namespace localcloud::ce {
namespace {

constexpr std::size_t kQuotaOfApps = 40;
constexpr std::size_t kQuotaOfRevisions = 120;
constexpr int kMostInstances = 250;

Fields scale_fields() {
  return {{"scale_concurrency", integer(1, 1000), 100},
          {"scale_concurrency_target", integer(1, 1000)},
          {"scale_down_delay", integer(0, 3600), 0},
          {"scale_initial_instances", integer(0, std::numeric_limits<std::int32_t>::max()), 1},
          {"scale_min_instances", integer(0, kMostInstances), 0},
          {"scale_max_instances", integer(0, kMostInstances), 10},
          {"scale_request_timeout", integer(1, 600), 300}};
}

Json component_of(const Json& app) {
  return {{"name", app.at("name")}, {"resource_type", "app_v2"}};
}

// What depends on other members: the target follows the limit unless it was set apart.
void complete(Json& members, const Json& current, const Json& body) {
  const bool followed =
      current.empty() || current.at("scale_concurrency_target") == current.at("scale_concurrency");
  if (!members.contains("scale_concurrency_target") ||
      members["scale_concurrency_target"].is_null() ||
      (followed && !body.contains("scale_concurrency_target"))) {
    members["scale_concurrency_target"] = members["scale_concurrency"];
  }
  check_combination(members);
}

}  // namespace

Fields revision_fields() {
  return image_fields(true) + run_fields() + instance_limit_fields() + scale_fields() +
         Fields{
             {"image_port", integer(0, 65535), 8080},
             probe("probe_liveness", {}),
             probe("probe_readiness",
                   {{"type", "tcp"}, {"interval", 10}, {"timeout", 1}, {"failure_threshold", 1}})};
}

Fields app_fields() {
  return revision_fields() + Fields{managed_domain_mappings()};
}

AppKind::AppKind(World& world, Workloads& workloads)
    : DocumentKind({.collection = "apps",
                    .resource_type = "app_v2",
                    .rule = &kAppName,
                    .quota = kQuotaOfApps}),
      world_(world),
      workloads_(workloads) {
  world_.switches.declare("ce_noop_patch_new_revision", false,
                          "a PATCH that changes nothing of an app makes a new revision");
  world_.switches.declare("ce_endpoints", "ingress",
                          "where an app's endpoints lead: to the ingress of this cloud, or to the "
                          "names of the service, under which nothing answers here",
                          one_of({"ingress", "service"}));
}

Json AppKind::addresses(const Place& place, const std::string& name,
                        const std::string& mappings) const {
  Json members = endpoints(place.project, name, mappings);
  if (world_.switches.value("ce_endpoints") == "service") return members;
  const std::string ingress = world_.address + "/app/" + place.project.id + "/" + name;
  members["endpoint_internal"] = ingress;
  if (members.at("endpoint") != "") members["endpoint"] = ingress;
  return members;
}

Json AppKind::create(const Json& body, const Place& place) {
  Json members = merged(app_fields(), Json::object(), body);
  complete(members, Json::object(), body);
  const std::string name = required_string(body, "name");
  members.update(addresses(place, name, members["managed_domain_mappings"]));
  members["computed_env_variables"] = app_variables(place, name);
  members["status"] = "deploying";
  members["status_details"] = {{"reason", "deploying"}};
  return members;
}

Json AppKind::change(const Json& current, const Json& body, const Place& place) {
  Json members = patched(app_fields(), current, body);
  complete(members, current, body);
  members.update(addresses(place, current.at("name"), members.at("managed_domain_mappings")));
  return members;
}

void AppKind::kept(const Json& before, const Json& document, const Place& place) {
  set_system_mappings(world_, place, component_of(document),
                      document.at("managed_domain_mappings"));
  const Fields fields = revision_fields();
  const bool changed = before.is_null() || selected(fields, before) != selected(fields, document);
  if (changed || world_.switches.on("ce_noop_patch_new_revision")) {
    workloads_.roll_out(place.project, document.at("name"));
  }
}

void AppKind::erasing(const Json& document, const Request& request, const Place& place) {
  workloads_.drop_app(place.project, document.at("name"));
  drop_component(place.project, component_of(document),
                 request.query_value("keep_service_access") == "true", world_.clock.now());
}

RevisionKind::RevisionKind(Workloads& workloads)
    : DocumentKind({.collection = "revisions", .quota = kQuotaOfRevisions, .tagged = false}),
      workloads_(workloads) {}

Json RevisionKind::create(const Json&, const Place&) {
  throw not_found();
}

bool RevisionKind::listed(Json& document, const Request&, const Place& place) const {
  return reached(document, place);
}

bool RevisionKind::reached(const Json& document, const Place& place) const {
  return document.at("app_name") == place.params.at("app_name");
}

void RevisionKind::erasing(const Json& document, const Request&, const Place& place) {
  workloads_.drop_revision(place.project, document.at("name"));
}

InstanceKind::InstanceKind() : DocumentKind({.collection = "instances", .tagged = false}) {}

Json InstanceKind::create(const Json&, const Place&) {
  throw not_found();
}

bool InstanceKind::listed(Json& document, const Request&, const Place& place) const {
  return document.at("app_name") == place.params.at("app_name");
}

}  // namespace localcloud::ce
