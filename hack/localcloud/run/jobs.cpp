#include "hack/localcloud/run/jobs.h"

namespace localcloud::run {

Jobs::Jobs(Machine machine) : machine_(machine) {
  declare_job_switches(machine_.world.switches);
}

void Jobs::wanted(const ce::WorkloadId& id, const Json& document) {
  if (leaving_.contains(id)) {
    next_[id] = document;
    return;
  }
  std::unique_ptr<JobRun>& run = runs_[id];
  if (!run) run = std::make_unique<JobRun>(machine_, id, document, [this, id] { left(id); });
  run->look();
}

void Jobs::cancelled(const ce::WorkloadId& id) {
  next_.erase(id);
  auto run = runs_.extract(id);
  if (run.empty()) return;
  run.mapped()->cancel();
  leaving_.insert(std::move(run));
}

void Jobs::left(const ce::WorkloadId& id) {
  runs_.erase(id);
  leaving_.erase(id);
  if (const auto waiting = next_.extract(id)) wanted(id, waiting.mapped());
}

}  // namespace localcloud::run
