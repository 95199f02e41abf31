#include "hack/localcloud/ce/code_engine.h"

#include <algorithm>
#include <array>

#include "hack/localcloud/ce/cron.h"
#include "hack/localcloud/ce/page.h"
#include "hack/localcloud/ce/project_details.h"
#include "hack/localcloud/ce/refusal.h"
#include "hack/localcloud/ce/rules.h"
#include "hack/localcloud/ce/status.h"

namespace localcloud {
namespace {

using ce::Documents;
using ce::invalid;
using ce::make_page;
using ce::not_found;
using ce::Place;
using ce::Project;
using ce::Refusal;

constexpr std::array kStatuses = {"",
                                  "active",
                                  "inactive",
                                  "pending_removal",
                                  "hard_deleting",
                                  "hard_deletion_failed",
                                  "hard_deleted",
                                  "deleting",
                                  "deletion_failed",
                                  "soft_deleted",
                                  "preparing",
                                  "creating",
                                  "creation_failed"};

std::string region_url(const Request& request, const std::string& region) {
  return request.base_url + "/" + region + "/v2";
}

Json body_of(const Request& request) {
  try {
    return parse_json_object(request);
  } catch (const HttpError&) {
    throw invalid("The body is not a JSON object.");
  }
}

}  // namespace

CodeEngine::CodeEngine(World& world)
    : world_(world),
      projects_(world),
      workloads_(world, projects_),
      domain_mappings_(world, projects_),
      secrets_(world, domain_mappings_),
      apps_(world, workloads_),
      revisions_(workloads_),
      jobs_(world),
      job_runs_(world, workloads_),
      event_runs_(world, projects_, job_runs_),
      functions_(world, projects_),
      bindings_(world, workloads_),
      build_runs_(world, projects_),
      outbound_destinations_(world, projects_) {
  ce::declare_page_switches(world_.switches);
  Documents::declare_switches(world_.switches);
  world_.switches.declare("ce_inactive_project_status", 400,
                          "status of calls into a project that is not active", refusal_status());
  world_.switches.declare("ce_error_more_info", false, "errors have a member more_info");
  add_project_routes();
  add_all_documents();
}

Response CodeEngine::handle(const Request& request) {
  try {
    if (world_.authority->refuse(request)) {
      throw Refusal{401, "unauthorized", "The token is missing, expired or not valid."};
    }
    auto response = router_.route(request);
    if (!response) throw not_found();
    if (response->status != 405) return std::move(*response);
    Response refused = error({405, "method_not_allowed", "The method is not allowed here."});
    refused.headers = std::move(response->headers);
    return refused;
  } catch (const Refusal& refusal) {
    return error(refusal);
  }
}

Response CodeEngine::error(const Refusal& refusal) {
  Json fault = {{"code", refusal.code}, {"message", refusal.message}};
  if (world_.switches.on("ce_error_more_info")) {
    fault["more_info"] = "https://cloud.ibm.com/docs/codeengine";
  }
  return Response::json(refusal.status, {{"errors", Json::array({fault})},
                                         {"trace", "codeengine-api-" + world_.ids.hex(32)},
                                         {"status_code", refusal.status}});
}

void CodeEngine::add_project_routes() {
  const std::string all = "/{region}/v2/projects";
  const std::string one = all + "/{project_id}";
  router_.on("GET", all, [this](const Request& request, const Params& params) {
    const std::string url = region_url(request, params.at("region"));
    return Response::json(200, make_page(world_, request, "projects",
                                         projects_.describe_all(params.at("region"), url),
                                         url + "/projects", {.start_decides = true}));
  });
  router_.on("POST", all, [this](const Request& request, const Params& params) {
    return Response::json(
        202, describe(request, projects_.create(params.at("region"), body_of(request))));
  });
  router_.on("GET", one, [this](const Request& request, const Params& params) {
    return Response::json(
        200, describe(request, projects_.find(params.at("region"), params.at("project_id"))));
  });
  router_.on("DELETE", one, [this](const Request&, const Params& params) {
    projects_.erase(projects_.find(params.at("region"), params.at("project_id")));
    return Response::empty(202);
  });
  router_.on("GET", one + "/egress_ips", [this](const Request&, const Params& params) {
    active_project(params);
    return Response::json(200, ce::egress_addresses());
  });
  router_.on("GET", one + "/status_details", [this](const Request&, const Params& params) {
    return Response::json(
        200, ce::status_details(projects_.find(params.at("region"), params.at("project_id")),
                                world_.clock.now()));
  });
  router_.on("GET", "/{region}/v2/function_runtimes", [](const Request&, const Params&) {
    return Response::json(200, ce::function_runtimes());
  });
}

void CodeEngine::add_all_documents() {
  add_documents(secrets_, "secrets", {.change = "PUT"});
  add_documents(config_maps_, "config_maps", {.change = "PUT"});
  add_documents(apps_, "apps", {.change = "PATCH"});
  add_documents(revisions_, "apps/{app_name}/revisions", {.create = false});
  add_documents(instances_, "apps/{app_name}/instances",
                {.create = false, .get = false, .erase = false});
  add_documents(jobs_, "jobs", {.change = "PATCH"});
  add_documents(job_runs_, "job_runs", {});
  add_documents(functions_, "functions", {.change = "PATCH"});
  add_documents(bindings_, "bindings", {});
  add_documents(builds_, "builds", {.change = "PATCH"});
  add_documents(build_runs_, "build_runs", {});
  add_documents(domain_mappings_, "domain_mappings", {.change = "PATCH"});
  add_documents(outbound_destinations_, "allowed_outbound_destinations", {.change = "PATCH"});
  add_documents(data_stores_, "persistent_data_stores", {});
}

void CodeEngine::add_documents(ce::DocumentKind& kind, const std::string& path,
                               const Verbs& verbs) {
  const Documents& documents = documents_.emplace_back(world_, kind);
  const std::string all = "/{region}/v2/projects/{project_id}/" + path;
  const std::string one = all + "/{name}";
  using Act = std::function<Response(const Request&, const Params&, const Place&)>;
  const auto on = [this, path](const std::string& method, const std::string& pattern, Act act) {
    router_.on(method, pattern,
               [this, path, act = std::move(act)](const Request& request, const Params& params) {
                 const Place at = place(request, params, path);
                 Response response = act(request, params, at);
                 if (request.method != "GET") look_again(at.project);
                 return response;
               });
  };
  on("GET", all, [&documents](const Request& request, const Params&, const Place& at) {
    return documents.list(request, at);
  });
  if (verbs.create) {
    on("POST", all, [&documents](const Request& request, const Params&, const Place& at) {
      return documents.create(request, body_of(request), at);
    });
  }
  if (verbs.get) {
    on("GET", one, [&documents](const Request& request, const Params& params, const Place& at) {
      return documents.get(request, params.at("name"), at);
    });
  }
  if (!verbs.change.empty()) {
    on(verbs.change, one,
       [&documents](const Request& request, const Params& params, const Place& at) {
         return documents.change(request, body_of(request), params.at("name"), at);
       });
  }
  if (verbs.erase) {
    on("DELETE", one, [&documents](const Request& request, const Params& params, const Place& at) {
      return documents.erase(request, params.at("name"), at);
    });
  }
}

void CodeEngine::look_again(ce::Project& project) {
  workloads_.look_again(project);
  functions_.look_again(project);
  domain_mappings_.look_again(project);
}

Project& CodeEngine::active_project(const Params& params) {
  Project& project = projects_.find(params.at("region"), params.at("project_id"));
  if (project.status(world_.clock.now()) != "active") {
    throw Refusal{world_.switches.value("ce_inactive_project_status").get<int>(),
                  "project_not_active", "Project is not yet active."};
  }
  return project;
}

Place CodeEngine::place(const Request& request, const Params& params, const std::string& path) {
  Project& project = active_project(params);
  for (auto& [collection, shelf] : project.shelves) shelf.settle(world_.clock.now());
  const std::string region = region_url(request, project.region);
  std::string url = region + "/projects/" + project.id + "/" + path;
  constexpr std::string_view kApp = "{app_name}";
  if (const auto hole = url.find(kApp); hole != std::string::npos) {
    const std::string& app = params.at("app_name");
    if (project.shelf("apps").current(app) == nullptr) throw not_found();
    url.replace(hole, kApp.size(), app);
  }
  return {project, region, url, params};
}

Json CodeEngine::describe(const Request& request, const Project& project) const {
  return project.describe(world_.clock.now(), world_.seed.account,
                          region_url(request, project.region));
}

void CodeEngine::stop_project(const std::string& id) {
  if (Project* const project = projects_.known(id)) workloads_.stop_all(*project);
}

void CodeEngine::resume_project(const std::string& id) {
  if (Project* const project = projects_.known(id)) workloads_.resume_all(*project);
}

Response CodeEngine::control_project(const Request& request, const std::string& project_id) {
  try {
    const std::string status = ce::required_string(body_of(request), "status");
    if (std::count(kStatuses.begin(), kStatuses.end(), status) == 0) {
      throw invalid("There is no such status of a project.");
    }
    Project& project = projects_.find_anywhere(project_id);
    project.forced_status = status;
    return Response::json(200,
                          {{"id", project.id}, {"status", project.status(world_.clock.now())}});
  } catch (const Refusal& refusal) {
    return error(refusal);
  }
}

Response CodeEngine::control_document(const Request& request, const Params& params) {
  try {
    const Json body = body_of(request);
    const std::string status = ce::required_string(body, "status");
    const std::string& collection = params.at("collection");
    const std::string& name = params.at("name");
    Project& project = projects_.find_anywhere(params.at("project_id"));
    if (project.shelf(collection).current(name) == nullptr) throw not_found();
    if (status.empty()) {
      project.held.erase(collection + "/" + name);
      look_again(project);
    } else {
      ce::hold_status(project, collection, name, status, ce::required_string(body, "reason"));
    }
    return Response::json(200, *project.shelf(collection).current(name));
  } catch (const Refusal& refusal) {
    return error(refusal);
  }
}

Response CodeEngine::start_job_run(const JobRunOrder& order) {
  try {
    return event_runs_.start(order);
  } catch (const Refusal& refusal) {
    return error(refusal);
  }
}

Response CodeEngine::control_cron(const Request& request, const Params& params) {
  try {
    const Project& project = projects_.find_anywhere(params.at("project_id"));
    return ce::fire_cron(world_, *this, project, params.at("name"), body_of(request));
  } catch (const Refusal& refusal) {
    return error(refusal);
  }
}

}  // namespace localcloud
