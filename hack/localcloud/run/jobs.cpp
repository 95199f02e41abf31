#include "hack/localcloud/run/jobs.h"

#include <map>

#include "hack/localcloud/run/job_run.h"

namespace localcloud::run {

// A run that is deleted leaves slowly, and the next one of its name waits for that: their instances
// have the same names.
struct Jobs::Impl {
  void wanted(const ce::WorkloadId& id, const Json& document);
  void cancelled(const ce::WorkloadId& id);
  void left(const ce::WorkloadId& id);

  JobSurroundings cloud;
  std::map<ce::WorkloadId, std::unique_ptr<JobRun>> runs{};
  std::map<ce::WorkloadId, std::unique_ptr<JobRun>> leaving{};
  std::map<ce::WorkloadId, Json> next{};
};

void Jobs::Impl::wanted(const ce::WorkloadId& id, const Json& document) {
  if (leaving.contains(id)) {
    next[id] = document;
    return;
  }
  std::unique_ptr<JobRun>& run = runs[id];
  if (!run) run = std::make_unique<JobRun>(cloud, id, document, [this, id] { left(id); });
  run->look();
}

void Jobs::Impl::cancelled(const ce::WorkloadId& id) {
  next.erase(id);
  auto run = runs.extract(id);
  if (run.empty()) return;
  run.mapped()->cancel();
  leaving.insert(std::move(run));
}

void Jobs::Impl::left(const ce::WorkloadId& id) {
  runs.erase(id);
  leaving.erase(id);
  if (const auto waiting = next.extract(id)) wanted(id, waiting.mapped());
}

Jobs::Jobs(World& world, Launcher& launcher, ce::WorkloadReports& reports)
    : impl_(new Impl{.cloud = {world, launcher, reports}}) {
  declare_job_switches(world.switches);
}

Jobs::~Jobs() = default;

void Jobs::wanted(const ce::WorkloadId& id, const Json& document) {
  impl_->wanted(id, document);
}

void Jobs::cancelled(const ce::WorkloadId& id) {
  impl_->cancelled(id);
}

}  // namespace localcloud::run
