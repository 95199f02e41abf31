#include "hack/localcloud/ce/projects.h"

#include <algorithm>

#include "hack/localcloud/ce/delay.h"
#include "hack/localcloud/ce/names.h"
#include "hack/localcloud/ce/refusal.h"
#include "hack/localcloud/ce/rules.h"

namespace localcloud::ce {
namespace {

constexpr std::size_t kQuotaOfRegion = 20;
constexpr std::size_t kSubdomainLength = 11;

std::string resource_group_of(const Json& body, const std::string& standard) {
  const Json group = body.value("resource_group_id", Json());
  if (group.is_null()) return standard;
  const std::string text = group.is_string() ? group.get<std::string>() : std::string{};
  const bool valid = text.size() == 32 && std::all_of(text.begin(), text.end(), [](char c) {
                       return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
                     });
  if (!valid) throw invalid("resource_group_id has 32 characters out of a-z and 0-9.");
  return text;
}

}  // namespace

std::string Project::status(Time now) const {
  const std::string state = instance_state(now);
  if (state == "pending_reclamation") return "soft_deleted";
  if (!forced_status.empty()) return forced_status;
  if (state == "failed") return "creation_failed";
  return state == "active" ? state : "preparing";
}

std::string Project::subdomain() const {
  std::string token = id;
  std::erase(token, '-');
  return token.substr(0, kSubdomainLength);
}

std::string Project::domain() const {
  return region + ".codeengine.appdomain.cloud";
}

Json Project::describe(Time now, const std::string& account, const std::string& region_url) const {
  return {{"id", id},
          {"name", name()},
          {"region", region},
          {"resource_group_id", resource_group},
          {"account_id", account},
          {"created_at", rfc3339(created)},
          {"crn", Crn{"codeengine", region, account, id}.text()},
          {"href", region_url + "/projects/" + id},
          {"resource_type", "project_v2"},
          {"status", status(now)}};
}

Projects::Projects(World& world) : world_(world) {
  world_.switches.declare("ce_project_start_ms", 500,
                          "how long a project made at Code Engine is preparing");
  world_.switches.declare("ce_project_quota_status", 403,
                          "status of a create beyond 20 projects of a region", refusal_status());
}

void Projects::use(ProjectOrders orders) {
  orders_ = std::move(orders);
  const Seed& seed = world_.seed;
  orders_.place({seed.project_a, seed.project_a_name, seed.region_a, seed.resource_group});
  orders_.place({seed.project_b, seed.project_b_name, seed.region_b, seed.resource_group});
}

void Projects::add(Project project) {
  const std::string id = project.id;
  by_id_.insert_or_assign(id, std::move(project));
}

void Projects::settle() {
  const Time now = world_.clock.now();
  std::erase_if(by_id_,
                [now](const auto& entry) { return entry.second.instance_state(now) == "removed"; });
}

Project* Projects::known(const std::string& id) {
  settle();
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &found->second;
}

Project& Projects::find_anywhere(const std::string& id) {
  Project* const project = known(id);
  if (project == nullptr) throw not_found();
  return *project;
}

Project& Projects::find(const std::string& region, const std::string& id) {
  Project& project = find_anywhere(id);
  if (project.region != region) throw not_found();
  return project;
}

void Projects::later(const std::string& id, std::chrono::milliseconds wait,
                     std::function<void(Project&)> task) {
  world_.scheduler->after(wait, [this, id, task = std::move(task)] {
    if (Project* const project = known(id)) task(*project);
  });
}

bool Projects::neighbour(const Project& project, const std::function<bool(Project&)>& condition) {
  return std::any_of(by_id_.begin(), by_id_.end(), [&](auto& entry) {
    Project& other = entry.second;
    return other.region == project.region && other.id != project.id && condition(other);
  });
}

std::map<std::string, Json> Projects::describe_all(const std::string& region,
                                                   const std::string& region_url) {
  settle();
  const Time now = world_.clock.now();
  std::map<std::string, Json> by_name;
  for (const auto& [id, project] : by_id_) {
    if (project.region != region) continue;
    by_name[project.name()] = project.describe(now, world_.seed.account, region_url);
  }
  return by_name;
}

void Projects::check(const std::string& region, const std::string& name, const std::string& id) {
  settle();
  if (!valid_project_name(name)) throw invalid("The name of the project is not valid.");
  std::size_t neighbours = 0;
  for (const auto& [other, project] : by_id_) {
    if (project.region != region || other == id) continue;
    ++neighbours;
    if (project.name() == name) {
      throw Refusal{world_.switches.value("ce_duplicate_status").get<int>(), "conflict",
                    "A project of this name exists already."};
    }
  }
  if (neighbours >= kQuotaOfRegion) {
    throw Refusal{world_.switches.value("ce_project_quota_status").get<int>(), "quota_exceeded",
                  "The region has reached its quota of 20 projects."};
  }
}

Project& Projects::create(const std::string& region, const Json& body) {
  const std::string name = required_string(body, "name");
  const std::string group = resource_group_of(body, world_.seed.resource_group);
  check(region, name, {});
  return find_anywhere(orders_.place({.name = name,
                                      .region = region,
                                      .resource_group = group,
                                      .wait = delay(world_, "ce_project_start_ms")}));
}

void Projects::erase(const Project& project) {
  const std::string state = project.instance_state(world_.clock.now());
  if (state == "pending_reclamation" || state == "removed") return;
  if (!orders_.give_back(project.id)) {
    throw Refusal{409, "conflict", "The project is locked at the resource controller."};
  }
}

}  // namespace localcloud::ce
