#include "hack/localcloud/ce/event_runs.h"

#include "hack/localcloud/ce/refusal.h"
#include "hack/localcloud/ce/rules.h"
#include "hack/localcloud/ce/surroundings.h"

namespace localcloud::ce {
namespace {

// The parameters take the place of what the job says, the variables do not: they come beside those
// that the run would have without them.
Json body_of(const JobRunOrder& order, const Json* job) {
  Json body = order.parameters;
  body["job_name"] = order.job_name;
  if (order.variables.empty()) return body;
  const Json* own = member(body, "run_env_variables");
  if (own == nullptr && job != nullptr) own = member(*job, "run_env_variables");
  Json all = own == nullptr ? Json::array() : *own;
  if (!all.is_array()) throw invalid("run_env_variables is not an array.");
  for (Json& variable : literals(order.variables)) all.push_back(std::move(variable));
  body["run_env_variables"] = std::move(all);
  return body;
}

}  // namespace

EventRuns::EventRuns(World& world, Projects& projects, JobRunKind& kind)
    : world_(world), projects_(projects), documents_(world, kind) {}

Response EventRuns::start(const JobRunOrder& order) {
  Project& project = active_project(order.project_crn);
  for (auto& [collection, shelf] : project.shelves) shelf.settle(world_.clock.now());
  const std::string region = world_.address + "/ce/" + project.region + "/v2";
  const Place place{project, region, region + "/projects/" + project.id + "/job_runs", {}};
  const Json* job = project.shelf("jobs").current(order.job_name);
  Response response = documents_.create({}, body_of(order, job), place);
  project.event_runs.insert(Json::parse(response.body).at("name").get<std::string>());
  return response;
}

Project& EventRuns::active_project(const std::string& crn) {
  Project& project = projects_.find_anywhere(parse_crn(crn).value_or(Crn{}).instance);
  if (project.status(world_.clock.now()) == "active") return project;
  throw Refusal{world_.switches.value("ce_inactive_project_status").get<int>(),
                "project_not_active", "Project is not yet active."};
}

}  // namespace localcloud::ce
