#pragma once
#include <string>

#include "hack/localcloud/ce/documents.h"
#include "hack/localcloud/ce/kinds.h"
#include "hack/localcloud/ce/projects.h"
#include "hack/localcloud/ce/refusal.h"
#include "hack/localcloud/frame/world.h"

namespace localcloud {

// Code Engine v2 of all regions: paths begin with "<region>/v2". Projects, secrets, config maps.
class CodeEngine : public Service {
 public:
  // `world` must outlive the service.
  explicit CodeEngine(World& world);

  Response handle(const Request& request) override;

  // POST /_local/ce/projects/{id} {"status": "inactive"}: forces a status, "" ends that.
  Response control_project(const Request& request, const std::string& project_id);

 private:
  using Shelves = ce::Shelf ce::Project::*;

  void add_project_routes();
  void add_document_routes(const std::string& collection, ce::Documents& documents,
                           Shelves shelves);
  // The project of the path, refused unless it is active.
  ce::Project& active_project(const Params& params);
  ce::Place place(const Request& request, const Params& params, const std::string& collection,
                  Shelves shelves);
  Json describe(const Request& request, const ce::Project& project) const;
  Response error(const ce::Refusal& refusal);

  World& world_;
  ce::Projects projects_;
  ce::SecretKind secret_kind_;
  ce::ConfigMapKind config_map_kind_{};
  ce::Documents secrets_;
  ce::Documents config_maps_;
  Router router_{};
};

}  // namespace localcloud
