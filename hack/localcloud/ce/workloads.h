#pragma once
#include <string>

#include "hack/localcloud/ce/kind.h"
#include "hack/localcloud/ce/stand_in.h"
#include "hack/localcloud/ce/workload.h"

namespace localcloud::ce {

// Between the documents and what runs: makes revisions, tells the runtime what is wanted, and
// writes what it reports into the documents.
class Workloads : public WorkloadReports {
 public:
  // Both must outlive this.
  Workloads(World& world, Projects& projects);

  // Instead of the stand-in, which the other may hand on to. Before anything is wanted; `runtime`
  // must outlive this.
  void use(Runtime& runtime) { runtime_ = &runtime; }
  Runtime& stand_in() { return stand_in_; }

  // A new revision of the app as its document is now.
  void roll_out(Project& project, const std::string& app);
  void drop_app(Project& project, const std::string& app);
  void drop_revision(Project& project, const std::string& revision);

  void start_run(Project& project, const std::string& run);
  void drop_run(Project& project, const std::string& run);

  // The project is deleted: nothing of it runs any more. Its documents stay.
  void stop_all(Project& project);
  // The project is restored: what has served serves again, and runs that were cut off begin anew.
  void resume_all(Project& project);

  // Something in the project has changed: what is not running yet may try again.
  void look_again(Project& project);

  void revision_is(const WorkloadId& id, const RevisionReport& report) override;
  void job_run_is(const WorkloadId& id, const RunReport& report) override;
  Surroundings surroundings(const WorkloadId& id, const Json& document) override;
  bool room(const WorkloadId& id, const Json& document, int instances) override;

 private:
  void write_instances(Project& project, const Json& revision, const RevisionReport& report);
  void retire(Project& project, const std::string& revision);
  // The app's status as its revisions say, and an end for those that serve no more.
  void settle_app(Project& project, const std::string& app);
  void prune(Project& project, const Json& app);

  World& world_;
  Projects& projects_;
  StandIn stand_in_;
  Runtime* runtime_;
};

}  // namespace localcloud::ce
