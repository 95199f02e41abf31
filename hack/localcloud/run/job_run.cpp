#include "hack/localcloud/run/job_run.h"

#include <algorithm>

#include "hack/localcloud/ce/array_spec.h"
#include "hack/localcloud/ce/delay.h"

namespace localcloud::run {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kRoomRetry{500};     // until another workload may have left some
constexpr milliseconds kShortestRetry{50};  // for a secret that has gone since the first start
constexpr int kGrowth = 2;
constexpr milliseconds kLongestRetry{std::chrono::minutes(5)};
constexpr int kKilled = 128 + 9;

// Doubles with each retry, up to the longest, unless the switch asks for more.
milliseconds grown(milliseconds first, int retries) {
  milliseconds delay = std::max(first, milliseconds(1));
  for (int i = 1; i < retries && delay < kLongestRetry; ++i) delay *= kGrowth;
  return std::min(delay, std::max(first, kLongestRetry));
}

}  // namespace

void declare_job_switches(Switches& switches) {
  switches.declare("ce_job_retry_ms", 100,
                   "delay before the first retry of a job's index; each next is twice as long",
                   from_to(0, 600'000));
  switches.declare("ce_job_grace_ms", 30'000,
                   "time between SIGTERM and SIGKILL for an instance of a job",
                   from_to(0, 600'000));
  switches.declare("ce_seconds_ms", 1000,
                   "how many real milliseconds a second of a job's scale_max_execution_time takes",
                   from_to(1, 1000));
  switches.declare("ce_killed_reason", "OOMKilled",
                   "last_failure_reason of an instance that ends by SIGKILL or with 137",
                   one_of({"OOMKilled", "ContainerExitedCode137"}));
}

JobRun::JobRun(Machine machine, ce::WorkloadId id, Json document, std::function<void()> on_over)
    : machine_(machine),
      id_(std::move(id)),
      document_(std::move(document)),
      on_over_(std::move(on_over)) {
  for (const int index : ce::parse_array_spec(document_.at("scale_array_spec"))) indices_[index];
}

milliseconds JobRun::switched(const char* name) const {
  return ce::delay(machine_.world, name);
}

void JobRun::later(milliseconds wait, void (JobRun::*step)()) {
  machine_.world.scheduler->after(wait, [this, here = std::weak_ptr(here_), step] {
    if (!here.expired()) (this->*step)();
  });
}

void JobRun::later(milliseconds wait, void (JobRun::*step)(int), int index) {
  machine_.world.scheduler->after(wait, [this, here = std::weak_ptr(here_), step, index] {
    if (!here.expired()) (this->*step)(index);
  });
}

void JobRun::look() {
  if (std::exchange(looking_, true)) return;
  later(switched("ce_workload_start_ms"), &JobRun::start_pending);
}

void JobRun::start_pending() {
  looking_ = false;
  if (cancelled_) return;
  const auto is_pending = [](const auto& entry) { return entry.second.report.status == "pending"; };
  const bool nothing_started = std::all_of(indices_.begin(), indices_.end(), is_pending);
  const ce::Surroundings around = machine_.reports.surroundings(id_, document_);
  if (around.pull_secret_missing && nothing_started) return refuse("ImagePullBackOff");
  const bool complete = around.missing.empty() && !around.pull_secret_missing;
  if (!complete && nothing_started) return;  // until it is wanted again
  if (complete && start_as_room_is(around)) return;
  looking_ = true;
  later(kRoomRetry, &JobRun::start_pending);
}

// Whether all could start.
bool JobRun::start_as_room_is(const ce::Surroundings& around) {
  int started = 0;
  bool all = true;
  for (auto& [index, one] : indices_) {
    if (one.report.status != "pending") continue;
    all = machine_.reports.room(id_, document_, started + 1);
    if (!all) break;
    ++started;
    one.report.status = "running";
    one.report.started_at = now();
    if (is_task()) {
      const auto limit = document_.value("scale_max_execution_time", 7200);
      later(switched("ce_seconds_ms") * limit, &JobRun::expire, index);
    }
    launch(index, around);
  }
  if (started > 0) report();
  return all;
}

void JobRun::launch(int index, const ce::Surroundings& around) {
  const std::string instance = id_.name + '-' + std::to_string(index) + '-' +
                               std::to_string(indices_.at(index).report.retries);
  ContainerSpec spec{.workload = id_,
                     .instance = instance,
                     .log = {id_.project_id, "job_runs", id_.name},
                     .component_type = "job",
                     .component_name = document_.value("job_name", id_.name),
                     .document = document_,
                     .variables = variables(index)};
  indices_.at(index).container = machine_.launcher.start(
      std::move(spec), around, [this, index](int code) { exited(index, code); });
}

std::map<std::string, std::string> JobRun::variables(int index) const {
  const auto size =
      document_.value("scale_array_size_variable_override", static_cast<int>(indices_.size()));
  std::map<std::string, std::string> all = {
      {"JOB_INDEX", std::to_string(index)},
      {"JOB_ARRAY_SIZE", std::to_string(size)},
      {"JOB_INDEX_RETRY_COUNT", std::to_string(indices_.at(index).report.retries)},
      {"JOB_MODE", document_.at("run_mode")}};
  if (is_task()) all["JOB_RETRY_LIMIT"] = std::to_string(document_.value("scale_retry_limit", 0));
  return all;
}

void JobRun::exited(int index, int code) {
  Index& one = indices_.at(index);
  one.container.reset();
  if (cancelled_) return end_if_over();
  if (one.late) return finish(index, "failed");
  if (code == 0) return finish(index, "succeeded");
  one.report.last_failure_reason = failure(code);
  if (is_task() && one.report.retries >= document_.value("scale_retry_limit", 0)) {
    return finish(index, "failed");
  }
  retry(index);
}

std::string JobRun::failure(int code) const {
  if (code == kKilled) return machine_.world.switches.value("ce_killed_reason").get<std::string>();
  return "ContainerExitedCode" + std::to_string(code);
}

void JobRun::retry(int index) {
  const int retries = ++indices_.at(index).report.retries;
  report();
  later(grown(switched("ce_job_retry_ms"), retries), &JobRun::relaunch, index);
}

void JobRun::relaunch(int index) {
  if (cancelled_ || indices_.at(index).report.status != "running") return;
  const ce::Surroundings around = machine_.reports.surroundings(id_, document_);
  if (around.missing.empty() && !around.pull_secret_missing) return launch(index, around);
  later(kShortestRetry, &JobRun::relaunch, index);
}

void JobRun::expire(int index) {
  Index& one = indices_.at(index);
  if (cancelled_ || one.report.status != "running") return;
  one.late = true;
  one.report.last_failure_reason = "DeadlineExceeded";
  if (one.container) return one.container->stop(switched("ce_job_grace_ms"));
  finish(index, "failed");
}

void JobRun::finish(int index, const std::string& status) {
  ce::IndexReport& one = indices_.at(index).report;
  one.status = status;
  one.finished_at = now();
  report();
  end_if_over();
}

void JobRun::refuse(const std::string& reason) {
  for (auto& [index, one] : indices_) {
    one.report = {"failed", now(), now(), document_.value("scale_retry_limit", 0), reason};
  }
  report();
  end_if_over();
}

void JobRun::report() {
  ce::RunReport all;
  for (const auto& [index, one] : indices_) all[index] = one.report;
  machine_.reports.job_run_is(id_, all);
}

void JobRun::cancel() {
  cancelled_ = true;
  for (auto& [index, one] : indices_) {
    if (one.container) one.container->stop(switched("ce_job_grace_ms"));
  }
  later({}, &JobRun::end_if_over);
}

bool JobRun::all_finished() const {
  return std::all_of(indices_.begin(), indices_.end(), [](const auto& entry) {
    const std::string& status = entry.second.report.status;
    return status == "succeeded" || status == "failed";
  });
}

void JobRun::end_if_over() {
  const bool none_runs = std::none_of(indices_.begin(), indices_.end(), [](const auto& entry) {
    return entry.second.container != nullptr;
  });
  if (!none_runs || !(cancelled_ || all_finished()) || !on_over_) return;
  const auto on_over = std::exchange(on_over_, {});
  on_over();
}

}  // namespace localcloud::run
