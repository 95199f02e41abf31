#include "hack/localcloud/ce/domain_mappings.h"

#include "hack/localcloud/ce/components.h"
#include "hack/localcloud/ce/delay.h"
#include "hack/localcloud/ce/refusal.h"
#include "hack/localcloud/ce/rules.h"
#include "hack/localcloud/ce/run_fields.h"
#include "hack/localcloud/ce/status.h"
#include "hack/localcloud/ce/tls_check.h"

namespace localcloud::ce {
namespace {

constexpr std::size_t kQuota = 80;

Fields mapping_fields() {
  return {component({"app_v2", "function_v2"}), {"tls_secret", named(kDnsName), {}, true}};
}

Json deploying() {
  return {{"status", "deploying"}, {"status_details", {{"reason", "deploying"}}}};
}

}  // namespace

DomainMappingKind::DomainMappingKind(World& world, Projects& projects)
    : DocumentKind({.collection = "domain_mappings",
                    .resource_type = "domain_mapping_v2",
                    .rule = &kDomainName,
                    .quota = kQuota}),
      world_(world),
      projects_(projects) {
  Switches& switches = world_.switches;
  switches.declare("ce_domain_mapping_ms", 200, "how long a domain mapping is deploying");
  switches.declare("ce_list_system_mappings", false,
                   "lists of domain mappings show the platform's own");
  switches.declare("ce_strict_domain_mappings", false,
                   "a mapping asks for a tls secret whose certificate covers the domain, fits the "
                   "key and is valid now, also when the secret is changed; else 400");
}

Json DomainMappingKind::create(const Json& body, const Place& place) {
  Json members = merged(mapping_fields(), Json::object(), body);
  check_strictly(required_string(body, "name"), members, place);
  const Project& project = place.project;
  members["cname_target"] = "custom." + project.subdomain() + "." + project.domain();
  members["user_managed"] = true;
  members["visibility"] = "custom";
  members.update(deploying());
  return members;
}

Json DomainMappingKind::change(const Json& current, const Json& body, const Place& place) {
  if (!counts(current)) throw invalid("The platform's own domain mappings cannot be changed.");
  Json members = patched(mapping_fields(), current, body);
  check_strictly(current.at("name"), members, place);
  return members;
}

void DomainMappingKind::kept(const Json&, const Json& document, const Place& place) {
  const std::string name = document.at("name");
  set_status(place.project, "domain_mappings", name, "deploying", {{"reason", "deploying"}});
  projects_.later(place.project.id, delay(world_, "ce_domain_mapping_ms"),
                  [this, name](Project& project) { settle(project, name); });
}

void DomainMappingKind::erasing(const Json& document, const Request&, const Place& place) {
  if (!counts(document)) throw invalid("The platform's own domain mappings cannot be deleted.");
  place.project.held.erase("domain_mappings/" + document.at("name").get<std::string>());
}

bool DomainMappingKind::counts(const Json& document) const {
  return document.at("user_managed").get<bool>();
}

bool DomainMappingKind::listed(Json& document, const Request&, const Place&) const {
  return counts(document) || world_.switches.on("ce_list_system_mappings");
}

void DomainMappingKind::look_again(Project& project) {
  const auto failed = [](const Json& mapping) { return status_of(mapping) == "failed"; };
  for (const auto& name : project.shelf("domain_mappings").names(failed)) settle(project, name);
}

void DomainMappingKind::settle(Project& project, const std::string& name) {
  const Json* mapping = project.shelf("domain_mappings").current(name);
  if (mapping == nullptr) return;
  const std::string reason = reason_now(project, *mapping);
  set_status(project, "domain_mappings", name, reason == "ready" ? "ready" : "failed",
             {{"reason", reason}});
}

std::string DomainMappingKind::reason_now(Project& project, const Json& mapping) {
  const std::string name = mapping.at("name");
  const bool claimed = projects_.neighbour(project, [&name](Project& other) {
    const Json* rival = other.shelf("domain_mappings").current(name);
    return rival != nullptr && status_of(*rival) == "ready";
  });
  if (claimed) return "domain_already_claimed";
  if (find_component(project, mapping.at("component")) == nullptr) return "app_ref_failed";
  const Json* secret = project.shelf("secrets").current(mapping.at("tls_secret"));
  if (secret == nullptr || secret->at("format") != "tls") return "failed_reconcile_ingress";
  return "ready";
}

void DomainMappingKind::check_secret(const Project& project, const std::string& secret,
                                     const Json& data) const {
  if (!world_.switches.on("ce_strict_domain_mappings")) return;
  const auto shelf = project.shelves.find("domain_mappings");
  if (shelf == project.shelves.end()) return;
  shelf->second.each([&](const Json& mapping) {
    if (mapping.at("tls_secret") == secret) check_certificate(mapping.at("name"), data);
  });
}

void DomainMappingKind::check_strictly(const std::string& domain, const Json& members,
                                       const Place& place) const {
  if (!world_.switches.on("ce_strict_domain_mappings")) return;
  const Json* secret = place.project.shelf("secrets").current(members.at("tls_secret"));
  if (secret == nullptr || secret->at("format") != "tls") {
    throw invalid("There is no tls secret of this name.");
  }
  check_certificate(domain, secret->at("data"));
}

void DomainMappingKind::check_certificate(const std::string& domain, const Json& data) const {
  const std::string certificates = data.at("tls_cert");
  check_tls(certificates, data.at("tls_key"), world_.clock.now());
  check_covers(certificates, domain);
}

}  // namespace localcloud::ce
