#include "hack/localcloud/iam/roles.h"

#include <map>

namespace localcloud::iam {
namespace {

constexpr char kEventNotifications[] = "event-notifications";
constexpr char kEventSourceManager[] = "Event Source Manager";
// Ends of its CRN, of which the switch names one.
constexpr const char* kEventSourceManagerIds[] = {"Event-Source-Manager", "EventSourceManager"};

std::string crn_of(const std::string& service, const std::string& kind, const std::string& id) {
  return "crn:v1:bluemix:public:" + service + "::::" + kind + ":" + id;
}

std::vector<Role> common_roles(const std::string& service) {
  std::vector<Role> roles;
  for (const char* name : {"Reader", "Writer", "Manager"}) {
    roles.push_back({name, crn_of("iam", "serviceRole", name), service + ".instance.use"});
  }
  return roles;
}

Json view(const std::vector<Role>& roles) {
  Json all = Json::array();
  for (const Role& role : roles) {
    all.push_back({{"display_name", role.name},
                   {"description", "What a " + role.name + " may do."},
                   {"actions", {role.action}},
                   {"crn", role.crn}});
  }
  return all;
}

}  // namespace

void declare_role_switches(Switches& switches) {
  switches.declare("iam_event_source_manager_id", kEventSourceManagerIds[0],
                   "end of the CRN of the role Event Source Manager",
                   one_of({kEventSourceManagerIds[0], kEventSourceManagerIds[1]}));
}

std::vector<Role> system_roles() {
  std::vector<Role> roles;
  for (const char* name : {"Viewer", "Operator", "Editor", "Administrator"}) {
    roles.push_back({name, crn_of("iam", "role", name), "iam.policy.read"});
  }
  return roles;
}

std::vector<Role> service_roles(const std::string& service, const Switches& switches) {
  // Display name -> end of the CRN.
  const std::map<std::string, std::map<std::string, std::string>> own = {
      {"secrets-manager", {{"SecretsReader", "SecretsReader"}}},
      {kEventNotifications,
       {{kEventSourceManager, switches.value("iam_event_source_manager_id").get<std::string>()},
        {"Event Notification Publisher", "Event-Notification-Publisher"},
        {"Channel Editor", "Channel-Editor"}}},
      {"codeengine", {}},
      {"cloud-object-storage", {{"Object Writer", "ObjectWriter"}}}};
  const auto found = own.find(service);
  if (found == own.end()) return {};
  std::vector<Role> roles = common_roles(service);
  for (const auto& [name, id] : found->second) {
    roles.push_back({name, crn_of(service, "serviceRole", id), service + ".instance.use"});
  }
  return roles;
}

std::optional<Role> find_role(const std::string& crn, const std::string& service,
                              const Switches& switches) {
  for (const auto& roles : {system_roles(), service_roles(service, switches)}) {
    for (const Role& role : roles) {
      if (role.crn == crn) return role;
    }
  }
  return std::nullopt;
}

std::optional<Role> granted_role(const std::string& crn, const std::string& service,
                                 const Switches& switches) {
  for (const char* id : kEventSourceManagerIds) {
    if (service != kEventNotifications || crn != crn_of(service, "serviceRole", id)) continue;
    return Role{kEventSourceManager, crn, service + ".instance.use"};
  }
  return find_role(crn, service, switches);
}

Json describe_roles(const std::string& service, const Switches& switches) {
  const auto own = service_roles(service, switches);
  const bool unknown = !service.empty() && own.empty();
  return {{"custom_roles", Json::array()},
          {"service_roles", view(own)},
          {"system_roles", view(unknown ? std::vector<Role>{} : system_roles())}};
}

}  // namespace localcloud::iam
