#include "hack/localcloud/ce/stand_in.h"

#include <algorithm>

#include "hack/localcloud/ce/array_spec.h"
#include "hack/localcloud/ce/delay.h"

namespace localcloud::ce {
namespace {

constexpr std::chrono::milliseconds kShortestRetry{50};
const char* const kReady = "ready";

Json running_container(const std::string& since) {
  return {{"current_state", {{"container_status", "running"}, {"started_at", since}}},
          {"last_observed_state", Json::object()}};
}

// "container_failed_exit_code_1" is what a revision says, a run says "ContainerExitedCode1".
std::string run_reason(const std::string& outcome) {
  constexpr std::string_view kExit = "container_failed_exit_code_";
  if (outcome.starts_with(kExit)) return "ContainerExitedCode" + outcome.substr(kExit.size());
  return "ImagePullBackOff";
}

}  // namespace

StandIn::StandIn(World& world, WorkloadReports& reports) : world_(world), reports_(reports) {
  Switches& switches = world_.switches;
  switches.declare(
      "ce_unregistered_image", kReady,
      "what becomes of an app or run whose image nobody runs: ready, or why it fails",
      one_of({kReady, "initial_scale_never_achieved", "image_pull_back_off",
              "invalid_tar_header_image_pull_err", "container_failed_exit_code_0",
              "container_failed_exit_code_1", "container_failed_exit_code_24",
              "container_failed_exit_code_139", "fetch_image_failed_missing_pull_credentials",
              "fetch_image_failed_missing_pull_secret", "fetch_image_failed_registry_not_found",
              "fetch_image_failed_unknown_manifest", "fetch_image_failed_unknown_repository",
              "fetch_image_failed_wrong_pull_credentials"}));
  switches.declare("ce_workload_start_ms", 200,
                   "how long a revision is loading, a run pending, a function deploying");
  switches.declare("ce_job_run_ms", 200, "how long an index of a job run is running");
  switches.declare("ce_idle_ms", 60'000, "how long an app without traffic keeps its instances");
}

void StandIn::later(Wishes& wishes, const WorkloadId& id, std::chrono::milliseconds wait,
                    std::function<void(Wish&)> step) {
  const int timer = wishes[id].timer = ++timers_;
  world_.scheduler->after(wait, [&wishes, id, timer, step = std::move(step)] {
    const auto found = wishes.find(id);
    if (found == wishes.end() || found->second.timer != timer) return;
    found->second.timer = 0;
    step(found->second);
  });
}

std::string StandIn::outcome() const {
  return world_.switches.value("ce_unregistered_image").get<std::string>();
}

void StandIn::revision_wanted(const WorkloadId& id, const Json& document) {
  Wish& wish = revisions_[id];
  if (wish.timer != 0) return;
  wish.document = document;
  later(revisions_, id, delay(world_, "ce_workload_start_ms"),
        [this, id](Wish& now) { try_revision(id, now); });
}

void StandIn::revision_gone(const WorkloadId& id) {
  revisions_.erase(id);
}

void StandIn::try_revision(const WorkloadId& id, Wish& wish) {
  const Json& document = wish.document;
  const int fewest = document.at("scale_min_instances").get<int>();
  const int first = std::max(fewest, document.value("scale_initial_instances", 1));
  const Surroundings around = reports_.surroundings(id, document);
  if (around.pull_secret_missing) {
    return reports_.revision_is(id, {"failed", "fetch_image_failed_missing_pull_secret", {}});
  }
  if (!around.missing.empty() || !reports_.room(id, document, first)) {
    return reports_.revision_is(id, {"loading", "deploying_waiting_for_resources", {}});
  }
  if (outcome() != kReady) return reports_.revision_is(id, {"failed", outcome(), {}});
  report_ready(id, Json(document), first);
  if (first > fewest && revisions_.contains(id)) {
    later(revisions_, id, delay(world_, "ce_idle_ms"),
          [this, id, fewest](Wish& now) { report_ready(id, Json(now.document), fewest); });
  }
}

void StandIn::report_ready(const WorkloadId& id, const Json& document, int instances) {
  RevisionReport report{"ready", "ready", {}};
  const std::string revision_id = document.at("id");
  const std::string prefix = id.name + "-deployment-" + revision_id.substr(0, 8) + "-";
  const std::string now = rfc3339(world_.clock.now());
  for (int i = 0; i < instances; ++i) {
    char suffix[16];
    std::snprintf(suffix, sizeof suffix, "%05d", i);
    report.instances.push_back({.name = prefix + suffix,
                                .user_container = running_container(now),
                                .system_container = running_container(now)});
  }
  reports_.revision_is(id, report);
}

void StandIn::job_run_wanted(const WorkloadId& id, const Json& document) {
  Wish& wish = runs_[id];
  if (wish.timer != 0) return;
  wish.document = document;
  for (const int index : parse_array_spec(document.at("scale_array_spec"))) wish.indices[index];
  later(runs_, id, delay(world_, "ce_workload_start_ms"),
        [this, id](Wish& now) { try_run(id, now); });
}

void StandIn::job_run_cancelled(const WorkloadId& id) {
  runs_.erase(id);
}

void StandIn::try_run(const WorkloadId& id, Wish& wish) {
  const Surroundings around = reports_.surroundings(id, wish.document);
  if (around.pull_secret_missing) return fail_run(id, wish, "ImagePullBackOff");
  if (!around.missing.empty()) return;  // stays pending until it is wanted again
  if (outcome() != kReady) return fail_run(id, wish, run_reason(outcome()));
  start_indices(id, wish);
}

void StandIn::fail_run(const WorkloadId& id, Wish& wish, const std::string& reason) {
  const std::string now = rfc3339(world_.clock.now());
  for (auto& [index, one] : wish.indices) {
    one = {"failed", now, now, wish.document.value("scale_retry_limit", 0), reason};
  }
  const RunReport report = std::move(wish.indices);
  runs_.erase(id);
  reports_.job_run_is(id, report);
}

// As many as the project has room for; the others when these are done.
void StandIn::start_indices(const WorkloadId& id, Wish& wish) {
  int running = 0;
  bool full = false;
  for (auto& [index, one] : wish.indices) {
    if (one.status != "pending") continue;
    full = !reports_.room(id, wish.document, running + 1);
    if (full) break;
    one.status = "running";
    one.started_at = rfc3339(world_.clock.now());
    ++running;
  }
  reports_.job_run_is(id, wish.indices);
  if (wish.document.at("run_mode") == "daemon" && !full) return;
  later(
      runs_, id,
      std::max(delay(world_, "ce_job_run_ms"), full ? kShortestRetry : std::chrono::milliseconds{}),
      [this, id, full](Wish& now) {
        if (now.document.at("run_mode") != "daemon") finish_indices(now);
        if (full) return start_indices(id, now);
        const RunReport report = std::move(now.indices);
        runs_.erase(id);
        reports_.job_run_is(id, report);
      });
}

void StandIn::finish_indices(Wish& wish) {
  const bool late = delay(world_, "ce_job_run_ms") >
                    std::chrono::seconds(wish.document.value("scale_max_execution_time", 86'400));
  for (auto& [index, one] : wish.indices) {
    if (one.status != "running") continue;
    one.status = late ? "failed" : "succeeded";
    if (late) one.last_failure_reason = "DeadlineExceeded";
    one.finished_at = rfc3339(world_.clock.now());
  }
}

}  // namespace localcloud::ce
