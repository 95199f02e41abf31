#pragma once
#include "hack/localcloud/ce/documents.h"
#include "hack/localcloud/ce/jobs.h"
#include "hack/localcloud/ce/projects.h"
#include "hack/localcloud/frame/world.h"

namespace localcloud::ce {

// Job runs that no caller but an event asks for.
class EventRuns {
 public:
  // All must outlive this.
  EventRuns(World& world, Projects& projects, JobRunKind& kind);

  // As JobStarter::start_job_run. Throws Refusal.
  Response start(const JobRunOrder& order);

 private:
  Project& active_project(const std::string& crn);

  World& world_;
  Projects& projects_;
  Documents documents_;
};

}  // namespace localcloud::ce
