#include "hack/localcloud/ce/workloads.h"

#include <algorithm>
#include <cstdio>

#include "hack/localcloud/ce/app_fields.h"
#include "hack/localcloud/ce/array_spec.h"
#include "hack/localcloud/ce/resources.h"
#include "hack/localcloud/ce/rules.h"
#include "hack/localcloud/ce/run_status.h"
#include "hack/localcloud/ce/status.h"
#include "hack/localcloud/ce/surroundings.h"

namespace localcloud::ce {
namespace {

constexpr std::chrono::hours kFinishedRunsStay{7 * 24};
constexpr std::chrono::minutes kEventRunsStay{10};

std::string detail(const Json& document, const std::string& name) {
  const Json* details = member(document, "status_details");
  const Json* value = details == nullptr ? nullptr : member(*details, name);
  return value == nullptr ? std::string{} : value->get<std::string>();
}

// "shop-00001", then "shop-00002".
std::string next_revision(const Json& app) {
  const std::string latest = detail(app, "latest_created_revision");
  const int number = latest.empty() ? 1 : 1 + std::stoi(latest.substr(latest.rfind('-') + 1));
  char suffix[16];
  std::snprintf(suffix, sizeof suffix, "-%05d", number);
  return app.at("name").get<std::string>() + suffix;
}

std::vector<std::string> revisions_of(Project& project, const std::string& app) {
  return project.shelf("revisions").names([&app](const Json& revision) {
    return revision.at("app_name") == app;
  });
}

// The app's status and reason while `created` is its newest revision.
std::pair<std::string, std::string> app_status(const Json* created, bool another_serves,
                                               const std::string& while_rolling) {
  const std::string status = created == nullptr ? "failed" : status_of(*created);
  if (status == "ready" || status == "warning") return {status, "ready"};
  if (status == "failed") {
    if (another_serves) return {"warning", "ready_but_latest_revision_failed"};
    return {"failed", "no_revision_ready"};
  }
  const bool waits = reason_of(*created) == "deploying_waiting_for_resources";
  return {another_serves ? while_rolling : "deploying",
          waits ? "waiting_for_resources" : "deploying"};
}

}  // namespace

Workloads::Workloads(World& world, Projects& projects)
    : world_(world), projects_(projects), stand_in_(world, *this), runtime_(&stand_in_) {
  world_.switches.declare(
      "ce_rollout_status", "deploying",
      "status of an app whose new revision is not ready while an old one serves",
      one_of({"deploying", "ready"}));
  world_.switches.declare("ce_tls_mount_names", "api",
                          "files of a mounted tls secret: tls_cert and tls_key (api) or tls.crt "
                          "and tls.key (kubernetes)",
                          one_of({"api", "kubernetes"}));
}

void Workloads::roll_out(Project& project, const std::string& app_name) {
  const Json* app = project.shelf("apps").current(app_name);
  if (app == nullptr) return;
  const std::string name = next_revision(*app);
  Json revision = selected(revision_fields(), *app);
  revision.update({{"name", name},
                   {"app_name", app_name},
                   {"computed_env_variables", app->at("computed_env_variables")},
                   {"id", world_.ids.uuid()},
                   {"created_at", rfc3339(world_.clock.now())},
                   {"href", app->at("href").get<std::string>() + "/revisions/" + name},
                   {"project_id", project.id},
                   {"region", project.region},
                   {"resource_type", "app_revision_v2"},
                   {"status", "loading"},
                   {"status_details", {{"actual_instances", 0}, {"reason", "deploying"}}}});
  project.shelf("revisions").put(name, revision, world_.clock.now());
  Json latest = *app;
  latest["status_details"]["latest_created_revision"] = name;
  project.shelf("apps").amend(app_name, std::move(latest));
  settle_app(project, app_name);
  runtime_->revision_wanted({project.id, name}, revision);
}

void Workloads::drop_app(Project& project, const std::string& app) {
  for (const auto& name : revisions_of(project, app)) retire(project, name);
  for (const auto& name : revisions_of(project, app)) {
    project.shelf("revisions").erase(name, world_.clock.now());
  }
  project.shelf("revisions").settle(world_.clock.now());
  project.held.erase("apps/" + app);
}

void Workloads::drop_revision(Project& project, const std::string& name) {
  const Json* revision = project.shelf("revisions").current(name);
  if (revision == nullptr) return;
  const std::string app = revision->at("app_name");
  retire(project, name);
  project.shelf("revisions").erase(name, world_.clock.now());
  project.shelf("revisions").settle(world_.clock.now());
  settle_app(project, app);
}

void Workloads::start_run(Project& project, const std::string& name) {
  if (const Json* run = project.shelf("job_runs").current(name)) {
    runtime_->job_run_wanted({project.id, name}, *run);
  }
}

void Workloads::drop_run(Project& project, const std::string& name) {
  project.event_runs.erase(name);
  runtime_->job_run_cancelled({project.id, name});
}

void Workloads::stop_all(Project& project) {
  const auto all = [](const Json&) { return true; };
  for (const auto& name : project.shelf("revisions").names(all)) retire(project, name);
  for (const auto& name : project.shelf("job_runs").names(all)) {
    runtime_->job_run_cancelled({project.id, name});
  }
}

void Workloads::resume_all(Project& project) {
  project.shelf("apps").each([&](const Json& app) {
    const std::string serving = detail(app, "latest_ready_revision");
    if (const Json* revision = project.shelf("revisions").current(serving)) {
      runtime_->revision_wanted({project.id, serving}, *revision);
    }
  });
  const auto cut_off = [](const Json& run) { return status_of(run) == "running"; };
  for (const auto& name : project.shelf("job_runs").names(cut_off)) {
    RunReport anew;
    const Json* run = project.shelf("job_runs").current(name);
    for (const int index : parse_array_spec(run->at("scale_array_spec"))) anew[index];
    set_status(project, "job_runs", name, "pending", {{"indices_details", nullptr}});
    job_run_is({project.id, name}, anew);
  }
  look_again(project);
}

void Workloads::look_again(Project& project) {
  const auto waits = [](const Json& revision) {
    return status_of(revision) == "loading" || status_of(revision) == "failed";
  };
  for (const auto& name : project.shelf("revisions").names(waits)) {
    const Json revision = *project.shelf("revisions").current(name);
    const Json* app = project.shelf("apps").current(revision.at("app_name"));
    if (app == nullptr || detail(*app, "latest_created_revision") != name) continue;
    runtime_->revision_wanted({project.id, name}, revision);
  }
  const auto pending = [](const Json& run) { return status_of(run) == "pending"; };
  const Shelf& runs = project.shelf("job_runs");
  for (const auto& name : runs.names(pending)) {
    if (!runs.leaves(name)) start_run(project, name);
  }
  runtime_->surroundings_changed(project.id);
}

void Workloads::revision_is(const WorkloadId& id, const RevisionReport& report) {
  Project* const project = projects_.known(id.project_id);
  const Json* found = project == nullptr ? nullptr : project->shelf("revisions").current(id.name);
  if (found == nullptr) return;
  const Json revision = *found;
  const auto running =
      std::count_if(report.instances.begin(), report.instances.end(),
                    [](const InstanceReport& instance) { return instance.status == "running"; });
  write_instances(*project, revision, report);
  set_status(*project, "revisions", id.name, report.status,
             {{"actual_instances", running}, {"reason", report.reason}});
  settle_app(*project, revision.at("app_name"));
}

void Workloads::write_instances(Project& project, const Json& revision,
                                const RevisionReport& report) {
  Shelf& shelf = project.shelf("instances");
  const Time now = world_.clock.now();
  const std::string revision_name = revision.at("name");
  std::string app_url = revision.at("href");
  app_url.resize(app_url.size() - revision_name.size() - std::string("/revisions/").size());
  for (const auto& name : shelf.names(
           [&](const Json& instance) { return instance.at("revision_name") == revision_name; })) {
    const bool stays = std::any_of(report.instances.begin(), report.instances.end(),
                                   [&](const auto& instance) { return instance.name == name; });
    if (!stays) shelf.erase(name, now);
  }
  shelf.settle(now);
  for (const InstanceReport& instance : report.instances) {
    const Json* known = shelf.current(instance.name);
    Json document = known != nullptr ? *known : selected(instance_limit_fields(), revision);
    if (known == nullptr) {
      document.update({{"name", instance.name},
                       {"app_name", revision.at("app_name")},
                       {"revision_name", revision_name},
                       {"id", world_.ids.uuid()},
                       {"created_at", rfc3339(now)},
                       {"href", app_url + "/instances/" + instance.name},
                       {"project_id", project.id},
                       {"region", project.region},
                       {"resource_type", "app_instance_v2"}});
    }
    document["status"] = instance.status;
    document["status_details"] = {{"restarts", instance.restarts},
                                  {"user_container", instance.user_container},
                                  {"system_container", instance.system_container}};
    shelf.put(instance.name, std::move(document), now);
  }
}

void Workloads::retire(Project& project, const std::string& name) {
  const Json* revision = project.shelf("revisions").current(name);
  if (revision == nullptr) return;
  write_instances(project, Json(*revision), {});
  set_status(project, "revisions", name, status_of(*revision), {{"actual_instances", 0}});
  runtime_->revision_gone({project.id, name});
}

void Workloads::settle_app(Project& project, const std::string& name) {
  const Json* found = project.shelf("apps").current(name);
  if (found == nullptr) return;
  Json app = *found;
  Shelf& revisions = project.shelf("revisions");
  const std::string created = detail(app, "latest_created_revision");
  const Json* newest = revisions.current(created);
  std::string ready = detail(app, "latest_ready_revision");
  if (newest != nullptr && status_of(*newest) == "ready") ready = created;
  if (revisions.current(ready) == nullptr) ready.clear();
  const auto [status, reason] = app_status(
      newest, !ready.empty(), world_.switches.value("ce_rollout_status").get<std::string>());
  const Json serving = ready.empty() ? Json() : Json(ready);
  app["status_details"].merge_patch({{"latest_ready_revision", serving}});
  project.shelf("apps").amend(name, app);
  set_status(project, "apps", name, status, {{"reason", reason}});
  prune(project, app);
}

// Beside the newest and the one that serves, only the newest inactive one is kept.
void Workloads::prune(Project& project, const Json& app) {
  auto inactive = revisions_of(project, app.at("name"));
  std::erase(inactive, detail(app, "latest_created_revision"));
  std::erase(inactive, detail(app, "latest_ready_revision"));
  for (const auto& name : inactive) retire(project, name);
  if (!inactive.empty()) inactive.pop_back();
  for (const auto& name : inactive) project.shelf("revisions").erase(name, world_.clock.now());
  project.shelf("revisions").settle(world_.clock.now());
}

void Workloads::job_run_is(const WorkloadId& id, const RunReport& report) {
  Project* const project = projects_.known(id.project_id);
  if (project == nullptr || project->shelf("job_runs").current(id.name) == nullptr) return;
  const std::string status = run_status(report);
  const Time now = world_.clock.now();
  set_status(*project, "job_runs", id.name, status, run_status_details(report, status, now));
  if (status == "completed" || status == "failed") {
    const bool by_event = project->event_runs.erase(id.name) > 0;
    project->shelf("job_runs")
        .erase(id.name, now + (by_event ? kEventRunsStay : kFinishedRunsStay));
  }
}

Surroundings Workloads::surroundings(const WorkloadId& id, const Json& document) {
  Project* const project = projects_.known(id.project_id);
  if (project == nullptr) return {};
  return surroundings_of(document, *project,
                         world_.switches.value("ce_tls_mount_names") == "kubernetes");
}

bool Workloads::room(const WorkloadId& id, const Json& document, int instances) {
  Project* const project = projects_.known(id.project_id);
  if (project == nullptr) return false;
  Load load = Load::of(document, instances);
  project->shelf("instances").each([&load](const Json& instance) {
    load += Load::of(instance, 1);
  });
  project->shelf("job_runs").each([&load](const Json& run) {
    load += Load::of(run, run.at("status_details").value("running", 0));
  });
  return load.fits();
}

}  // namespace localcloud::ce
