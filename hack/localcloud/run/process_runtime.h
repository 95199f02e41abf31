#pragma once
#include "hack/localcloud/run/apps.h"
#include "hack/localcloud/run/jobs.h"

namespace localcloud::run {

// Runs what has a registered image, and leaves the rest to the stand-in.
class ProcessRuntime : public ce::Runtime {
 public:
  // All must outlive this.
  ProcessRuntime(Launcher& launcher, Apps& apps, Jobs& jobs, ce::Runtime& stand_in)
      : launcher_(launcher), apps_(apps), jobs_(jobs), stand_in_(stand_in) {}

  void revision_wanted(const ce::WorkloadId& id, const Json& document) override {
    if (launcher_.runs(document)) return apps_.wanted(id, document);
    stand_in_.revision_wanted(id, document);
  }
  void revision_gone(const ce::WorkloadId& id) override {
    apps_.gone(id);
    stand_in_.revision_gone(id);
  }
  void job_run_wanted(const ce::WorkloadId& id, const Json& document) override {
    if (launcher_.runs(document)) return jobs_.wanted(id, document);
    stand_in_.job_run_wanted(id, document);
  }
  void job_run_cancelled(const ce::WorkloadId& id) override {
    jobs_.cancelled(id);
    stand_in_.job_run_cancelled(id);
  }
  void surroundings_changed(const std::string& project_id) override {
    launcher_.refresh(project_id);
  }

 private:
  Launcher& launcher_;
  Apps& apps_;
  Jobs& jobs_;
  ce::Runtime& stand_in_;
};

}  // namespace localcloud::run
