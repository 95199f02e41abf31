#pragma once
#include "hack/localcloud/ce/workload.h"
#include "hack/localcloud/run/container.h"

namespace localcloud::run {

// Job runs as processes, one an array index.
class Jobs {
 public:
  // All must outlive this.
  Jobs(World& world, Launcher& launcher, ce::WorkloadReports& reports);
  ~Jobs();

  // As in ce::Runtime, of runs whose image is registered.
  void wanted(const ce::WorkloadId& id, const Json& document);
  void cancelled(const ce::WorkloadId& id);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace localcloud::run
