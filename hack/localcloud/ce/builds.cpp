#include "hack/localcloud/ce/builds.h"

#include <algorithm>

#include "hack/localcloud/ce/delay.h"
#include "hack/localcloud/ce/filter.h"
#include "hack/localcloud/ce/refusal.h"
#include "hack/localcloud/ce/rules.h"
#include "hack/localcloud/ce/run_fields.h"
#include "hack/localcloud/ce/status.h"

namespace localcloud::ce {
namespace {

constexpr std::int64_t kMostRunning = 100;

Check source_url() {
  return [bounded = text(1, 253)](const std::string& name, const Json& value) {
    bounded(name, value);
    const auto& url = value.get_ref<const std::string&>();
    const bool ssh = url.find('@') != std::string::npos && url.find(':') != std::string::npos;
    if (!url.starts_with("https://") && !ssh) {
      throw invalid(name + " is neither an https address nor of the form git@HOST:PATH.");
    }
    return value;
  };
}

// A run of a build inherits what it does not say itself, so nothing is required of it.
Fields build_fields(bool required) {
  return {{"output_image", text(1, 256), {}, required},
          {"output_secret", named(kDnsName), {}, required},
          {"strategy_type", choice({"dockerfile", "buildpacks"}), {}, required},
          {"strategy_size", choice({"small", "medium", "large", "xlarge", "xxlarge"}), "medium"},
          {"strategy_spec_file", text(1, 253)},
          {"source_type", choice({"git", "local"}), "git"},
          {"source_url", source_url()},
          {"source_revision", text(0, 253)},
          {"source_context_dir", text(0, 253)},
          {"source_secret", named(kDnsName)},
          {"timeout", integer(1, 3600), 600},
          build_parameters()};
}

void complete(Json& members) {
  const bool local = members["source_type"] == "local";
  if (!local && member(members, "source_url") == nullptr) {
    throw invalid("A build of source_type git needs source_url.");
  }
  for (const char* name : {"source_url", "source_revision", "source_secret"}) {
    if (local && member(members, name) != nullptr) {
      throw invalid(std::string(name) + " must not accompany source_type local.");
    }
  }
  const bool docker = members["strategy_type"] == "dockerfile";
  if (docker && member(members, "strategy_spec_file") == nullptr) {
    members["strategy_spec_file"] = "Dockerfile";
  }
}

bool lacks(const Json& build, const std::string& name, Project& project) {
  const Json* secret = member(build, name);
  return secret != nullptr && project.shelf("secrets").current(*secret) == nullptr;
}

// "registered", or which secret is missing.
std::string build_reason(const Json& build, Project& project) {
  const bool output = lacks(build, "output_secret", project);
  const bool source = lacks(build, "source_secret", project);
  if (output && source) return "multiple_secret_ref_not_found";
  if (output) return "spec_output_secret_ref_not_found";
  if (source) return "spec_source_secret_not_found";
  return "registered";
}

Json build_of(const Json& body, const Place& place) {
  if (member(body, "build_name") == nullptr) return Json::object();
  const Json* build = place.project.shelf("builds").current(required_string(body, "build_name"));
  if (build == nullptr) throw not_found();
  if (build_reason(*build, place.project) != "registered") {
    throw Refusal{409, "conflict", "The build is not ready."};
  }
  return selected(build_fields(false), *build);
}

bool unfinished(const Json& run) {
  return status_of(run) == "pending" || status_of(run) == "running";
}

// The run that a timer was set for, unless it is gone or another of its name came.
const Json* same_run(Project& project, const std::string& name, const std::string& id) {
  const Json* run = project.shelf("build_runs").current(name);
  return run != nullptr && run->at("id") == id ? run : nullptr;
}

}  // namespace

BuildKind::BuildKind()
    : DocumentKind({.collection = "builds", .resource_type = "build_v2", .rule = &kLabelName}) {}

Json BuildKind::create(const Json& body, const Place&) {
  Json members = merged(build_fields(true), Json::object(), body);
  complete(members);
  return members;
}

Json BuildKind::change(const Json& current, const Json& body, const Place&) {
  Json members = patched(build_fields(true), current, body);
  complete(members);
  return members;
}

void BuildKind::show(Json& document, const Place& place) const {
  if (place.project.held.contains("builds/" + document.at("name").get<std::string>())) return;
  const std::string reason = build_reason(document, place.project);
  document["status"] = reason == "registered" ? "ready" : "failed";
  document["status_details"] = {{"reason", reason}};
}

BuildRunKind::BuildRunKind(World& world, Projects& projects)
    : DocumentKind({.collection = "build_runs",
                    .resource_type = "build_run_v2",
                    .rule = &kLabelName,
                    .created_status = 202,
                    .tagged = false}),
      world_(world),
      projects_(projects) {
  Switches& switches = world_.switches;
  switches.declare("ce_build_start_ms", 200, "how long a build run is pending");
  switches.declare("ce_build_run_ms", 200, "how long a build run is running");
  switches.declare(
      "ce_build_run_outcome", "succeeded", "how build runs end",
      one_of({"succeeded", "failed", "failed_to_execute_build_run", "exceeded_ephemeral_storage",
              "missing_registry_access", "missing_code_repo_access", "missing_secrets",
              "unknown_strategy", "invalid_build_configuration",
              "pod_evicted_because_of_storage_quota_exceeds", "pod_evicted", "missing_task_run",
              "task_run_generation_failed", "build_not_found", "timeout"}));
  switches.declare("ce_running_builds", kMostRunning,
                   "build runs of a project at a time; a further one is refused with 409",
                   from_to(1, kMostRunning));
}

Json BuildRunKind::create(const Json& body, const Place& place) {
  const Json base = build_of(body, place);
  const Fields fields =
      build_fields(base.empty()) +
      Fields{{"build_name", named(kLabelName), ""},
             {"service_account", choice({"default", "manager", "reader", "writer", "none"}),
              "default"}};
  Json members = merged(fields, base, body);
  complete(members);
  const auto running = place.project.shelf("build_runs").names(unfinished).size();
  if (running >= world_.switches.value("ce_running_builds").get<std::size_t>()) {
    throw Refusal{409, "conflict", "Too many build runs are running."};
  }
  members["status"] = "pending";
  members["status_details"] = {{"reason", "pending"}};
  return members;
}

std::string BuildRunKind::generated_name(const Json& body, const Place& place) const {
  constexpr std::size_t kRoom = 40;
  const Json* build = member(body, "build_name");
  const std::string base =
      build == nullptr || !build->is_string() ? "build" : build->get<std::string>();
  std::string stamp = rfc3339(world_.clock.now());  // 2026-02-02T03:04:05Z
  std::erase_if(stamp, [](char c) { return c == '-' || c == ':' || c == 'Z'; });
  std::replace(stamp.begin(), stamp.end(), 'T', '-');
  const std::string name = base.substr(0, kRoom) + "-run-" + stamp.substr(2);
  // A second one of the same second.
  const bool taken = place.project.shelf("build_runs").current(name) != nullptr;
  return taken ? name + "-" + world_.ids.hex(4) : name;
}

void BuildRunKind::kept(const Json&, const Json& document, const Place& place) {
  const std::string name = document.at("name");
  const std::string id = document.at("id");
  projects_.later(place.project.id, delay(world_, "ce_build_start_ms"),
                  [this, name, id](Project& project) { start(project, name, id); });
}

void BuildRunKind::start(Project& project, const std::string& name, const std::string& id) {
  const Json* run = same_run(project, name, id);
  if (run == nullptr) return;
  const std::chrono::milliseconds longest = std::chrono::seconds(run->at("timeout").get<int>());
  set_status(project, "build_runs", name, "running",
             {{"reason", "running"}, {"start_time", rfc3339(world_.clock.now())}});
  projects_.later(project.id, std::min(delay(world_, "ce_build_run_ms"), longest),
                  [this, name, id](Project& same) { finish(same, name, id); });
}

void BuildRunKind::finish(Project& project, const std::string& name, const std::string& id) {
  const Json* run = same_run(project, name, id);
  if (run == nullptr) return;
  auto reason = world_.switches.value("ce_build_run_outcome").get<std::string>();
  if (delay(world_, "ce_build_run_ms") > std::chrono::seconds(run->at("timeout").get<int>())) {
    reason = "timeout";
  }
  if (build_reason(*run, project) != "registered") reason = "missing_secrets";
  const bool succeeded = reason == "succeeded";
  Json details = {{"reason", reason}, {"completion_time", rfc3339(world_.clock.now())}};
  if (succeeded) {
    details["output_digest"] = "sha256:" + world_.ids.hex(64);
    if (run->at("source_type") == "git") {
      details.update({{"git_branch_name", "main"},
                      {"git_commit_author", "localcloud"},
                      {"git_commit_sha", world_.ids.hex(40)}});
    }
  }
  set_status(project, "build_runs", name, succeeded ? "succeeded" : "failed", details);
}

std::string BuildRunKind::filters(const Request& request) const {
  return filter_href(request, "build_name");
}

bool BuildRunKind::listed(Json& document, const Request& request, const Place&) const {
  return passes_filter(request, "build_name", document);
}

}  // namespace localcloud::ce
