#pragma once
#include <functional>
#include <map>
#include <string>

#include "hack/localcloud/ce/workload.h"

namespace localcloud::ce {

// Runs nothing: lets revisions become ready and runs finish after a while, or fail as a switch
// says. For images that nobody runs for real.
class StandIn : public Runtime {
 public:
  // Both must outlive this.
  StandIn(World& world, WorkloadReports& reports);

  void revision_wanted(const WorkloadId& id, const Json& document) override;
  void revision_gone(const WorkloadId& id) override;
  void job_run_wanted(const WorkloadId& id, const Json& document) override;
  void job_run_cancelled(const WorkloadId& id) override;
  void surroundings_changed(const std::string&) override {}  // it has no files

 private:
  struct Wish {
    Json document{};
    int timer = 0;  // of the next step; 0: it waits for another wish
    RunReport indices{};
  };
  using Wishes = std::map<WorkloadId, Wish>;

  void later(Wishes& wishes, const WorkloadId& id, std::chrono::milliseconds wait,
             std::function<void(Wish&)> step);
  void try_revision(const WorkloadId& id, Wish& wish);
  void report_ready(const WorkloadId& id, const Json& document, int instances);
  void try_run(const WorkloadId& id, Wish& wish);
  void fail_run(const WorkloadId& id, Wish& wish, const std::string& reason);
  void start_indices(const WorkloadId& id, Wish& wish);
  void finish_indices(Wish& wish);
  std::string outcome() const;

  World& world_;
  WorkloadReports& reports_;
  Wishes revisions_{};
  Wishes runs_{};
  int timers_ = 0;
};

}  // namespace localcloud::ce
