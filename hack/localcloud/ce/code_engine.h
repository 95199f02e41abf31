#pragma once
#include <list>
#include <string>

#include "hack/localcloud/ce/apps.h"
#include "hack/localcloud/ce/bindings.h"
#include "hack/localcloud/ce/builds.h"
#include "hack/localcloud/ce/data_stores.h"
#include "hack/localcloud/ce/documents.h"
#include "hack/localcloud/ce/domain_mappings.h"
#include "hack/localcloud/ce/event_runs.h"
#include "hack/localcloud/ce/functions.h"
#include "hack/localcloud/ce/jobs.h"
#include "hack/localcloud/ce/outbound_destinations.h"
#include "hack/localcloud/ce/projects.h"
#include "hack/localcloud/ce/refusal.h"
#include "hack/localcloud/ce/secrets.h"
#include "hack/localcloud/ce/workloads.h"
#include "hack/localcloud/frame/world.h"

namespace localcloud {

// Code Engine v2 of all regions: paths begin with "<region>/v2".
class CodeEngine : public Service, public JobStarter {
 public:
  // `world` must outlive the service.
  explicit CodeEngine(World& world);

  Response handle(const Request& request) override;
  Response start_job_run(const JobRunOrder& order) override;

  // What runs apps and jobs reports here, and may take the place of the stand-in.
  ce::Workloads& workloads() { return workloads_; }

  // What the resource controller knows of a project as an instance comes here.
  ce::Projects& projects() { return projects_; }
  // The instance is deleted, or restored. Neither does anything when it is no project.
  void stop_project(const std::string& id);
  void resume_project(const std::string& id);

  // POST /_local/ce/projects/{id} {"status": "inactive"}: forces a status, "" ends that.
  Response control_project(const Request& request, const std::string& project_id);
  // POST /_local/ce/projects/{id}/{collection}/{name} {"status", "reason"}: the same for a
  // document.
  Response control_document(const Request& request, const Params& params);
  // POST /_local/ce/projects/{id}/cron/{name}: one event of a cron subscription, now.
  Response control_cron(const Request& request, const Params& params);

 private:
  // What callers may do to the documents of a kind beside reading their list.
  struct Verbs {
    std::string change{};  // "PUT", "PATCH" or neither
    bool create = true;
    bool get = true;
    bool erase = true;
  };

  void add_project_routes();
  void add_all_documents();
  // `path` below the project: "apps/{app_name}/revisions".
  void add_documents(ce::DocumentKind& kind, const std::string& path, const Verbs& verbs);
  // The project of the path, refused unless it is active.
  ce::Project& active_project(const Params& params);
  ce::Place place(const Request& request, const Params& params, const std::string& path);
  // After a change in the project: what waits for something may go on.
  void look_again(ce::Project& project);
  Json describe(const Request& request, const ce::Project& project) const;
  Response error(const ce::Refusal& refusal);

  World& world_;
  ce::Projects projects_;
  ce::Workloads workloads_;
  ce::DomainMappingKind domain_mappings_;
  ce::SecretKind secrets_;
  ce::ConfigMapKind config_maps_{};
  ce::AppKind apps_;
  ce::RevisionKind revisions_;
  ce::InstanceKind instances_{};
  ce::JobKind jobs_;
  ce::JobRunKind job_runs_;
  ce::EventRuns event_runs_;
  ce::FunctionKind functions_;
  ce::BindingKind bindings_;
  ce::BuildKind builds_{};
  ce::BuildRunKind build_runs_;
  ce::OutboundDestinationKind outbound_destinations_;
  ce::DataStoreKind data_stores_{};
  std::list<ce::Documents> documents_{};  // one of each kind; routes point to them
  Router router_{};
};

}  // namespace localcloud
