#include "hack/localcloud/ce/projects.h"

#include <algorithm>

#include "hack/localcloud/ce/delay.h"
#include "hack/localcloud/ce/names.h"
#include "hack/localcloud/ce/refusal.h"
#include "hack/localcloud/ce/rules.h"

namespace localcloud::ce {
namespace {

constexpr std::size_t kQuotaOfRegion = 20;
constexpr std::chrono::hours kKeptAfterDelete{7 * 24};
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
  if (deleted) return "soft_deleted";
  if (!forced_status.empty()) return forced_status;
  return now < active_from ? "preparing" : "active";
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
          {"name", name},
          {"region", region},
          {"resource_group_id", resource_group},
          {"account_id", account},
          {"created_at", rfc3339(created)},
          {"crn", "crn:v1:bluemix:public:codeengine:" + region + ":a/" + account + ":" + id + "::"},
          {"href", region_url + "/projects/" + id},
          {"resource_type", "project_v2"},
          {"status", status(now)}};
}

Projects::Projects(World& world) : world_(world) {
  world_.switches.declare("ce_project_start_ms", 500, "how long a new project is preparing");
  world_.switches.declare("ce_project_quota_status", 403,
                          "status of a create beyond 20 projects of a region", refusal_status());
  add_seed(world.seed.project_a, world.seed.project_a_name, world.seed.region_a);
  add_seed(world.seed.project_b, world.seed.project_b_name, world.seed.region_b);
}

void Projects::add_seed(const std::string& id, const std::string& name, const std::string& region) {
  Project& project = by_id_[id];
  project.id = id;
  project.name = name;
  project.region = region;
  project.resource_group = world_.seed.resource_group;
  project.created = world_.clock.now();
}

void Projects::settle() {
  const Time now = world_.clock.now();
  std::erase_if(by_id_, [now](const auto& entry) {
    return entry.second.deleted && *entry.second.deleted + kKeptAfterDelete <= now;
  });
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
    by_name[project.name] = project.describe(now, world_.seed.account, region_url);
  }
  return by_name;
}

Project& Projects::create(const std::string& region, const Json& body) {
  settle();
  const std::string name = required_string(body, "name");
  if (!valid_project_name(name)) throw invalid("The name of the project is not valid.");
  const std::string group = resource_group_of(body, world_.seed.resource_group);
  std::size_t neighbours = 0;
  for (const auto& [id, project] : by_id_) {
    if (project.region != region) continue;
    ++neighbours;
    if (project.name == name) {
      throw Refusal{world_.switches.value("ce_duplicate_status").get<int>(), "conflict",
                    "A project of this name exists already."};
    }
  }
  if (neighbours >= kQuotaOfRegion) {
    throw Refusal{world_.switches.value("ce_project_quota_status").get<int>(), "quota_exceeded",
                  "The region has reached its quota of 20 projects."};
  }
  Project project;
  project.id = world_.ids.uuid();
  project.name = name;
  project.region = region;
  project.resource_group = group;
  project.created = world_.clock.now();
  project.active_from = project.created + delay(world_, "ce_project_start_ms");
  return by_id_[project.id] = project;
}

}  // namespace localcloud::ce
