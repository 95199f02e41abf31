#pragma once
#include <map>
#include <memory>

#include "hack/localcloud/ce/workload.h"
#include "hack/localcloud/run/job_run.h"

namespace localcloud::run {

// Job runs as processes, one an array index.
class Jobs {
 public:
  explicit Jobs(Machine machine);  // declares its switches

  // As in ce::Runtime, of runs whose image is registered.
  void wanted(const ce::WorkloadId& id, const Json& document);
  void cancelled(const ce::WorkloadId& id);

 private:
  using Runs = std::map<ce::WorkloadId, std::unique_ptr<JobRun>>;

  void left(const ce::WorkloadId& id);

  Machine machine_;
  Runs runs_{};
  // A run that is deleted leaves slowly, and the next one of its name waits for that: their
  // instances have the same names.
  Runs leaving_{};
  std::map<ce::WorkloadId, Json> next_{};
};

}  // namespace localcloud::run
