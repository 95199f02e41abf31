#include "hack/localcloud/ce/code_engine.h"

#include <algorithm>
#include <array>

#include "hack/localcloud/ce/page.h"
#include "hack/localcloud/ce/refusal.h"
#include "hack/localcloud/ce/rules.h"

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
      secret_kind_(world),
      secrets_(world, secret_kind_),
      config_maps_(world, config_map_kind_) {
  ce::declare_page_switches(world_.switches);
  Documents::declare_switches(world_.switches);
  world_.switches.declare("ce_inactive_project_status", 400,
                          "status of calls into a project that is not active", refusal_status());
  add_project_routes();
  add_document_routes("secrets", secrets_, &Project::secrets);
  add_document_routes("config_maps", config_maps_, &Project::config_maps);
}

Response CodeEngine::handle(const Request& request) {
  try {
    if (world_.authority->refuse(request)) {
      throw Refusal{401, "unauthorized", "The token is missing, expired or not valid."};
    }
    if (auto response = router_.route(request)) return std::move(*response);
    throw not_found();
  } catch (const Refusal& refusal) {
    return error(refusal);
  }
}

Response CodeEngine::error(const Refusal& refusal) {
  return Response::json(
      refusal.status,
      {{"errors", Json::array({{{"code", refusal.code}, {"message", refusal.message}}})},
       {"trace", "codeengine-api-" + world_.ids.hex(32)},
       {"status_code", refusal.status}});
}

void CodeEngine::add_project_routes() {
  const std::string all = "/{region}/v2/projects";
  const std::string one = all + "/{project_id}";
  router_.on("GET", all, [this](const Request& request, const Params& params) {
    const std::string url = region_url(request, params.at("region"));
    return Response::json(
        200, make_page(world_, request, "projects",
                       projects_.describe_all(params.at("region"), url), url + "/projects"));
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
    Project& project = projects_.find(params.at("region"), params.at("project_id"));
    if (!project.deleted) project.deleted = world_.clock.now();
    return Response::empty(202);
  });
}

void CodeEngine::add_document_routes(const std::string& collection, Documents& documents,
                                     Shelves shelves) {
  const std::string all = "/{region}/v2/projects/{project_id}/" + collection;
  const std::string one = all + "/{name}";
  const auto at = [this, collection, shelves](const Request& request, const Params& params) {
    return place(request, params, collection, shelves);
  };
  router_.on("GET", all, [&documents, at](const Request& request, const Params& params) {
    return documents.list(request, at(request, params));
  });
  router_.on("POST", all, [&documents, at](const Request& request, const Params& params) {
    return documents.create(request, body_of(request), at(request, params));
  });
  router_.on("GET", one, [&documents, at](const Request& request, const Params& params) {
    return documents.get(params.at("name"), at(request, params));
  });
  router_.on("PUT", one, [&documents, at](const Request& request, const Params& params) {
    return documents.replace(request, body_of(request), params.at("name"), at(request, params));
  });
  router_.on("DELETE", one, [&documents, at](const Request& request, const Params& params) {
    return documents.erase(params.at("name"), at(request, params));
  });
}

Project& CodeEngine::active_project(const Params& params) {
  Project& project = projects_.find(params.at("region"), params.at("project_id"));
  if (project.status(world_.clock.now()) != "active") {
    throw Refusal{world_.switches.value("ce_inactive_project_status").get<int>(),
                  "project_not_active", "Project is not yet active."};
  }
  return project;
}

Place CodeEngine::place(const Request& request, const Params& params, const std::string& collection,
                        Shelves shelves) {
  Project& project = active_project(params);
  ce::Shelf& shelf = project.*shelves;
  shelf.settle(world_.clock.now());
  return {shelf, project.id, project.region,
          region_url(request, project.region) + "/projects/" + project.id + "/" + collection};
}

Json CodeEngine::describe(const Request& request, const Project& project) const {
  return project.describe(world_.clock.now(), world_.seed.account,
                          region_url(request, project.region));
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

}  // namespace localcloud
